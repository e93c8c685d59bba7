"""How two answers differ, as the rest of a sentence, where nobody knows which of them is right."""

from collections.abc import Callable

from harness.analysis.failure.differing_words import LONGEST, differing_words
from harness.analysis.failure.phrases import Phrase, clause, field_of, ours, theirs, value_of, where
from harness.domain.score import Finding

_BY_ITSELF = frozenset(
    {
        *("hallucinated_reference", "misattributed_reference", "misquoted_reference"),
        *("arithmetic", "language_drift", "judged_worse"),
    }
)
_OTHER = Phrase(text="the other model", other=True)
_OTHER_LINES = {
    "line_missing": ("does not give ", "does"),
    "line_invented": ("gives ", "does not"),
    "line_duplicated": ("repeats ", "does not"),
    "line_merged": ("gives lines as one in ", "does not"),
    "line_split": ("gives as several ", "does not"),
}


def difference(finding: Finding, count: int) -> tuple[Phrase, ...]:
    """What one answer says and the other does not; () where the mistake shows in an answer by itself.

    Args:
        finding: The first of its kind.
        count: How many of its kind there are.
    """
    if finding.kind in _BY_ITSELF:
        return ()
    if finding.kind in _OTHER_LINES:
        verb, does = _OTHER_LINES[finding.kind]
        thing = "place" if finding.kind == "line_merged" else "line"
        return (ours(f"{verb}{count} {thing}{'' if count == 1 else 's'}"), *_but(does))
    if finding.kind in _DIFFERENCES:
        return _DIFFERENCES[finding.kind](finding)
    return _says(finding)


def _but(does: str) -> tuple[Phrase, ...]:
    return (ours(", "), _OTHER, ours(f" {does}"))


def _says(finding: Finding) -> tuple[Phrase, ...]:
    """Two values, neither of which is known to be right."""
    expected, actual = finding.expected, finding.actual
    if expected is None or actual is None:
        return (ours("says something else"), *where(finding))
    stray = (ours(", which is no label"),) if finding.kind == "unknown_label" else ()
    said: tuple[Phrase, ...]
    instead: tuple[Phrase, ...]
    if max(len(expected), len(actual)) <= LONGEST or not (expected.strip() and actual.strip()):
        said, instead = (value_of(actual),), (value_of(expected),)
    else:
        before, after = (Phrase(text=text, foreign=True) for text in differing_words(expected, actual))
        said, instead = (ours('"'), after, ours('"')), (ours('"'), before, ours('"'))
    return (ours("says "), *said, *stray, *where(finding), *_but("says "), *instead)


def _calls_differ(finding: Finding) -> tuple[Phrase, ...]:
    if finding.expected is None and finding.actual is None:
        return (ours("makes another tool call"), *where(finding))
    if finding.actual is None:
        return (ours("does not call "), theirs(finding.expected or ""), *_but("does"))
    if finding.expected is None:
        return (ours("calls "), theirs(finding.actual), *_but("does not"))
    return (ours("makes another tool call: "), *_says(finding))


_DIFFERENCES: dict[str, Callable[[Finding], tuple[Phrase, ...]]] = {
    "no_finding": lambda finding: (ours("differs; the scorer gives no finding"),),
    "field_missing": lambda finding: (
        *field_of("does not give ", finding.expected, finding.path),
        *_but("does"),
    ),
    "field_invented": lambda finding: (
        *field_of("gives ", finding.actual, finding.path),
        *_but("does not"),
    ),
    "label_missing": lambda finding: (
        ours("does not give the label "),
        theirs(finding.expected or finding.path),
        *_but("does"),
    ),
    "label_surplus": lambda finding: (
        ours("gives the label "),
        theirs(finding.actual or finding.path),
        *_but("does not"),
    ),
    "reference_missing": lambda finding: (
        ours("does not cite "),
        *clause(finding.expected),
        *_but("does"),
    ),
    "reference_surplus": lambda finding: (ours("cites "), *clause(finding.actual), *_but("does not")),
    "wrong_tool_call": _calls_differ,
}
