import gzip
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from factories import record as a_record
from recorded_data import rows
from sandbox_data import planted

from harness.domain.chat import Answer
from harness.domain.score import Score
from harness.sandbox.settings import HARMFUL_FAULTS, SandboxSettings
from harness.scorers.base import ScoringContext
from harness.scorers.build import build_scorer

FOLDER = Path(__file__).resolve().parents[2] / "datasets" / "receipts"
TABLES = tomllib.loads((FOLDER / "dataset.toml").read_text(encoding="utf-8"))
SETTINGS = SandboxSettings.from_table(TABLES["sandbox"])
SCORER = build_scorer(TABLES["scorers"][0], FOLDER).scorer


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return rows("receipts", "records.jsonl.gz")


def text_of(record: dict[str, Any]) -> str:
    return str(record["body"]["messages"][1]["content"])


def test_the_build_gives_the_records_again(tmp_path: Path) -> None:
    made = tmp_path / "records.gz"
    subprocess.run([sys.executable, str(FOLDER / "build.py"), "--out", str(made)], check=True)
    assert gzip.decompress(made.read_bytes()) == gzip.decompress((FOLDER / "records.jsonl.gz").read_bytes())


def test_three_receipts_are_left_out(records: list[dict[str, Any]]) -> None:
    all_ids = {row["id"] for row in rows("receipts", "sroie.jsonl.gz")}
    kept = {record["custom_id"] for record in records}
    assert (len(all_ids), len(records)) == (626, 623)
    assert all_ids - kept == {"sroie-033", "sroie-104", "sroie-237"}
    assert len({text_of(record) for record in records}) == 623


def test_labels_are_those_given(records: list[dict[str, Any]]) -> None:
    gold = {row["id"]: row["gold"] for row in rows("receipts", "sroie.jsonl.gz")}
    for record in records:
        given, expected = gold[record["custom_id"]], record["expected"]
        assert (expected["company"], expected["address"]) == (given["company"], given["address"])
        assert f"{expected['total']:.2f}".rstrip("0") == re.sub(r"[^\d.-]", "", given["total"]).rstrip("0")
        year, month, day = expected["date"].split("-")
        numbers = {int(part) for part in re.findall(r"\d+", given["date"])}
        if len(numbers) == 3 and "aaa" not in given["date"]:
            assert numbers == {int(month), int(day), *({int(year)} if max(numbers) > 99 else {int(year[2:])})}


def test_the_day_comes_first(records: list[dict[str, Any]]) -> None:
    gold = {row["id"]: row["gold"] for row in rows("receipts", "sroie.jsonl.gz")}
    exceptions = set()
    for record in records:
        match = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})", gold[record["custom_id"]]["date"])
        if match and int(match[1]) != int(record["expected"]["date"][8:]):
            exceptions.add(record["custom_id"])
    assert exceptions == {"sroie-013", "sroie-383"}  # 12/28/2017 and 12/13/2016


def test_every_expected_answer_fits_the_schema(records: list[dict[str, Any]]) -> None:
    validator = jsonschema_rs.validator_for(records[0]["body"]["response_format"]["json_schema"]["schema"])
    for record in records:
        validator.validate(record["expected"])


def test_there_are_receipts_of_all_sorts(records: list[dict[str, Any]]) -> None:
    tags = [record["tags"] for record in records]
    assert Counter(tag["sign"] for tag in tags) == {"none": 536, "RM": 55, "$": 32}
    assert Counter(tag["labels"] for tag in tags)["not all in the text"] == 50
    assert Counter(tag["year"] for tag in tags) == {"four digits": 475, "two digits": 148}


def score(record: dict[str, Any], **changes: object) -> Score:
    context = ScoringContext(record=a_record(tags=record["tags"]), seed=1)
    given = Answer(text=json.dumps({**record["expected"], **changes}))
    scored = SCORER.score(given, Answer(text=json.dumps(record["expected"])), context)
    assert isinstance(scored, Score)
    return scored


def test_other_ways_to_write_it_are_right(records: list[dict[str, Any]]) -> None:
    for record in records[:60]:
        total, (year, month, day) = record["expected"]["total"], record["expected"]["date"].split("-")
        for changes in (
            {"total": f"RM{total:.2f}"},
            {"total": f"RM {total:,.2f}"},
            {"total": f"{total:.2f}"},
        ):
            assert score(record, **changes).right, changes
        if int(day) > 12:
            assert score(record, date=f"{day}/{month}/{year}").right
        assert score(record, company=record["expected"]["company"].title()).right
        assert not score(record, total=total + 1).right


def test_the_candidate_swaps_dates_with_two_digits_of_the_year(records: list[dict[str, Any]]) -> None:
    years = {record["custom_id"]: record["tags"]["year"] for record in records}
    arms = [planted(records, SETTINGS, TABLES[arm]["model"]) for arm in ("incumbent", "candidate")]
    swapped = [name for name, kinds in arms[1].items() if "date_order" in kinds]
    assert len(swapped) == 22
    assert {years[name] for name in swapped} == {"two digits"}
    incumbent, candidate = (
        {name for name, kinds in arm.items() if kinds & set(HARMFUL_FAULTS)} for arm in arms
    )
    # Four points worse: more than the margin, yet 623 receipts do not prove it.
    assert len(candidate - incumbent) - len(incumbent - candidate) == 26
