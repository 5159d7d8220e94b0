"""Scheme 71: the test vector, the window, and what the check digit catches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redemptions.errors import CodeClockAhead, CodeExpired, MistypedCode, NotOurCode
from redemptions.rotating_code import check_digit, device_key, has_valid_check_digit, make_code, read_code, step_at

KEY = bytes.fromhex("826786b74435ad253d8b9f25a40bdaa62806a135d738e6a85ad340a4a1011912")
HANDLE = 123456789
MADE = datetime.fromtimestamp(1795334400, tz=UTC)
CODE = "711234567898896003374343350"

digits = st.text("0123456789", min_size=1, max_size=40)


def after(seconds: int) -> datetime:
    return MADE + timedelta(seconds=seconds)


def test_the_vector_is_made_and_read() -> None:
    assert make_code(key=KEY, handle=HANDLE, at=MADE) == CODE
    code = read_code(CODE)
    assert code.handle == HANDLE
    assert code.step_near(MADE) == 119688960
    assert code.is_signed_by(KEY, at=MADE)


@pytest.mark.parametrize("seconds", [-14, -1, 0, 14, 15, 59])
def test_a_code_is_accepted_in_its_minute(seconds: int) -> None:
    code = read_code(CODE)
    assert code.is_signed_by(KEY, at=after(seconds))
    code.check_window(at=after(seconds))


@pytest.mark.parametrize("seconds", [60, 61, 3600, 500_000])
def test_an_older_code_has_expired(seconds: int) -> None:
    code = read_code(CODE)
    assert code.is_signed_by(KEY, at=after(seconds))
    with pytest.raises(CodeExpired):
        code.check_window(at=after(seconds))


@pytest.mark.parametrize("seconds", [-16, -3600])
def test_a_code_of_the_future_tells_of_a_clock_ahead(seconds: int) -> None:
    code = read_code(CODE)
    assert code.is_signed_by(KEY, at=after(seconds))
    with pytest.raises(CodeClockAhead):
        code.check_window(at=after(seconds))


def test_a_code_does_not_come_back_when_its_digits_come_round() -> None:
    round_trip = after(15 * 10**5)
    assert read_code(CODE).step_near(round_trip) == step_at(round_trip)
    assert not read_code(CODE).is_signed_by(KEY, at=round_trip)


def test_another_key_or_another_digit_of_the_mac_is_not_signed() -> None:
    assert not read_code(CODE).is_signed_by(KEY[::-1], at=MADE)
    guessed = CODE[:16] + "0374343351"
    assert not read_code(guessed + check_digit(guessed)).is_signed_by(KEY, at=MADE)


def test_a_key_is_derived_from_the_master_the_device_and_the_version() -> None:
    device = UUID("0198f3a0-0000-7000-8000-000000000001")
    keys = {
        device_key(master=bytes(32), device=device, version=1),
        device_key(master=bytes(31) + b"1", device=device, version=1),
        device_key(master=bytes(32), device=UUID(int=device.int + 1), version=1),
        device_key(master=bytes(32), device=device, version=2),
    }
    assert len(keys) == 4
    # HMAC-SHA-256 computed apart: openssl dgst -sha256 -mac HMAC -macopt hexkey:00…00
    assert (
        device_key(master=bytes(32), device=device, version=1).hex() == "44c712d1b4a69545b7f9c97f0b8d82fea1e9b000e95f798cd71371041630ab33"
    )


@pytest.mark.parametrize(
    "text",
    [
        "71 12345 67898 89600 33743 43350",
        "711234567-898896003-374343350",
        "７１１２３４５６７８９８８９６００３３７４３４３３５０",
        f"\u202d{CODE}\u202c\u200b",
        "".join(chr(0x660 + int(digit)) for digit in CODE),
    ],
)
def test_a_code_is_read_as_people_type_it(text: str) -> None:
    assert read_code(text) == read_code(CODE)


@pytest.mark.parametrize(
    "text",
    ["", "134567890123456789", "286543210987654321", "HTTPS://EXAMPLE.ORG/S/ABC", "72" + CODE[2:], "7" * 65, "七一" + CODE[2:], "71x"],
)
def test_a_foreign_code_is_told_apart(text: str) -> None:
    with pytest.raises(NotOurCode):
        read_code(text)


@pytest.mark.parametrize("text", [CODE[:-1], CODE + "0", "71", CODE[:5] + "0" + CODE[6:], CODE[:10] + CODE[11] + CODE[10] + CODE[12:]])
def test_a_slip_is_told_apart(text: str) -> None:
    with pytest.raises(MistypedCode):
        read_code(text)


@given(digits, st.data())
def test_every_changed_digit_is_caught(body: str, data: st.DataObject) -> None:
    whole = body + check_digit(body)
    assert has_valid_check_digit(whole)
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != whole[place]))
    assert not has_valid_check_digit(whole[:place] + other + whole[place + 1 :])


@given(digits, st.data())
def test_every_swap_of_neighbors_is_caught(body: str, data: st.DataObject) -> None:
    whole = body + check_digit(body)
    place = data.draw(st.integers(0, len(whole) - 2))
    swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assert swapped == whole or not has_valid_check_digit(swapped)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 10**9 - 1), st.integers(0, 4 * 10**9), st.integers(0, 44))
def test_what_a_phone_makes_is_accepted_by_its_key(key: bytes, handle: int, seconds: int, age: int) -> None:
    made = datetime.fromtimestamp(seconds, tz=UTC)
    code = read_code(make_code(key=key, handle=handle, at=made))
    scanned = made + timedelta(seconds=age)
    assert code.handle == handle
    assert code.is_signed_by(key, at=scanned)
    code.check_window(at=scanned)
