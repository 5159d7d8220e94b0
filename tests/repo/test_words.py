"""Words that residents and shops were found to stumble over stay as they were mended, in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import polib
import pytest

from tests.repo.sources import ROOT

CATALOG: Final = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
# what stands in the code, and how it is said at a counter
SAID: Final = {
    "Type the amount": "请输入要收的积分",
    "Nothing taken": "未扣积分",
    "Month by month": "每月积分",
    "Earned": "获得",
    "Spent": "使用",
    "The numbers": "看具体数字",
    "Continue": "下一步",
    "Cancel": "取消",
    "Tell us once which bank knows you. Points that are waiting there come at once.": "关联银行后，已有的积分马上到账。",
    "This receipt is in the ledger, and nobody has changed it.": "这张小票在账本里，且没有被改过。",
    "The customer changed their mind": "顾客不要了",
    "Points from your bank, spent around the corner": "银行送的积分，家门口就能花",
    "Read it to me": "读给我听",
    "Take all {n} points instead": "改收全部{n}分",
    "worth ¥%(yuan)s": "约合%(yuan)s元",
    "Undo": "撤销",
    "Verified": "核验通过",
    "Activity": "积分明细",
}
ENGLISH: Final = (
    "Pay bills online to earn points",
    "See where every point came from",
    "Expiry dates",
    "Shops near you",
    "New code in {n} s",
    "It works once",
    "Can't scan?",
    "Text size",
    "Match device",
    "Enter code",
    "available",
    "Entry no.",
    "Verify",
)
CHINESE: Final = ("该行积分会自动到账", "这笔缴费已取消", "分已收回", "数字有误，请再核对一遍")
GONE_CHINESE: Final = re.compile(
    "付款码|请输入数额|没有扣分|每月收支|查看数字|核对姓名|不转赠|等着您的积分马上就到|积分就能找到您|撤销了发放|签名的根一致|居民改变主意"
)
GONE_ENGLISH: Final = re.compile(
    r"Pay a bill online, and points come|Every point tells why|What expires when|Takes points near you|A new one in|It lives a minute"
    r"|The till can't read it|What came and went|Look at the name|Size of type|As the phone|Type the digits|may spend"
    r"|Number of the log|Prove it"
)
GLOSSARY: Final = ROOT / "docs" / "glossary.md"
ROW_WITH_PAGES: Final = re.compile(r"^\|[^|]+\|[^|]+\|([^|]+)\|[^|]+\|$", re.MULTILINE)
HAN: Final = re.compile(r"[\u4e00-\u9fff]+")
SHOPS: Final = ("templates/merchant/", "web/merchant/", "redemptions/")  # there it is a customer


@pytest.fixture(scope="module")
def catalog() -> polib.POFile:
    """The Chinese of everything that people read."""
    return polib.pofile(str(CATALOG))


def chinese(entry: polib.POEntry) -> str:
    return "".join([entry.msgstr, *entry.msgstr_plural.values()])


def test_the_words_stand(catalog: polib.POFile) -> None:
    known = {entry.msgid: chinese(entry) for entry in catalog if not entry.msgctxt}

    assert {english: known.get(english) for english in SAID} == SAID
    assert [words for words in ENGLISH if not any(words in english for english in known)] == []
    assert [words for words in CHINESE if not any(words in said for said in known.values())] == []


def test_words_that_were_stumbled_over_are_gone(catalog: polib.POFile) -> None:
    assert [entry.msgid for entry in catalog if GONE_CHINESE.search(chinese(entry)) or GONE_ENGLISH.search(entry.msgid)] == []


def test_in_shops_a_resident_is_a_customer(catalog: polib.POFile) -> None:
    of_shops = [
        entry for entry in catalog if entry.occurrences and all(str(Path(place)).startswith(SHOPS) for place, _line in entry.occurrences)
    ]

    assert len(of_shops) > 50
    assert [entry.msgid for entry in of_shops if "居民" in chinese(entry)] == []


def test_pages_use_the_chinese_of_the_glossary(catalog: polib.POFile) -> None:
    words = {word for cell in ROW_WITH_PAGES.findall(GLOSSARY.read_text()) for word in HAN.findall(cell)}
    translations = "\n".join(chinese(entry) for entry in catalog)

    assert len(words) > 50
    assert [word for word in sorted(words) if word not in translations] == []
