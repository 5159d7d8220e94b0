"""A receipt proves itself in the browser: the check, the code and the file; and a forged one does not."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

import pytest
import zxingcpp
from django.conf import settings
from PIL import Image
from playwright.sync_api import Page, Route, expect
from pytest_django import Settings

from branches.models import Bank
from core.clock import now
from merchants.models import Cashier
from points.log.checkpoints import checkpoint_over, checkpoint_text, cosign, latest_checkpoint, log_keys, make_checkpoint
from points.log.notes import Signer, signed_note, split_note
from points.log.opened import leaf_proof
from points.log.proofs import prove_consistency
from points.log.sealing import seal_all
from redemptions.models import Redemption
from redemptions.receipts import receipt_number
from residents.models import Resident
from tests.journeys.conftest import DESKTOP, Phone
from tests.journeys.test_resident import take
from tests.points.log.world import EAST_WITNESS, verifier
from tests.redemptions.world import phone_of
from tests.world import give_points

Phones = Callable[..., Phone]


@pytest.fixture
def spent(mei: Resident, east: Bank, bakery: Cashier, settings: Settings) -> Redemption:
    """Mei spent 30 points; it is sealed, signed and cosigned; the log has grown since."""
    settings.LOG_WITNESSES = [str(EAST_WITNESS.key)]
    give_points(resident=mei, bank=east, points=100, at=now())
    take(bakery, phone_of(mei, at=now()).code(now()), 30)
    seal_all()
    make_checkpoint(at=now())
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    line = EAST_WITNESS.cosign(split_note(checkpoint.note)[0], seconds=int(now().timestamp()))
    cosign(size=checkpoint.size, line=line, at=now())
    for _ in range(3):
        give_points(resident=mei, bank=east, points=1, at=now())
    seal_all()
    make_checkpoint(at=now())
    return Redemption.objects.get()


def steps(page: Page) -> list[tuple[str, str]]:
    """What the check said, with its states."""
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_role("button", name="Check again")).to_be_enabled()
    page.locator("#how").evaluate("how => (how.open = true)")
    items = page.locator("#steps li")
    return [(str(item.get_attribute("data-state")), item.inner_text()) for item in items.all()]


def check(text: str) -> Any:
    key = verifier.Key.read(str(log_keys()[0]))
    witness = verifier.Key.read(str(EAST_WITNESS.key))
    return verifier.check_receipt(text, argparse.Namespace(key=[key], witness=[witness], quorum=1, log=None))


def test_a_resident_checks_a_receipt(phones: Phones, mei: Resident, spent: Redemption) -> None:
    phone = phones()
    assert mei.user is not None
    phone.sign_in(mei.user)
    page = phone.open(f"/history/{spent.transfer_id}/")
    page.get_by_text("Kept in a ledger nobody can alter").click()
    page.get_by_role("link", name="Verify").click()

    expect(page.get_by_role("heading", name="Verified", exact=True)).to_be_visible()
    expect(page.get_by_text("This receipt is in the ledger, and nobody has changed it.")).to_be_visible()
    expect(page.locator("#steps")).to_be_hidden()
    assert steps(page) == [
        ("right", "The receipt's place in the log leads to the signed root."),
        ("right", "The banks' parts are the ones that were sealed."),
        ("right", "The log signed it."),
        ("right", "Cosigned by: east.example/witness"),
        ("right", "The log of this minute still begins with the log that was signed."),
    ]
    expect(page.get_by_text("east.example/witness").first).to_be_visible()


def test_the_code_and_the_file_hold_the_whole_proof(phones: Phones, mei: Resident, spent: Redemption) -> None:
    phone = phones()
    assert mei.user is not None
    phone.sign_in(mei.user)
    page = phone.open(f"/history/{spent.transfer_id}/proof/")
    expect(page.get_by_role("button", name="Check again")).to_be_enabled()  # until then the page grows, and the code moves
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.locator("#code").screenshot())).convert("L"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the proof").click()

    file = download.value.path().read_text()
    assert check(str(found[0].text)) == check(file)
    assert check(file)["reason"] == "redeem"


def test_a_cashier_checks_the_same_receipt(phones: Phones, bakery: Cashier, spent: Redemption) -> None:
    phone = phones(viewport=DESKTOP)
    phone.sign_in(bakery.user)
    page = phone.open(f"/merchant/receipts/{receipt_number(spent.pk)}/")
    page.get_by_text("Kept in a ledger nobody can alter").click()
    page.get_by_role("link", name="Verify").click()

    assert [state for state, _words in steps(page)] == ["right"] * 5


def test_a_forged_receipt_and_a_rewritten_log_are_told(phones: Phones, mei: Resident, spent: Redemption) -> None:
    phone = phones()
    assert mei.user is not None
    phone.sign_in(mei.user)
    address = f"/history/{spent.transfer_id}/proof/"

    def forge(route: Route) -> None:
        answer = route.fetch()
        body = answer.text()
        at = body.index("\\u0022leaf\\u0022: \\u0022") if "\\u0022leaf" in body else body.index('\\"leaf\\": \\"') + len('\\"leaf\\": \\"')
        place = at + 40
        other = "A" if body[place] != "A" else "B"
        route.fulfill(response=answer, body=body[:place] + other + body[place + 1 :])

    def rewrite(route: Route) -> None:
        answer = route.fetch()
        text = answer.text().split("\n")
        text[2] = verifier.encode(bytes(32))
        route.fulfill(response=answer, body="\n".join(text))

    page = phone.open("/history/")
    page.route(f"**{address}", forge)
    page.route("**/api/v1/log/checkpoint", rewrite)
    page.goto(phone.address + address)

    assert [state for state, _words in steps(page)] == ["wrong", "right", "right", "right", "wrong"]


CHECK = """async ([proof, latest, hashes]) => {
  const { check } = await import("/static/js/log/receipt.js");
  const read = async (address) => (address.includes("?") ? JSON.stringify({ hashes }) : latest);
  const states = [];
  for await (const [step, state] of check(proof, read)) states.push(`${step} ${state}`);
  return states;
}"""


@pytest.fixture
def checked(phones: Phones, mei: Resident, spent: Redemption) -> Callable[..., list[str]]:
    """What the browser's check finds of the log's last leaf, with something of it changed."""
    phone = phones()
    assert mei.user is not None
    phone.sign_in(mei.user)
    page = phone.open("/history/")
    latest = latest_checkpoint()
    assert latest is not None
    found = leaf_proof(number=latest.size)
    assert found is not None

    def look(*, latest: str = latest.full_note, hashes: Sequence[str] = (), **changes: object) -> list[str]:
        receipt = json.dumps({**json.loads(found.as_json()), **changes})
        keys = {"keys": [str(key) for key in log_keys()], "witnesses": []}
        proof = {"receipt": receipt, **keys, "checkpoint": "/checkpoint", "consistency": "/consistency"}
        states: list[str] = page.evaluate(CHECK, [proof, latest, list(hashes)])
        return states

    return look


def test_the_browser_takes_no_number_beyond_the_tree(checked: Callable[..., list[str]]) -> None:
    latest = latest_checkpoint()
    assert latest is not None
    assert checked() == ["leaf right", "parts right", "signed right", "grown right"]

    for number in (0, -1, latest.size - 1, latest.size + 1, 10**6, None, "x"):
        assert checked(number=number)[0] == "leaf wrong"


def test_the_browser_takes_no_parts_but_those_that_were_sealed(checked: Callable[..., list[str]]) -> None:
    latest = latest_checkpoint()
    assert latest is not None
    found = leaf_proof(number=latest.size)
    assert found is not None
    (part,) = json.loads(found.as_json())["parts"]
    longer = verifier.encode(verifier.decode(part["blinding"]) + verifier.decode(part["part"])[:1])
    shifted = {"blinding": longer, "part": verifier.encode(verifier.decode(part["part"])[1:])}

    others: list[list[dict[str, str]]] = [[], [part, part], [shifted], [{**part, "part": "*"}], [{}]]
    for parts in others:
        assert checked(parts=parts)[1] == "parts wrong"


def test_the_browser_wants_the_newest_checkpoint_of_the_same_log_and_signed(checked: Callable[..., list[str]]) -> None:
    latest = latest_checkpoint()
    assert latest is not None
    stranger = Signer.of_seed(settings.LOG_ORIGIN, b"x" * 32)
    other = Signer.of_seed("other.example/log", b"x" * 32)
    unsigned = signed_note(checkpoint_text(origin=settings.LOG_ORIGIN, size=latest.size, root=latest.root), [stranger])
    renamed = signed_note(checkpoint_text(origin="other.example/log", size=latest.size, root=latest.root), [other])
    older = checkpoint_over(number=1)
    assert older is not None
    back = [verifier.encode(each) for each in prove_consistency(old=older.size, new=latest.size)]

    assert checked(latest=unsigned)[3] == "grown wrong"
    assert checked(latest=renamed)[3] == "grown wrong"
    assert checked(latest="nothing")[3] == "grown unknown"
    assert checked(latest=older.full_note, hashes=back)[3] == "grown right"  # a server that lags behind
    assert checked(latest=older.full_note, hashes=back[1:])[3] == "grown wrong"


def test_a_browser_without_hashes_says_so_and_may_try_again(phones: Phones, mei: Resident, spent: Redemption) -> None:
    phone = phones()
    assert mei.user is not None
    phone.sign_in(mei.user)
    page = phone.open("/history/")
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page.goto(f"{phone.address}/history/{spent.transfer_id}/proof/")

    for _ in range(2):
        assert steps(page) == [
            ("unknown", "This browser can't compute hashes on this page. Open the site with https, or check the file elsewhere.")
        ]


def test_a_receipt_from_before_the_logs_key_changed_is_checked(
    phones: Phones, mei: Resident, east: Bank, spent: Redemption, settings: Settings
) -> None:
    settings.LOG_PAST_KEYS, settings.LOG_SIGNING_SEEDS = [str(log_keys()[0])], [b"n" * 32]
    give_points(resident=mei, bank=east, points=1, at=now())
    seal_all()
    make_checkpoint(at=now())
    phone = phones()
    assert mei.user is not None
    phone.sign_in(mei.user)

    assert [state for state, _words in steps(phone.open(f"/history/{spent.transfer_id}/proof/"))] == ["right"] * 5


def test_a_proof_too_long_for_a_code_says_so(phones: Phones, mei: Resident, spent: Redemption) -> None:
    phone = phones()
    assert mei.user is not None
    phone.sign_in(mei.user)
    address = f"/history/{spent.transfer_id}/proof/"

    def lengthen(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("CFRECEIPT1.", "CFRECEIPT1." + 4300 * "A"))

    page = phone.open("/history/")
    expect(page.get_by_text("longer than a QR code can hold")).to_have_count(0)
    page.route(f"**{address}", lengthen)
    page.goto(phone.address + address)

    expect(page.get_by_text("This proof is longer than a QR code can hold. The file holds all of it.")).to_be_visible()
    expect(page.locator("#code")).to_be_hidden()


def test_what_is_not_sealed_yet_says_so(phones: Phones, mei: Resident, east: Bank, bakery: Cashier) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    take(bakery, phone_of(mei, at=now()).code(now()), 30)
    phone = phones()
    assert mei.user is not None
    phone.sign_in(mei.user)

    page = phone.open(f"/history/{Redemption.objects.get().transfer_id}/proof/")

    expect(page.get_by_text("This receipt is being sealed.")).to_be_visible()
    seal_all()
    make_checkpoint(at=now())
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("button", name="Check again")).to_be_visible()


def test_someone_elses_proof_is_not_there(phones: Phones, tom: Resident, spent: Redemption) -> None:
    phone = phones()
    assert tom.user is not None
    phone.sign_in(tom.user)

    page = phone.context.new_page()
    answer = page.goto(f"{phone.address}/history/{spent.transfer_id}/proof/")

    assert answer is not None
    assert answer.status == HTTPStatus.NOT_FOUND
