"""Short files of Chinese names in two encodings: each name right or the file asked about, none wrong in silence."""

from __future__ import annotations

import io
import random

import pytest

from core.encodings import GB18030, UTF8, Why
from core.rows import EncodingUnclear, Row, WrongEncoding, read_rows, survey

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦"
    "付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰华玲辉建红文燕飞梅鑫波斌莉宇浩凯健俊帆雪帅慧云峰欣龙阳倩婷晨博宁佳琳琪璐颖怡涵"
    "子轩梓诺一诗紫若雨思嘉昊睿瑶妍瑞泽凡菲莹洁蕾薇悦彤心语萱可馨晓春秋冬国志德永成"
)
FILES = 2_000


def names(dice: random.Random) -> list[str]:
    return [dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2, 2)))) for _ in range(dice.choice((1, 1, 2, 3, 5)))]


def read(content: bytes) -> tuple[str, list[str]]:
    found = survey(io.BytesIO(content))
    assert found.why is Why.LIKELY
    return found.encoding, [row.fields["name"] for row in read_rows(io.BytesIO(content), encoding=found.encoding) if isinstance(row, Row)]


def test_of_two_thousand_short_files_and_their_twins_none_is_read_wrongly() -> None:
    dice, asked, ambiguous = random.Random(20260305), 0, 0
    for _ in range(FILES):
        people = names(dice)
        text = "customer,name\n" + "".join(f"{1000 + place},{name}\n" for place, name in enumerate(people))
        ambiguous += readable(text.encode(GB18030), UTF8)
        for encoding in (GB18030, UTF8):
            try:
                assert read(text.encode(encoding)) == (encoding, people)
            except EncodingUnclear:
                asked += 1

    assert ambiguous >= 5, "some of them can be read in both, or this shows nothing"
    assert asked <= FILES // 50, f"{asked} of {2 * FILES} files were asked about"


@pytest.mark.parametrize("first", range(0xC2, 0xE0))
def test_every_name_of_two_characters_that_can_be_read_in_both_is_right_or_asked_about(first: int) -> None:
    """All of them: two bytes that are a character of UTF-8 each, and a common one of GB 2312."""
    letters = [text for second in range(0xA1, 0xC0) if (text := decoded(bytes((first, second)))) is not None]
    for one in letters:
        for two in letters[:8]:
            content = f"name\n{one}{two}\n".encode("gb2312")
            try:
                assert read(content) == (GB18030, [f"{one}{two}"])
            except EncodingUnclear:
                continue


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("José", UTF8),
        ("Müller", UTF8),
        ("Łukasz", UTF8),
        ("张婷", UTF8),
        ("张婷", GB18030),
        ("阿依古丽·买买提", GB18030),
        ("阿依古丽·买买提", UTF8),
    ],
)
def test_names_of_other_kinds(name: str, encoding: str) -> None:
    assert read(f"name\n{name}\n".encode(encoding)) == (encoding, [name])


@pytest.mark.parametrize("encoding", [UTF8, GB18030])
@pytest.mark.parametrize(
    "name",
    [
        "Иванов",
        "Пётр Иванов",
        "Ωμέγα",
        "김민수",
        "さくら",
        "محمد",
        "ئۇيغۇر",
        "ཚེ་རིང",
        "ร้าน",
        "ᠮᠣᠩᠭᠣᠯ",
        "ꆈꌠ",
        "買買提·艾力",
        "𠮷野",
        "龘靐",
        "王😀",
        "李　雷",
    ],
)
def test_a_name_of_another_script_is_right_or_asked_about(name: str, encoding: str) -> None:
    content = f"name\n{name}\n".encode(encoding)
    try:
        assert read(content) == (encoding, [name])
    except EncodingUnclear:
        assert read(content + "王芳\n李强\n".encode(encoding)) == (encoding, [name, "王芳", "李强"])


def test_what_can_not_be_told_is_asked_and_what_was_said_is_taken() -> None:
    both = "name\nاب\n".encode()  # as likely two rare Chinese characters

    with pytest.raises(EncodingUnclear):
        survey(io.BytesIO(both))
    assert survey(io.BytesIO(both), encoding=GB18030).why is Why.SAID


@pytest.mark.parametrize(("encoding", "other"), [(UTF8, GB18030), (GB18030, UTF8)])
def test_one_broken_row_turns_no_file(encoding: str, other: str) -> None:
    content = "name\n张梅\n汤姆\n王芳\n".encode(encoding) + "赵磊军\n".encode(other)

    assert survey(io.BytesIO(content)).encoding == encoding


def test_a_byte_order_mark_says_it() -> None:
    for encoding in (UTF8, GB18030):
        content = "\ufeffname\n张梅\n".encode(encoding)
        found = survey(io.BytesIO(content))
        assert (found.encoding, found.why) == (encoding, Why.MARK)
        assert [row.fields for row in read_rows(io.BytesIO(content), encoding=encoding) if isinstance(row, Row)] == [{"name": "张梅"}]


def test_ascii_is_the_same_in_both_and_other_bytes_are_neither() -> None:
    assert survey(io.BytesIO(b"name\nMei\n")).why is Why.ASCII
    with pytest.raises(WrongEncoding):
        survey(io.BytesIO(b"n\n\xff\xfe\xff\n\xff\xff\n\xff\xff\n"))


def readable(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def decoded(pair: bytes) -> str | None:
    try:
        return pair.decode("gb2312")
    except UnicodeDecodeError:
        return None
