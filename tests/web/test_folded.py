"""What the ledger knows of a page's points is one folded line: no number, second or witness stands before the reader's eyes."""

from __future__ import annotations

import re
from typing import Final

import pytest
from django.test import Client

from branches.models import Bank
from core.clock import now
from merchants.models import Cashier
from points.log.checkpoints import make_checkpoint
from points.queries import history
from redemptions.models import Redemption
from residents.models import Resident
from settlements.citing import cite_checkpoints
from settlements.models import MerchantLine, MerchantStatement
from tests.earning.world import bill, bill_rule, send
from tests.web.test_merchant_pages import browser_of, close_today, sell

pytestmark = pytest.mark.django_db
FOLDED: Final = re.compile(r'<details class="card behind ledger">\s*<summary>(.*?)</summary>(.*?)</details>', re.DOTALL)
DETAILS: Final = re.compile(r"<details\b(?![^>]*\bopen\b)[^>]*>.*?</details>", re.DOTALL)
FOR_EXPERTS: Final = {
    "en": ("Entry no.", "Version of the rule", "Sealed", "Recorded", "Cosigned", "Signed with", "leaf of the log", "leaves of the log"),
    "zh-hans": ("日志编号", "规则版本", "封存", "入账时间", "联署", "签名"),
}
SAID: Final = {"en": "Kept in a ledger nobody can alter", "zh-hans": "已存入防篡改账本"}
NOBODY: Final = {"en": "no bank yet", "zh-hans": "暂无银行"}


@pytest.fixture
def sold(mei: Resident, bakery: Cashier, east: Bank) -> Redemption:
    """24 points for a bill, of them 10 spent at Bakery; sealed, signed, and the day closed, with no witness far and wide."""
    bill_rule(east)
    send(east, bill(24520, paid=now()), at=now())
    sold = sell(mei, bakery, 10)[0]
    close_today()
    make_checkpoint(at=now())
    cite_checkpoints(at=now())
    return sold


@pytest.mark.parametrize("language", list(SAID))
def test_what_the_ledger_knows_is_one_folded_line(mei: Resident, bakery: Cashier, sold: Redemption, language: str) -> None:
    assert mei.user
    spent, earned = history(mei.wallet_id)
    statement, line = MerchantStatement.objects.get(merchant=bakery.outlet.merchant), MerchantLine.objects.get()
    pages = {
        mei.user: [f"/history/{spent.id}/", f"/history/{earned.id}/"],
        bakery.user: [f"/merchant/receipts/{sold.receipt}/", f"/merchant/statements/{statement.pk}/", f"/merchant/lines/{line.number}/"],
    }
    for user, addresses in pages.items():
        browser = browser_of(user)
        browser.cookies["django_language"] = language
        for address in addresses:
            page = browser.get(address).content.decode()
            assert [SAID[language] in summary for summary, _rest in FOLDED.findall(page)] == [True], address
            assert NOBODY[language] not in page, address
            seen = DETAILS.sub("", page)
            assert [words for words in FOR_EXPERTS[language] if words in seen] == [], address
            assert not re.search(r"\d\d:\d\d:\d\d<", seen), address


@pytest.mark.parametrize("language", list(SAID))
def test_a_proof_folds_its_numbers_too(mei: Resident, sold: Redemption, language: str) -> None:
    assert mei.user
    browser = Client()
    browser.force_login(mei.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    browser.cookies["django_language"] = language

    page = browser.get(f"/history/{sold.transfer_id}/proof/").content.decode()

    seen = DETAILS.sub("", page.split("<template", maxsplit=1)[0])
    assert '<details class="behind" id="how">' in page
    assert [words for words in (*FOR_EXPERTS[language][:1], *FOR_EXPERTS[language][4:], NOBODY[language]) if words in seen] == []
