"""The converter of the public bank data, on small files of our own in both forms."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from tools.trial.pkdd99 import birth_of, main

ORIGINAL = {
    "district.asc": 'A1;A2;A3;A4\n1;"Hl.m. Praha";"Prague";1204953\n18;"Pisek";"south Bohemia";70699\n',
    "client.asc": '"client_id";"birth_number";"district_id"\n1;"706213";18\n2;"450204";1\n3;"406009";1\n4;"561201";18\n',
    "account.asc": '"account_id";"district_id";"frequency";"date"\n1;18;"POPLATEK MESICNE";950324\n2;1;"POPLATEK TYDNE";930226\n',
    "disp.asc": '"disp_id";"client_id";"account_id";"type"\n1;1;1;"OWNER"\n2;2;2;"VLASTNIK"\n3;3;2;"DISPONENT"\n4;4;3;"OWNER"\n',
    "order.asc": (
        '"order_id";"account_id";"bank_to";"account_to";"amount";"k_symbol"\n'
        '29401;1;"YZ";"87144583";2452.00;"SIPO"\n'
        '29402;2;"ST";"89597016";3372.70;"UVER"\n'
        '29403;2;"QR";"13943797";7266.00;"POJISTNE"\n'
        '29404;3;"WX";"83084338";1135.05;" "\n'
        '29405;3;"CD";"24485939";327.00;"LEASING"\n'
    ),
}
COPY = {
    "fin_district.tsv": "1\tHl.m. Praha\tPrague\t1204953\n18\tPisek\tSouth Bohemia\t70699\n",
    "fin_client.tsv": "1\t1990-12-13\tF\t18\n2\t1965-02-04\tM\t1\n3\t1960-10-09\tF\t1\n4\t1976-12-01\tM\t18\n",
    "fin_disp.tsv": "1\t1\t1\tO\n2\t2\t2\tO\n3\t3\t2\tD\n4\t4\t3\tO\n",
    "fin_order.tsv": (
        "29401\t1\tYZ\t87144583\t245.20\tHH\n"
        "29402\t2\tST\t89597016\t337.27\tLO\n"
        "29403\t2\tQR\t13943797\t726.60\tIN\n"
        "29404\t3\tWX\t83084338\t113.50\t  \n"
        "29405\t3\tCD\t24485939\t32.70\tLE\n"
    ),
}


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def converted(folder: Path, out: Path) -> dict[str, str]:
    assert main([str(folder), str(out), "--month", "2026-10"]) == 0
    return {str(path.relative_to(out)): path.read_text() for path in sorted(out.rglob("*")) if path.is_file()}


def events(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_original_files_become_an_event_for_each_order(tmp_path: Path) -> None:
    made = converted(write(tmp_path / "in", ORIGINAL), tmp_path / "out")

    assert events(made["WB/events-2026-10.jsonl"]) == [
        {
            "specversion": "1.0",
            "id": "ord-29401-2026-10",
            "source": "urn:bank:wb:core",
            "type": "bill.paid",
            "subject": "1",
            "time": "2026-10-02T01:01:00+08:00",
            "data": {
                "amount_minor": 24520,
                "currency": "CNY",
                "category": "household",
                "counterparty_bank": "YZ",
                "channel": "standing_order",
            },
        }
    ]
    shown = [
        (event["subject"], event["type"], event["time"], event["data"]["amount_minor"], event["data"]["category"])  # type: ignore[index]
        for event in events(made["EB/events-2026-10.jsonl"])
    ]
    assert shown == [
        ("2", "loan.repaid", "2026-10-03T02:02:00+08:00", 33727, "loan"),
        ("2", "bill.paid", "2026-10-03T03:03:00+08:00", 72660, "insurance"),
        ("4", "bill.paid", "2026-10-04T04:04:00+08:00", 11350, "other"),
        ("4", "bill.paid", "2026-10-04T05:05:00+08:00", 3270, "leasing"),
    ]


def test_people_are_split_by_even_and_odd_numbers_and_know_their_place(tmp_path: Path) -> None:
    made = converted(write(tmp_path / "in", ORIGINAL), tmp_path / "out")

    people = {
        bank: [
            (row["customer"], row["name"], row["branch"], row["neighborhood"])
            for row in csv.DictReader(made[f"{bank}/people.csv"].splitlines())
        ]
        for bank in ("EB", "WB")
    }
    assert people == {
        "EB": [("2", "Client 2", "PRAGUE", "D01"), ("4", "Client 4", "SOUTH-BOHEMIA", "D18")],
        "WB": [("1", "Client 1", "SOUTH-BOHEMIA", "D18"), ("3", "Client 3", "PRAGUE", "D01")],
    }
    assert made["places.csv"].splitlines()[1:] == ["PRAGUE,Prague,D01,Hl.m. Praha", "SOUTH-BOHEMIA,South Bohemia,D18,Pisek"]


def test_both_forms_and_every_run_give_the_same_files(tmp_path: Path) -> None:
    original = write(tmp_path / "in", ORIGINAL)

    first = converted(original, tmp_path / "first")

    assert converted(original, tmp_path / "second") == first
    assert converted(write(tmp_path / "copy", COPY), tmp_path / "third") == first


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("706213", (date(1970, 12, 13), "F")),
        ("450204", (date(1945, 2, 4), "M")),
        ("400501", (date(1940, 5, 1), "M")),
        ("405101", (date(1940, 1, 1), "F")),
    ],
)
def test_a_birth_number_tells_day_and_sex(number: str, expected: tuple[date, str]) -> None:
    assert birth_of(number) == expected


def test_a_folder_without_the_data_is_refused_with_a_sentence(tmp_path: Path) -> None:
    said: list[str] = []

    assert main([str(tmp_path), str(tmp_path / "out"), "--month", "2026-10"], say=said.append) == 2
    assert said == [f"{tmp_path} holds neither order.asc nor fin_order.tsv."]
    assert not (tmp_path / "out").exists()


def test_a_broken_file_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {**ORIGINAL, "order.asc": '"order_id";"account_id"\n29401;1\n'})
    said: list[str] = []

    assert main([str(folder), str(tmp_path / "out"), "--month", "2026-10"], say=said.append) == 2
    assert said[0].startswith(f"The data in {folder} can't be read")
    assert not (tmp_path / "out").exists()
