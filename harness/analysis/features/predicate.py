"""A condition on one feature, and how it reads."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from babel import Locale

from harness.analysis.features.catalog import Feature, Kind, feature_of, readable
from harness.analysis.features.record import TAG

_ENGLISH = Locale("en")
_PLURAL = re.compile(r"[a-z]+[^s]s")
_PLAIN = frozenset(" -_./&+,")


class Operator(StrEnum):
    """How a feature's value is compared."""

    IS = "is"
    ABOVE = "above"
    AT_MOST = "at_most"
    BETWEEN = "between"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """A condition on one feature; a rule is up to three of them.

    Attributes:
        feature: Name of the feature.
        operator: How its value is compared.
        value: What with: a category, or a number (a day counts from 1 January of year 1). The lower end
            of BETWEEN, which belongs to the range; None for MISSING.
        upper: The upper end of BETWEEN, which belongs to the range; None otherwise.
        text: How it reads, such as "more than 40 lines".
    """

    feature: str
    operator: Operator
    value: str | float | None = None
    upper: float | None = None
    text: str


def predicate(
    name: str, operator: Operator, value: str | float | None = None, upper: float | None = None
) -> Predicate:
    """A predicate with its text."""
    text = _text(feature_of(name), operator, value, upper)
    return Predicate(feature=name, operator=operator, value=value, upper=upper, text=text)


def _text(feature: Feature, operator: Operator, value: str | float | None, upper: float | None) -> str:
    if operator is Operator.MISSING or value is None:
        return feature.absent or f"no {feature.title}"
    if isinstance(value, str):
        return _category(feature, value)
    if feature.kind is Kind.COUNT:
        return _count(feature.unit, operator, value, upper)
    if _counts_things(feature, value, upper):
        return _count(feature.title, operator, value, upper)
    number = _NUMBERS.get(feature.kind, _plain)
    low, high = number(value), number(value if upper is None else upper)
    if feature.kind in (Kind.DAY, Kind.HOUR):
        words = {Operator.ABOVE: f"after {low}", Operator.AT_MOST: f"up to {low}", Operator.IS: f"on {low}"}
        if feature.kind is Kind.HOUR:
            words[Operator.IS] = f"at {low}"
        return f"{feature.title} {words.get(operator, f'{low} to {high}')}"
    words = {Operator.ABOVE: f"above {low}", Operator.AT_MOST: f"at most {low}", Operator.IS: f"is {low}"}
    return f"{feature.title} {words.get(operator, f'{low} to {high}')}"


def _category(feature: Feature, value: str) -> str:
    phrase = dict(feature.phrases).get(value)
    if phrase is not None:
        return phrase
    if feature.name in ("language", f"{TAG}language"):
        return f"language is {_ENGLISH.languages.get(value, value)}"
    shown = readable(value)
    quoted = shown if shown and all(sign.isalnum() or sign in _PLAIN for sign in shown) else f'"{shown}"'
    verb = "" if feature.title.endswith(" on") else "is "
    return f"{feature.title} {verb}{quoted}"


def _counts_things(feature: Feature, value: float, upper: float | None) -> bool:
    """Whether a user's tag counts something, as `lines` and `pages` do: one plural word, whole numbers."""
    whole = all(
        number == int(number) and number >= 0 for number in (value, value if upper is None else upper)
    )
    return feature.name == f"{TAG}{feature.title}" and bool(_PLURAL.fullmatch(feature.title)) and whole


def _count(units: str, operator: Operator, value: float, upper: float | None) -> str:
    unit, number = units, _plain(value)
    if value == 0 and operator in (Operator.AT_MOST, Operator.IS):
        return f"no {unit}"
    if value == 0 and operator is Operator.ABOVE:
        return f"with {unit}"
    if value == 1:
        unit = _singular(unit)
    if operator is Operator.BETWEEN:
        return f"{number} to {_plain(value if upper is None else upper)} {units}"
    words = {Operator.ABOVE: "more than", Operator.AT_MOST: "at most", Operator.IS: "exactly"}
    return f"{words[operator]} {number} {unit}"


def _singular(unit: str) -> str:
    """The noun of a unit is its first word that ends with s."""
    words = unit.split(" ")
    noun = next((place for place, word in enumerate(words) if word.endswith("s")), 0)
    words[noun] = words[noun].removesuffix("s")
    return " ".join(words)


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6g}"


def _share(value: float) -> str:
    return f"{100 * value:.3g} %"


def _day(value: float) -> str:
    return date.fromordinal(int(value)).isoformat()


def _hour(value: float) -> str:
    return f"{int(value)} h"


_NUMBERS = {Kind.SHARE: _share, Kind.DAY: _day, Kind.HOUR: _hour}
