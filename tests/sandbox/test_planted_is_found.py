"""What the sandbox plants is what the scorers of structured answers find: same kind, same place."""

import tomllib
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import orjson
import pytest

from harness.dataset.reader import read_records
from harness.domain.chat import Answer
from harness.domain.failure import is_failure, primary
from harness.domain.record import Record
from harness.domain.score import Finding, Score
from harness.sandbox.behavior import Played, Subject, answer
from harness.sandbox.settings import HARMLESS_FAULTS, LINE_FAULTS, REFERENCE_FAULTS, ModelBehavior
from harness.scorers.base import Scorer, ScoringContext
from harness.scorers.build import build_scorers

DATASETS = Path(__file__).resolve().parents[2] / "datasets"
OF_VALUES = (
    "digits_swapped",
    "decimal_misread",
    "sign_flipped",
    "wrong_currency",
    "date_order",
    "field_missing",
)
OF_TEXT = ("invalid_json", "repairable_json", "prose_around_json")
OF_RECEIPTS = ("wrong_value", "text_differs", "date_order", "field_missing", "digits_swapped", *OF_TEXT)


def sample(name: str, every: int) -> list[Record]:
    return list(islice(read_records(DATASETS / name), 0, None, every))


def scorers(name: str) -> dict[str, Scorer]:
    tables = tomllib.loads((DATASETS / name / "dataset.toml").read_text(encoding="utf-8"))["scorers"]
    return {named.name: named.scorer for named in build_scorers(tables, DATASETS / name)}


@pytest.fixture(scope="module")
def invoices() -> list[Record]:
    return sample("invoices", 9)


@pytest.fixture(scope="module")
def receipts() -> list[Record]:
    return sample("receipts", 9)


@pytest.fixture(scope="module")
def exceptions() -> list[Record]:
    return sample("exceptions", 6)


def play(record: Record, kind: str, prompt: str = "12,50") -> Played:
    assert record.expected is not None
    assert record.expected.text is not None
    subject = Subject(
        id=record.id,
        expected=orjson.loads(record.expected.text),
        prompt=prompt,
        labels=("legal", "claims"),
        label_field="route",
    )
    return answer(subject, ModelBehavior(rates={kind: 1}), model="m", seed=1)


def findings_of(record: Record, played: Played, scorer: Scorer) -> tuple[Finding, ...]:
    assert record.expected is not None
    context = ScoringContext(record=record, seed=1)
    score = scorer.score(Answer(text=played.text), record.expected, context)
    assert isinstance(score, Score)
    return score.findings


def struck(records: Iterable[Record], kind: str, scorer: Scorer, prompts: bool) -> int:
    """How many records were struck; each time the kind and the place must be those found."""
    count = 0
    for record in records:
        prompt = "\n".join(message.text for message in record.request.messages)
        played = play(record, kind, prompt if prompts else "12,50")
        if not played.planted:
            continue
        count += 1
        findings = findings_of(record, played, scorer)
        if kind in HARMLESS_FAULTS:
            assert kind in {finding.kind for finding in findings}
            assert not any(is_failure(finding) for finding in findings)
        else:
            found = primary(findings)
            assert found is not None
            assert (found.kind, found.path) == (kind, played.planted[0].path)
    return count


@pytest.mark.parametrize("kind", [*LINE_FAULTS, *OF_VALUES, *OF_TEXT, *HARMLESS_FAULTS])
def test_the_planted_kind_is_the_one_found(kind: str, invoices: list[Record]) -> None:
    (scorer,) = scorers("invoices").values()
    assert struck(invoices, kind, scorer, prompts=False) >= 10


@pytest.mark.parametrize("kind", OF_RECEIPTS)
def test_what_is_planted_in_receipts_is_found(kind: str, receipts: list[Record]) -> None:
    (scorer,) = scorers("receipts").values()
    assert struck(receipts, kind, scorer, prompts=True) >= 10


@pytest.mark.parametrize("kind", REFERENCE_FAULTS)
def test_what_is_planted_in_references_is_found(kind: str, exceptions: list[Record]) -> None:
    assert struck(exceptions, kind, scorers("exceptions")["citation"], prompts=True) >= 30


def test_a_wrong_route_is_found(exceptions: list[Record]) -> None:
    assert struck(exceptions, "wrong_label", scorers("exceptions")["route"], prompts=False) >= 30
