"""What a bank's customer numbers look like, and what is none."""

from __future__ import annotations

import pytest

from core.identifiers import (
    CheckDigit,
    CustomerCheckDigitWrong,
    CustomerMissing,
    CustomerNotDigits,
    CustomerNotValid,
    CustomerPowerOfTen,
    CustomerRefused,
    CustomerShape,
    passes_luhn,
    passes_mod_11_2,
)

ANY = CustomerShape()
SIXTEEN = CustomerShape(letters=False, least=16, most=16)


@pytest.mark.parametrize(
    "spelling", ["1001A", "1001a", " 1001 A", "10-01-A", "１００１Ａ", "١٠٠١a", "1001A\u200b", "\u202d1001A\u202c", "10\u00ad01A", "10—01A"]
)
def test_all_spellings_of_a_customer_number_are_one(spelling: str) -> None:
    assert ANY.read(spelling) == "1001A"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "6.22588E+15",
            "6.22588e+15",
            "6.22588E15",
            "6E+15",
            "6E15",
            "1E5",
            "6,22588E+15",
            " 6.22588E+15 ",
            "622588E+10",
            "1.0E-5",
            "123E-4",
        ),
        *("６Ｅ１５", "６.２２５８８Ｅ＋１５", "6E–15", "6 E15", "6.22588 E+15", "\u200b6E15", "6\u00a0E+15", "6.22588E\u221215"),
    ],
)
def test_a_power_of_ten_is_no_number_of_anybody(text: str) -> None:
    with pytest.raises(CustomerPowerOfTen):
        ANY.read(text)


@pytest.mark.parametrize("text", ["", " ", "-", "\u200b", "NULL", "null", "nan", "None", "N-A", "TRUE", "Total", "ＮＵＬＬ"])
def test_what_a_program_writes_for_no_number_is_nobodys(text: str) -> None:
    with pytest.raises(CustomerMissing):
        ANY.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "'1001",
        '="1001"',
        "1001.0",
        "1001.",
        "+1001",
        "#1001",
        "1001/2",
        "1,001",
        "客1001",
        "1001\x00",
        "Ⅷ",
        "½",
        "1" + "x" * 40,
        "1001=",
        "1ß",
        "1ſ",
        "1ı",
        "1ﬀ",
    ],
)
def test_anything_before_behind_or_within_is_refused(text: str) -> None:
    with pytest.raises(CustomerNotValid):
        ANY.read(text)


@pytest.mark.parametrize("text", ["", " ", "\u200b", "--"])
def test_nothing_is_no_number(text: str) -> None:
    with pytest.raises(CustomerMissing):
        ANY.read(text)


@pytest.mark.parametrize("text", ["12E345", "DE12", "E5", "1E", "0001", "0"])
def test_letters_and_digits_are_let_in(text: str) -> None:
    assert ANY.read(text) == text


@pytest.mark.parametrize("text", ["622588123456789", "62258812345678901", "622588123456789A", "1"])
def test_a_bank_with_numbers_of_one_length_refuses_those_that_lost_their_zeros(text: str) -> None:
    with pytest.raises(CustomerNotDigits) as refusal:
        SIXTEEN.read(text)

    assert "16" in str(refusal.value)
    assert SIXTEEN.read("0622 5881 2345 6789") == "0622588123456789"


@pytest.mark.parametrize(
    ("number", "right"),
    [("79927398713", True), ("79927398710", False), ("4111111111111111", True), ("0", True), ("", False), ("7A", False)],
)
def test_luhn(number: str, right: bool) -> None:  # noqa: FBT001
    assert passes_luhn(number) is right


@pytest.mark.parametrize(
    ("number", "right"),
    [("11010519491231002X", True), ("110105194912310021", False), ("440524188001010014", True), ("X", False), ("12X4", False)],
)
def test_mod_11_2(number: str, right: bool) -> None:  # noqa: FBT001
    assert passes_mod_11_2(number) is right


def test_a_check_digit_is_asked_for_where_the_bank_says_so() -> None:
    cards = CustomerShape(letters=False, check=CheckDigit.LUHN)
    people = CustomerShape(letters=False, least=18, most=18, check=CheckDigit.MOD_11_2)

    assert cards.read("7992-7398-713") == "79927398713"
    assert people.read("11010519491231002ｘ") == "11010519491231002X"
    with pytest.raises(CustomerCheckDigitWrong):
        cards.read("79927398710")
    with pytest.raises(CustomerCheckDigitWrong):
        people.read("110105194912310021")
    with pytest.raises(CustomerRefused):
        people.read("1101051949123100XX")


@pytest.mark.parametrize("text", ["6.22588E+15", "1001.0", "622588123456789"])
def test_no_refusal_says_the_number(text: str) -> None:
    with pytest.raises(CustomerRefused) as refusal:
        SIXTEEN.read(text)

    assert text not in f"{refusal.value} {refusal.value.details}"
