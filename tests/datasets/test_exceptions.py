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
from recorded_data import rows
from sandbox_data import planted

from harness.dataset.reader import read_records
from harness.domain.chat import Answer
from harness.domain.record import Record
from harness.domain.score import Score
from harness.sandbox.settings import HARMFUL_FAULTS, SandboxSettings
from harness.scorers.base import ScoringContext
from harness.scorers.build import build_scorers
from harness.scorers.clause_ids import clause_paths
from harness.scorers.clause_index import clause_index

FOLDER = Path(__file__).resolve().parents[2] / "datasets" / "exceptions"
TABLES = tomllib.loads((FOLDER / "dataset.toml").read_text(encoding="utf-8"))
CASES = tomllib.loads((FOLDER / "cases.toml").read_text(encoding="utf-8"))
SETTINGS = SandboxSettings.from_table(TABLES["sandbox"])
CITATION, ROUTE = (named.scorer for named in build_scorers(TABLES["scorers"], FOLDER))
START = TABLES["scorers"][0]["start"]


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return rows("exceptions", "records.jsonl.gz")


@pytest.fixture(scope="module")
def read() -> list[Record]:
    return list(read_records(FOLDER))


def contract_of(record: dict[str, Any]) -> str:
    return str(record["body"]["messages"][1]["content"]).partition(START)[2]


def test_the_generator_gives_the_records_again(tmp_path: Path) -> None:
    made = tmp_path / "records.gz"
    subprocess.run([sys.executable, str(FOLDER / "generate.py"), "--out", str(made)], check=True)
    assert gzip.decompress(made.read_bytes()) == gzip.decompress((FOLDER / "records.jsonl.gz").read_bytes())


def test_there_are_428_cases_about_67_contracts(records: list[dict[str, Any]]) -> None:
    assert len({record["custom_id"] for record in records}) == len(records) == 428
    assert len({json.dumps(record["body"]["messages"]) for record in records}) == 428
    contracts = rows("exceptions", "contracts.jsonl.gz")
    assert {record["tags"]["contract"] for record in records} == {one["id"] for one in contracts}
    assert len(contracts) == 67
    assert {record["tags"]["category"] for record in records} <= set(CASES)
    routes = Counter(record["expected"]["route"] for record in records)
    assert len(routes) == 8
    assert min(routes.values()) >= 10
    assert max(routes.values()) < 428 * 0.4


def test_every_expected_answer_fits_the_schema(records: list[dict[str, Any]]) -> None:
    validator = jsonschema_rs.validator_for(records[0]["body"]["response_format"]["json_schema"]["schema"])
    for record in records:
        validator.validate(record["expected"])


def test_every_clause_is_in_the_contract_and_holds_its_quote(records: list[dict[str, Any]]) -> None:
    for record in records:
        contract = contract_of(record)
        index = clause_index(contract)
        assert record["expected"]["clauses"]
        for clause in record["expected"]["clauses"]:
            (path,) = clause_paths(clause["id"])
            (place,) = index.places(path)
            words = r"\s+".join(map(re.escape, clause["quote"].split()))
            (found,) = re.finditer(words, contract)
            assert place.start <= found.start() < found.end() <= place.end
            heading = contract[place.start : place.start + 40]
            assert re.match(
                rf"(?:section|article|clause)?\s*{re.escape(clause['id'])}\b", heading, re.IGNORECASE
            )


def scored(record: Record, answer: Answer, scorer: Any) -> Score:
    assert record.expected is not None
    score = scorer.score(answer, record.expected, ScoringContext(record=record, seed=1))
    assert isinstance(score, Score)
    return score


def test_every_expected_answer_is_right(read: list[Record]) -> None:
    for record in read:
        assert record.expected is not None
        for scorer in (CITATION, ROUTE):
            assert scored(record, record.expected, scorer).right, record.id


def test_routes_and_citations_are_told_apart(read: list[Record]) -> None:
    for record in read[::20]:
        assert record.expected is not None
        value = json.loads(record.expected.text or "")
        other = "legal" if value["route"] != "legal" else "claims"
        misrouted = Answer(text=json.dumps({**value, "route": other, "reason": "Another reason."}))
        assert scored(record, misrouted, CITATION).right
        (finding,) = scored(record, misrouted, ROUTE).findings
        assert (finding.kind, finding.path) == ("wrong_label", "route")
        uncited = Answer(text=json.dumps({**value, "clauses": []}))
        assert scored(record, uncited, ROUTE).right
        assert not scored(record, uncited, CITATION).right


def test_a_case_does_not_name_the_clause(records: list[dict[str, Any]]) -> None:
    for record in records:
        case = record["body"]["messages"][1]["content"].partition(START)[0]
        assert not re.search(r"\d\.\d|section", case.replace(record["tags"]["contract"], ""), re.IGNORECASE)


def test_the_candidate_cites_what_does_not_exist(records: list[dict[str, Any]]) -> None:
    arms = [planted(records, SETTINGS, TABLES[arm]["model"]) for arm in ("incumbent", "candidate")]
    invented = [{name for name, kinds in arm.items() if "hallucinated_reference" in kinds} for arm in arms]
    assert [len(names) for names in invented] == [0, 54]
    nested = {record["custom_id"] for record in records if record["tags"]["numbering"] == "nested"}
    assert len(invented[1] & nested) >= 48
    wrong = [sum(bool(kinds & set(HARMFUL_FAULTS)) for kinds in arm.values()) for arm in arms]
    assert wrong[0] <= 16
    assert wrong[1] >= 60
