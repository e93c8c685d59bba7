"""Decides what a model of the sandbox answers: seeded, the same in every process."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import orjson

from harness.sandbox.answers import clone, line_count
from harness.sandbox.draw import Draw
from harness.sandbox.faults import (
    REFUSALS,
    VALUE_FAULTS,
    Damaged,
    Planted,
    as_text,
    invalid_json,
    prose_around_json,
    repairable_json,
    truncated,
)
from harness.sandbox.settings import HARMFUL_FAULTS, HARMLESS_FAULTS, LINE_FAULTS, ModelBehavior
from harness.sandbox.source_faults import SOURCE_FAULTS

SLOW_FACTOR = 5
_COMMA = re.compile(r"\d,\d\d(?!\d)")
_POINT = re.compile(r"\d\.\d\d(?![\d.])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What is sent back.

    Attributes:
        text: The content; None with a refusal.
        stall: Whether the answer stops half-way and never goes on.
        pace: What every waiting time is multiplied by.
        usage: The usage object to send; None where none is known.
        planted: What is wrong on purpose.
    """

    text: str | None
    refusal: str | None = None
    finish_reason: str = "stop"
    stall: bool = False
    pace: float = 1.0
    usage: Mapping[str, Any] | None = None
    planted: tuple[Planted, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A record as the sandbox sees it.

    Attributes:
        expected: The right answer: parsed JSON, or a text.
        prompt: The text of the conversation.
        tags: The record's tags.
        labels: The labels a `wrong_label` is drawn from.
        label_field: The field that holds the label; "" where the whole answer is the label.
    """

    id: str
    expected: Any
    prompt: str
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    labels: Sequence[str] = ()
    label_field: str = ""

    @property
    def label(self) -> str | None:
        """The right label, None where the answer has none."""
        if not self.label_field:
            return self.expected if isinstance(self.expected, str) else None
        label = self.expected.get(self.label_field) if isinstance(self.expected, dict) else None
        return label if isinstance(label, str) else None


def answer(subject: Subject, behavior: ModelBehavior, *, model: str, seed: int, repeat: int = 0) -> Played:
    """What the model answers to the record; equal arguments give an equal answer."""
    name: tuple[object, ...] = (seed, model, subject.id)
    kind = _kind(subject, behavior, name)
    if repeat and Draw(*name, "noise", repeat).share() < behavior.noise:
        name = (*name, repeat)
        kind = None if kind else _any_kind(subject, behavior, Draw(*name, "flip"))
    played = _play(subject, kind, Draw(*name, "fault"))
    if not played.planted:
        played = _harmless(subject, behavior, Draw(*name, "harmless")) or played
    if Draw(*name, "slow").share() < behavior.rates.get("slow", 0.0):
        slow = Planted(kind="slow", path="", note=f"{SLOW_FACTOR} times as long")
        played = replace(played, pace=SLOW_FACTOR, planted=(*played.planted, slow))
    return played


def idle_faults(subjects: Iterable[Subject], behavior: ModelBehavior) -> tuple[str, ...]:
    """The harmful kinds with a rate that fit none of these records, so that they would be planted nowhere."""
    tables = (behavior.rates, *(where.rates for where in behavior.where))
    idle = {kind for rates in tables for kind in HARMFUL_FAULTS if rates.get(kind, 0.0) > 0}
    for subject in subjects:
        if not idle:
            break
        rates = [
            *_rates(subject, behavior),
            *(one for some in _local_rates(subject, behavior) for one in some),
        ]
        kinds = {kind for kind, _ in rates} & idle
        idle -= {kind for kind in kinds if _play(subject, kind, Draw("fits", subject.id, kind)).planted}
    return tuple(kind for kind in HARMFUL_FAULTS if kind in idle)


def ttft_s(behavior: ModelBehavior, *names: object) -> float:
    """Seconds to the first token: the median and up to `ttft_spread` of it either way."""
    return behavior.ttft_ms / 1000 * (1 + behavior.ttft_spread * (2 * Draw(*names, "ttft").share() - 1))


def first_error(behavior: ModelBehavior, *names: object) -> str | None:
    """The error that the first attempt of this call meets, or None."""
    return _by_share(behavior.errors.items(), Draw(*names, "error").share())


def has_decimal_comma(text: str) -> bool:
    """Whether the document writes most of its amounts with a decimal comma."""
    return len(_COMMA.findall(text)) > len(_POINT.findall(text))


def _rates(subject: Subject, behavior: ModelBehavior) -> list[tuple[str, float]]:
    """The harmful kinds with their rates on this record, wherever it comes from."""
    long = line_count(subject.expected) >= behavior.long_from
    return [
        (kind, rate * (behavior.long_factor if long and kind in LINE_FAULTS else 1))
        for kind, rate in _harmful(behavior.rates, subject)
    ]


def _local_rates(subject: Subject, behavior: ModelBehavior) -> list[list[tuple[str, float]]]:
    """The same for each `where` that the record is part of."""
    return [
        _harmful(where.rates, subject)
        for where in behavior.where
        if where.holds(subject.tags, subject.prompt)
    ]


def _harmful(rates: Mapping[str, float], subject: Subject) -> list[tuple[str, float]]:
    comma = has_decimal_comma(subject.prompt) if "decimal_misread" in rates else True
    return [
        (kind, rates[kind])
        for kind in HARMFUL_FAULTS
        if kind in rates and (comma or kind != "decimal_misread")
    ]


def _kind(subject: Subject, behavior: ModelBehavior, name: tuple[object, ...]) -> str | None:
    """The kind that strikes: each `where` has a draw of its own, so all other records stay as they were."""
    for place, rates in enumerate(_local_rates(subject, behavior)):
        kind = _by_share(rates, Draw(*name, "where", place).share())
        if kind is not None:
            return kind
    return _by_share(_rates(subject, behavior), Draw(*name, "kind").share())


def _any_kind(subject: Subject, behavior: ModelBehavior, draw: Draw) -> str | None:
    """A harmful kind, in proportion to the rates, whatever their sum."""
    rates = [*_rates(subject, behavior), *(one for some in _local_rates(subject, behavior) for one in some)]
    return _by_share(rates, draw.share() * sum(rate for _, rate in rates))


def _by_share(shares: Iterable[tuple[str, float]], share: float) -> str | None:
    reached = 0.0
    for name, size in shares:
        reached += size
        if share < reached:
            return name
    return None


def _play(subject: Subject, kind: str | None, draw: Draw) -> Played:
    text = as_text(subject.expected)
    if kind is None:
        return Played(text=text)
    if kind == "wrong_label" or kind in VALUE_FAULTS or kind in SOURCE_FAULTS:
        damaged = _damaged(subject, kind, draw)
        return (
            Played(text=as_text(damaged.value), planted=(damaged.planted,)) if damaged else Played(text=text)
        )
    return _whole_answer(subject, kind, text, draw)


def _damaged(subject: Subject, kind: str, draw: Draw) -> Damaged | None:
    if kind == "wrong_label":
        return _wrong_label(subject, draw)
    if kind in SOURCE_FAULTS:
        return SOURCE_FAULTS[kind](subject.expected, draw, subject.prompt)
    return VALUE_FAULTS[kind](subject.expected, draw)


def _wrong_label(subject: Subject, draw: Draw) -> Damaged | None:
    right = subject.label
    others = [label for label in subject.labels if label != right]
    if right is None or not others:
        return None
    label, path = draw.pick(others), subject.label_field
    value = {**clone(subject.expected), path: label} if path else label
    return Damaged(
        value=value, planted=Planted(kind="wrong_label", path=path, note=f"{right} became {label}")
    )


def _whole_answer(subject: Subject, kind: str, text: str, draw: Draw) -> Played:
    structured = not isinstance(subject.expected, str)
    planted = (Planted(kind=kind, path="", note=_NOTES[kind]),)
    match kind:
        case "refusal":
            return Played(text=None, refusal=draw.pick(REFUSALS), planted=planted)
        case "empty":
            return Played(text="", planted=planted)
        case "timed_out":
            return Played(text=text, stall=True, planted=planted)
        case "truncated" if len(text) > 1:
            return Played(text=truncated(text, draw), finish_reason="length", planted=planted)
    broken = _BREAKING[kind](text, draw) if structured and kind in _BREAKING else None
    return Played(text=text) if broken is None else Played(text=broken, planted=planted)


_BREAKING: Mapping[str, Callable[[str, Draw], str | None]] = {
    "invalid_json": invalid_json,
    "repairable_json": repairable_json,
    "prose_around_json": prose_around_json,
}
_NOTES = {
    "invalid_json": "a sentence with stray braces in place of the JSON",
    "repairable_json": "a comma is missing",
    "prose_around_json": "a sentence and a code fence around the JSON",
    "truncated": "cut off, finish_reason length",
    "refusal": "a refusal in place of the answer",
    "empty": "no text",
    "timed_out": "the stream stops half-way and never goes on",
}


def _harmless(subject: Subject, behavior: ModelBehavior, draw: Draw) -> Played | None:
    rates = [(kind, behavior.rates.get(kind, 0.0)) for kind in HARMLESS_FAULTS]
    kind = _by_share(rates, draw.share())
    damaged = VALUE_FAULTS[kind](subject.expected, draw) if kind else None
    if damaged is None:
        return None
    return Played(text=as_text(damaged.value), planted=(damaged.planted,))


def estimated_usage(prompt: str, played: Played) -> dict[str, Any]:
    """A usage object for a simulated answer: a token is taken to be four characters."""
    sent, received = _tokens(prompt), _tokens(played.text or played.refusal or "")
    return {
        "prompt_tokens": sent,
        "completion_tokens": received,
        "total_tokens": sent + received,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }


def _tokens(text: str) -> int:
    return -(-len(text) // 4)


def parsed(expected: str) -> Any:
    """The JSON object or list that a text is, or the text itself."""
    try:
        value = orjson.loads(expected)
    except orjson.JSONDecodeError:
        return expected
    return value if isinstance(value, dict | list) else expected
