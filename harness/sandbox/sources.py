"""Where answers come from: SIMULATED from the expected answers, or RECORDED from real models."""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from harness.dataset.lines import records_file
from harness.dataset.record_line import read_tags
from harness.dataset.shape import ShapeError
from harness.domain.chat import ChatRequest
from harness.errors import DatasetError
from harness.sandbox.behavior import Played, Subject, answer, estimated_usage, parsed
from harness.sandbox.index import LineIndex, Row
from harness.sandbox.judge import MARK, judge_answer
from harness.sandbox.settings import ModelBehavior, SandboxSettings
from harness.scorers.judge_prompt import Asked, read_question, task_text

MOST_LABELS = 500
_LATENCY_ONLY = ModelBehavior(ttft_ms=5.0)
UNKNOWN_PROMPT = (
    "[SIMULATED] This prompt is not in the dataset, so the sandbox has no answer to it. "
    "Send the messages of one of its records."
)


class SourceError(Exception):
    """The source has no answer; becomes an error answer.

    Attributes:
        status: The HTTP status to send.
        code: The `code` of the error object.
    """

    def __init__(self, status: int, message: str, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The record that a request asks for; None where its prompt is in no record.

    Attributes:
        place: Number of the record in the index.
    """

    place: int
    row: Row

    @property
    def id(self) -> str:
        """The record's id."""
        return str(self.row["custom_id"])


class Source:
    """Finds records by their messages and says what a model answers to them."""

    def __init__(self, dataset: Path, settings: SandboxSettings) -> None:
        self._settings = settings
        self._records = LineIndex(records_file(dataset), _messages_key)
        self._outputs: LineIndex | None = None
        if settings.source == "recorded":
            self._outputs = LineIndex(dataset / settings.outputs, _id_key)
        self._judges = {name: one.judge for name, one in settings.models.items() if one.judge is not None}
        self._tasks = LineIndex(records_file(dataset), _task_key) if self._judges else None
        simulated = settings.source == "simulated"
        self._labels = _labels(self._records, settings.label_field) if simulated else ()
        self._answered = _Tally(len(self._records))
        self._attempted = _Tally(len(self._records))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for index in (self._records, self._outputs, self._tasks):
            if index is not None:
                index.__exit__(kind, error, trace)

    @property
    def records(self) -> int:
        """How many records there are."""
        return len(self._records)

    @property
    def duplicates(self) -> int:
        """How many records have the prompt of another; the first one's answer serves all."""
        return self._records.duplicates

    @property
    def models(self) -> list[str]:
        """The models that can be asked."""
        if self._outputs is None:
            return list(self._settings.models)
        return [*(self._outputs.row(0)["outputs"] if len(self._outputs) else ()), *self._judges]

    def mark(self, model: str) -> str:
        """What the model's answers say of themselves; a judge's are always SIMULATED."""
        return MARK if model in self._judges else self._settings.mark

    def behavior(self, model: str) -> ModelBehavior:
        """How the model behaves.

        Raises:
            SourceError: There is no such model.
        """
        if model not in self.models:
            known = ", ".join(self.models)
            raise SourceError(
                404, f"The model {model!r} does not exist; there is {known}.", "model_not_found"
            )
        return self._settings.models.get(model, _LATENCY_ONLY)

    def find(self, messages: object) -> Found | None:
        """The record whose request has these messages."""
        found = self._records.find(_canonical(messages))
        return Found(place=found[0], row=found[1]) if found else None

    def count_answer(self, model: str, found: Found) -> int:
        """How often the model answered this before; counts up (to 255) with each call."""
        return self._answered.count(model, found.place)

    def count_attempt(self, model: str, found: Found) -> int:
        """How often the model was asked this before, answered or not; counts up (to 255)."""
        return self._attempted.count(model, found.place)

    def play(self, model: str, found: Found | None, messages: object, repeat: int) -> Played:
        """The model's answer.

        Raises:
            SourceError: Nothing was recorded for this prompt and model.
        """
        asked = read_question(messages) if model in self._judges else None
        if asked is not None:
            played = self._judged(model, asked)
            return replace(played, usage=estimated_usage(prompt_text(messages), played))
        if self._outputs is not None:
            return _recorded(self._outputs, model, found, repeat)
        prompt = prompt_text(messages)
        if found is None:
            played = Played(text=UNKNOWN_PROMPT)
        else:
            behavior = self._settings.models[model]
            played = answer(
                self._subject(found, prompt), behavior, model=model, seed=self._settings.seed, repeat=repeat
            )
        return replace(played, usage=estimated_usage(prompt, played))

    def subjects(self, limit: int) -> Iterator[Subject]:
        """Those of the first `limit` records that an answer can be simulated from."""
        for place in range(min(limit, len(self._records))):
            found = Found(place=place, row=self._records.row(place))
            try:
                yield self._subject(found, prompt_text(found.row["body"].get("messages")))
            except SourceError:
                continue

    def _subject(self, found: Found, prompt: str) -> Subject:
        subject = Subject(
            id=found.id,
            expected=_expected(found),
            prompt=prompt,
            tags=_tags(found),
            labels=self._labels,
            label_field=self._settings.label_field,
        )
        confused = self._settings.confused.get(subject.label or "", ())
        return replace(subject, labels=confused) if confused else subject

    def _judged(self, model: str, asked: Asked) -> Played:
        found = self._tasks.find(_digestible(asked.task)) if self._tasks else None
        expected = found[1].get("expected") if found else None
        return judge_answer(asked, expected, self._judges[model], model=model, seed=self._settings.seed)


class _Tally:
    """Counts per model and record, in one byte each."""

    def __init__(self, records: int) -> None:
        self._records = records
        self._counts: dict[str, array[int]] = {}

    def count(self, model: str, place: int) -> int:
        counts = self._counts.setdefault(model, array("B", bytes(self._records)))
        before = counts[place]
        counts[place] = min(255, before + 1)
        return before


def prompt_text(messages: object) -> str:
    """The texts of the conversation, one after the other."""
    if not isinstance(messages, list):
        return ""
    return "\n".join(_content(message.get("content")) for message in messages if isinstance(message, Mapping))


def _content(content: object) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return ""


def _recorded(outputs: LineIndex, model: str, found: Found | None, repeat: int) -> Played:
    line = outputs.find(found.id.encode()) if found else None
    if line is None:
        raise SourceError(404, "This prompt is not in the recording.", "not_recorded")
    output = line[1]["outputs"].get(model)
    if isinstance(output, list):  # several runs; a call beyond them gets the last one again
        output = output[min(repeat, len(output) - 1)] if output else None
    if output is None:
        raise SourceError(422, f"The recorded call of {model!r} for this prompt failed.", "recorded_failure")
    if isinstance(output, str):
        return Played(text=output)
    return Played(
        text=output.get("content"),
        finish_reason=output.get("finish_reason") or "stop",
        usage=output.get("usage"),
    )


def _messages_key(row: Row) -> bytes:
    body = row.get("body")
    if not isinstance(body, dict) or "messages" not in body or "custom_id" not in row:
        raise DatasetError("A record of the sandbox's dataset lacks `custom_id` or `body.messages`.")
    return _canonical(body["messages"])


def _task_key(row: Row) -> bytes:
    _messages_key(row)  # says what is wrong with the row
    return _digestible(task_text(ChatRequest(body=row["body"])))


def _digestible(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _id_key(row: Row) -> bytes:
    if not isinstance(row.get("outputs"), dict):
        raise DatasetError("A line of the recorded outputs lacks `outputs`.")
    return str(row.get("custom_id")).encode()


def _canonical(messages: object) -> bytes:
    return orjson.dumps(messages, option=orjson.OPT_SORT_KEYS)


def _expected(found: Found) -> Any:
    expected = found.row.get("expected")
    if expected is None:
        raise SourceError(422, f"Record {found.id!r} has no expected answer to simulate from.", "no_expected")
    if isinstance(expected, dict) and expected.keys() == {"tool_calls"}:
        raise SourceError(
            422, f"Record {found.id!r} expects tool calls; those are not simulated.", "no_expected"
        )
    return parsed(expected) if isinstance(expected, str) else expected


def _tags(found: Found) -> dict[str, str]:
    try:
        return read_tags(found.row.get("tags"))
    except ShapeError as trouble:
        raise SourceError(422, f"Record {found.id!r}: {trouble.what}.", "wrong_tags") from None


def _labels(records: LineIndex, label_field: str) -> tuple[str, ...]:
    """The different expected answers, where they are few and short enough to be labels."""
    found: set[str] = set()
    for place in range(len(records)):
        label = records.row(place).get("expected")
        if label_field:
            value = parsed(label) if isinstance(label, str) else label
            label = value.get(label_field) if isinstance(value, dict) else None
        if not isinstance(label, str) or len(label) > 100 or len(found) > MOST_LABELS:
            return ()
        found.add(label)
    return tuple(sorted(found))
