"""Dates, numbers and plurals as people of each language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext, override

DAY = date(2026, 3, 5)  # a Thursday
MOMENT = datetime(2026, 3, 5, 7, 5, tzinfo=UTC)  # 15:05 in Shanghai
WRITTEN = {
    "zh-hans": {
        "DATE_FORMAT": "2026年3月5日",
        "DATETIME_FORMAT": "2026年3月5日 15:05",
        "MONTH_DAY_FORMAT": "3月5日",
        "YEAR_MONTH_FORMAT": "2026年3月",
        "TIME_FORMAT": "15:05",
        "l": "星期四",
        "F": "三月",
    },
    "en": {
        "DATE_FORMAT": "Mar 5, 2026",
        "DATETIME_FORMAT": "Mar 5, 2026, 15:05",
        "MONTH_DAY_FORMAT": "Mar 5",
        "YEAR_MONTH_FORMAT": "March 2026",
        "TIME_FORMAT": "15:05",
        "l": "Thursday",
        "F": "March",
    },
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_dates_and_clock(language: str) -> None:
    with override(language):
        written = {name: date_format(localtime(MOMENT), name) for name in WRITTEN[language]}

    assert written == WRITTEN[language]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_thousands_are_grouped_alike(language: str) -> None:
    shown = Template('{% load look %}{{ n|floatformat:"0g" }} {{ n|grouped }} {{ minor|yuan }} {{ n }}')

    with override(language):
        assert shown.render(Context({"n": 1234567, "minor": -123450})) == "1,234,567 1,234,567 −1,234.50 1234567"


@pytest.mark.parametrize(("number", "english", "chinese"), [(0, "points", "分"), (1, "point", "分"), (2, "points", "分")])
def test_plurals(number: int, english: str, chinese: str) -> None:
    shown = Template('{% include "components/points.html" with number=n only %}')

    with override("en"):
        assert ngettext("point", "points", number) == english
        assert f">{english}<" in shown.render(Context({"n": number}))
    with override("zh-hans"):
        assert ngettext("point", "points", number) == chinese


def test_words_that_mean_two_things_are_told_apart() -> None:
    with override("zh-hans"):
        assert gettext("History") == "历史"  # the admin's own button keeps Django's word
        assert gettext("Light") == "浅色"


def test_chinese_is_the_default() -> None:
    assert gettext("Community points") == "邻里积分"
    assert date_format(DAY) == "2026年3月5日"
