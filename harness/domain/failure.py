"""The kinds of failure, in order of detection: the first that holds is the primary one.

A kind outside this table (a plugin's own) counts as a failure of moderate severity.
"""

from dataclasses import dataclass
from enum import IntEnum

from harness.domain.score import Finding


class Severity(IntEnum):
    """How much harm a failure does; higher is worse."""

    NONE = 0
    LIGHT = 1
    MODERATE = 2
    SEVERE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureKind:
    """A named way to be wrong; `title` is what a reader sees."""

    name: str
    title: str
    severity: Severity


def _table(*rows: tuple[str, str, Severity]) -> dict[str, FailureKind]:
    return {name: FailureKind(name=name, title=title, severity=severity) for name, title, severity in rows}


KINDS = _table(
    ("call_failed", "The call failed", Severity.SEVERE),
    ("timed_out", "No answer in time", Severity.SEVERE),
    ("truncated", "Answer cut off", Severity.SEVERE),
    ("refusal", "Refused to answer", Severity.SEVERE),
    ("empty", "Empty answer", Severity.SEVERE),
    ("invalid_json", "Not valid JSON", Severity.SEVERE),
    ("repairable_json", "Not valid JSON, but repairable", Severity.MODERATE),
    ("prose_around_json", "Text around the JSON", Severity.MODERATE),
    ("schema_violation", "Violates the JSON schema", Severity.MODERATE),
    ("line_missing", "Line item missing", Severity.SEVERE),
    ("line_invented", "Line item invented", Severity.SEVERE),
    ("line_duplicated", "Line item repeated", Severity.SEVERE),
    ("line_merged", "Line items merged", Severity.SEVERE),
    ("line_split", "Line item split", Severity.SEVERE),
    ("decimal_misread", "Decimal separator misread", Severity.SEVERE),
    ("sign_flipped", "Sign flipped", Severity.SEVERE),
    ("digits_swapped", "Digits swapped", Severity.SEVERE),
    ("wrong_currency", "Wrong currency", Severity.SEVERE),
    ("date_order", "Day and month swapped", Severity.MODERATE),
    ("wrong_label", "Wrong label", Severity.MODERATE),
    ("unknown_label", "Label outside the label set", Severity.MODERATE),
    ("label_missing", "One of several labels missing", Severity.MODERATE),
    ("label_surplus", "One label too many", Severity.MODERATE),
    ("wrong_value", "Wrong value", Severity.MODERATE),
    ("field_missing", "Field missing", Severity.MODERATE),
    ("field_invented", "Field invented", Severity.MODERATE),
    ("text_differs", "Text differs", Severity.LIGHT),
    ("format_only", "Written differently, same value", Severity.NONE),
    ("moved", "Line in another place", Severity.NONE),
    ("verdict", "Judge's verdict", Severity.NONE),
    ("arithmetic", "Amounts do not add up", Severity.SEVERE),
    ("hallucinated_reference", "Cites what does not exist", Severity.SEVERE),
    ("misattributed_reference", "Quotes it from another place", Severity.SEVERE),
    ("misquoted_reference", "Quote altered", Severity.SEVERE),
    ("reference_missing", "Reference missing", Severity.MODERATE),
    ("reference_surplus", "Cites a clause that does not apply", Severity.MODERATE),
    ("judged_worse", "Judged worse", Severity.MODERATE),
    ("language_drift", "Answers in another language", Severity.MODERATE),
    ("over_long", "Far too long", Severity.LIGHT),
    ("wrong_tool_call", "Wrong tool call", Severity.SEVERE),
    ("inconsistent", "Differs when asked again", Severity.LIGHT),
)

_ORDER = {name: place for place, name in enumerate(KINDS)}


def kind_of(name: str) -> FailureKind:
    """The kind of that name; a plugin's own name gets a kind of moderate severity."""
    known = KINDS.get(name)
    words = name.replace("_", " ")
    return known or FailureKind(name=name, title=words[:1].upper() + words[1:], severity=Severity.MODERATE)


def is_failure(finding: Finding) -> bool:
    """Whether the finding counts against the answer (format-only and moved do not)."""
    return kind_of(finding.kind).severity > Severity.NONE


def primary(findings: tuple[Finding, ...]) -> Finding | None:
    """The failing finding that is detected first, or None where nothing fails."""
    failing = [finding for finding in findings if is_failure(finding)]
    return min(failing, key=lambda finding: _ORDER.get(finding.kind, len(_ORDER)), default=None)
