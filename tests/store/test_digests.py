from pathlib import Path
from typing import Any

import pytest
from factories import pair, record

from harness.domain.chat import Answer, ChatRequest
from harness.domain.record_digest import RecordDigest
from harness.errors import RunDamaged
from harness.store.digests import read_digests
from harness.store.pairs import write_pairs

PARTS = ("prompt", "parameters", "messages", "expected")


def digest(tmp_path: Path, body: dict[str, Any], expected: Answer | None = None, **more: Any) -> RecordDigest:
    of = record("r", request=ChatRequest(body=body), tags={"document": "d1"})
    file = tmp_path / "pairs.parquet"
    of = type(of)(id=of.id, request=of.request, recorded=None, expected=expected, tags=of.tags)
    write_pairs(file, [pair(of=of)])
    (found,) = read_digests(file, **more)
    return found


def body(system: str = "Be short.", user: str = "Hello", **more: Any) -> dict[str, Any]:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    return {"messages": messages, "temperature": 0, **more}


@pytest.mark.parametrize(
    ("changed", "expected", "differ"),
    [
        (body(), Answer(text="yes"), set()),
        ({"temperature": 0, "messages": body()["messages"]}, Answer(text="yes"), set()),
        (body(system="Be long."), Answer(text="yes"), {"prompt"}),
        (body(temperature=1), Answer(text="yes"), {"parameters"}),
        (body(user="Goodbye"), Answer(text="yes"), {"messages"}),
        (body(), Answer(text="no"), {"expected"}),
        (body(), None, {"expected"}),
        (body(), Answer(), {"expected"}),
    ],
)
def test_each_part_has_its_own_digest(
    tmp_path: Path, changed: dict[str, Any], expected: Answer | None, differ: set[str]
) -> None:
    one = digest(tmp_path, body(), Answer(text="yes"))
    other = digest(tmp_path, changed, expected)
    assert {part for part in PARTS if getattr(one, part) != getattr(other, part)} == differ


def test_no_expected_answer_is_not_an_empty_one(tmp_path: Path) -> None:
    assert digest(tmp_path, body()).expected != digest(tmp_path, body(), Answer()).expected


def test_the_cluster_is_the_tag_that_was_named(tmp_path: Path) -> None:
    assert digest(tmp_path, body()).cluster is None
    assert digest(tmp_path, body(), cluster="document").cluster == "d1"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunDamaged, match="missing"):
        list(read_digests(tmp_path / "pairs.parquet"))
