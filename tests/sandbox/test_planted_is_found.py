"""What the sandbox plants is what the scorer of structured answers finds: same kind, same place."""

from itertools import islice
from pathlib import Path

import orjson
import pytest

from harness.dataset.reader import read_records
from harness.domain.chat import Answer
from harness.domain.failure import is_failure, primary
from harness.domain.record import Record
from harness.sandbox.behavior import Subject, answer
from harness.sandbox.settings import HARMLESS_FAULTS, LINE_FAULTS, ModelBehavior
from harness.scorers.base import ScoringContext
from harness.scorers.json_fields import JsonFields

INVOICES = Path(__file__).resolve().parents[2] / "datasets" / "invoices"
OF_VALUES = ("digits_swapped", "decimal_misread", "wrong_currency", "date_order")
OF_TEXT = ("invalid_json", "repairable_json", "prose_around_json")


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return list(islice(read_records(INVOICES), 0, None, 9))


@pytest.mark.parametrize("kind", [*LINE_FAULTS, *OF_VALUES, *OF_TEXT, *HARMLESS_FAULTS])
def test_the_planted_kind_is_the_one_found(kind: str, records: list[Record]) -> None:
    behavior = ModelBehavior(rates={kind: 1})
    struck = 0
    for record in records:
        assert record.expected is not None
        assert record.expected.text is not None
        subject = Subject(id=record.id, expected=orjson.loads(record.expected.text), prompt="12,50")
        played = answer(subject, behavior, model="m", seed=1)
        if not played.planted:
            continue
        struck += 1
        context = ScoringContext(record=record, seed=1)
        findings = JsonFields().score(Answer(text=played.text), record.expected, context).findings
        if kind in HARMLESS_FAULTS:
            assert kind in {finding.kind for finding in findings}
            assert not any(is_failure(finding) for finding in findings)
        else:
            found = primary(findings)
            assert found is not None
            assert (found.kind, found.path) == (kind, played.planted[0].path)
    assert struck >= 10
