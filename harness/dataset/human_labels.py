"""human_labels.jsonl: what people said of the candidate's answers."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import orjson

from harness.dataset.lines import Line, read_lines
from harness.dataset.shape import quoted
from harness.domain.human_label import HumanLabel
from harness.errors import DatasetError

HUMAN_LABELS = "human_labels.jsonl"
MOST_LABELS = 100_000

_REQUIRED: Mapping[str, type] = {"custom_id": str, "scorer": str, "pass": bool}
_OPTIONAL: Mapping[str, type] = {"person": str, "answer": str}
_WORDS = {str: "a text", bool: "true or false"}
_EXAMPLE = 'A line is {"custom_id": "…", "scorer": "judge", "pass": true}; docs/judge.md tells more.'


def read_human_labels(folder: Path) -> tuple[HumanLabel, ...]:
    """The labels of a dataset in the order of the file; none where there is no file.

    Raises:
        DatasetError: A line is wrong, or a person labels one record twice; names file and line.
    """
    path = folder / HUMAN_LABELS
    return tuple(_labels(path)) if path.is_file() else ()


def _labels(path: Path) -> Iterator[HumanLabel]:
    seen: dict[tuple[str, str, str], int] = {}
    for line in read_lines(path):
        label = _label(path, line)
        key = (label.record_id, label.scorer, label.person)
        if key in seen:
            who = f"person {quoted(label.person)}" if label.person else "a person without a name"
            raise _wrong(
                path,
                line,
                f"{who} labels {quoted(label.record_id)} again (line {seen[key]})",
                'Remove one of the two lines, or tell the people apart with "person".',
            )
        seen[key] = line.number
        if len(seen) > MOST_LABELS:
            raise _wrong(
                path, line, f"there are more than {MOST_LABELS:,} labels", "Keep a random part of them."
            )
        yield label


def _label(path: Path, line: Line) -> HumanLabel:
    try:
        row: Any = orjson.loads(line.data)
    except orjson.JSONDecodeError as error:
        raise _wrong(path, line, f"not valid JSON: {error}") from None
    if not isinstance(row, dict):
        raise _wrong(path, line, "not a JSON object")
    known = {**_REQUIRED, **_OPTIONAL}
    for key, value in row.items():
        if key not in known:
            near = get_close_matches(key, known, n=1)
            mean = f"; did you mean {quoted(near[0])}?" if near else f"; there are {', '.join(known)}"
            raise _wrong(path, line, f"there is no key {quoted(key)}{mean}")
        if not isinstance(value, known[key]):
            raise _wrong(path, line, f"{quoted(key)} must be {_WORDS[known[key]]}")
    missing = [key for key in _REQUIRED if key not in row]
    if missing:
        raise _wrong(path, line, f"{quoted(missing[0])} is missing")
    return HumanLabel(
        record_id=row["custom_id"],
        scorer=row["scorer"],
        passes=row["pass"],
        person=row.get("person", ""),
        answer=row.get("answer"),
    )


def _wrong(path: Path, line: Line, what: str, hint: str = _EXAMPLE) -> DatasetError:
    return DatasetError(f"{path}:{line.number}: {what}", hint)
