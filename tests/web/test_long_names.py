"""A name that is too long is refused with a sentence, at the desk and in a bank's file, and nothing is made."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from branches.models import Bank
from identity.models import User
from merchants.models import Merchant
from residents.models import Resident
from tests.desk import signed_in
from tests.residents.test_importing import take_in

pytestmark = pytest.mark.django_db
ADD = "/admin/merchants/merchant/add/"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Ensure this value has at most 80 characters (it has 200)."),
        ("zh-hans", "确保该变量包含不超过 80 字符 (目前字符数 200)。"),
    ],
)
def test_two_hundred_letters_are_refused_at_the_desk(east: Bank, east_manager: User, language: str, sentence: str) -> None:
    client = signed_in(east_manager)
    client.cookies["django_language"] = language

    refused = client.post(ADD, {"name": "M" * 200, "acquirer": east.pk})

    assert refused.status_code == 200
    assert sentence in refused.content.decode()
    assert not Merchant.objects.exists()
    assert client.post(ADD, {"name": "M" * 80, "acquirer": east.pk}).status_code == 302
    assert Merchant.objects.get().name == "M" * 80


def test_two_hundred_letters_are_refused_in_a_file(east: Bank) -> None:
    with override("en"):  # the sentence is in the language of whoever handed the file in, whoever runs it
        done = take_in(east, f"customer,name\n1001,{'M' * 200}\n1002,{'M' * 80}\n")

    (refused,) = done.errors.all()
    assert (refused.line, refused.code) == (2, "field_not_valid")
    assert refused.message == "字段“name”不可用：不是文本，或者过长。"
    assert [resident.name for resident in Resident.objects.all()] == ["M" * 80]
