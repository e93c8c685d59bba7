"""Without expected answers two answers differ, and nothing says that one of them is wrong."""

import re

import pytest
from report_runs import changed

from harness.analysis.failure.cluster_names import OTHER_EDITS, OTHER_KINDS, cluster_name, like_it
from harness.analysis.failure.difference import title_of
from harness.analysis.failure.edits import FREE_TEXT
from harness.analysis.failure.sentence import sentence
from harness.domain.failure import KINDS, kind_of
from harness.domain.score import Finding

BLAME = re.compile(
    r"\b(wrong|missing|invented|made up|makes up|left out|leaves out|misread\w*|flip\w*|mistakes?|mix-up|"
    r"instead|too (much|little|large|small|many)|one too|loses|confuses|gets|surplus|swap\w*)\b",
    re.IGNORECASE,
)
ALWAYS = ("", FREE_TEXT, OTHER_EDITS)
CHANGES = (
    *("another value", "another year", "off by one", "accents lost", "leading zeros lost", "end lost"),
    *("start lost", "look-alike characters", "one character", "capitals only", "rounded", "zero instead"),
)
EDITS = {
    "wrong_value": CHANGES,
    "text_differs": CHANGES,
    "wrong_tool_call": ("left out", "one too many"),
    "decimal_misread": ("100 times too large", "100 times too small"),
    "wrong_label": ('"no" for "yes"', '"1" for "2"'),
    "unknown_label": ('"no" for "yes"',),
}


def told(*findings: Finding) -> str:
    return "".join(phrase.text for phrase in sentence(findings, against_other=True))


@pytest.mark.parametrize("kind", [*KINDS, OTHER_KINDS, "text", "no_finding"])
def test_no_word_says_who_is_wrong(kind: str) -> None:
    assert not BLAME.search(title_of(kind, against_other=True).replace("Judged worse", ""))
    for edit in (*ALWAYS, *EDITS.get(kind, ())):
        assert not BLAME.search(cluster_name(kind, "total", edit, against_other=True)), (kind, edit)
    # What an answer shows by itself is told as always: its own sum, the language that was asked for.
    if kind in KINDS and kind_of(kind).severity and kind not in ("arithmetic", "language_drift"):
        for expected, actual in (("1", "2"), (None, "2"), ("1", None), (None, None), ("a" * 300, "b c" * 99)):
            finding = Finding(kind=kind, path="total", expected=expected, actual=actual)
            assert not BLAME.search(told(finding, finding)), kind


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ((changed("", "yes", "no", "wrong_label"),), "says no, the other model says yes"),
        ((changed("", "yes", "?", "unknown_label"),), "says ?, which is no label, the other model says yes"),
        (
            (changed("total", "1", "-1", "sign_flipped"), changed("net", "2", "-2", "sign_flipped")),
            "says \u22121 in total, the other model says 1, and 1 more value the same way",
        ),
        (
            (Finding(kind="field_missing", path="iban", expected="DE1"),),
            "does not give iban (DE1), the other model does",
        ),
        (
            (Finding(kind="line_missing", path="lines[0]"), Finding(kind="line_missing", path="lines[1]")),
            "does not give 2 lines, the other model does",
        ),
        (
            (Finding(kind="wrong_tool_call", path="call[0]", expected="f"),),
            "does not call f, the other model does",
        ),
        ((Finding(kind="empty"),), "gave an empty answer"),
        ((), "differs"),
    ],
)
def test_sentences(findings: tuple[Finding, ...], expected: str) -> None:
    assert told(*findings) == expected


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("wrong_label", "", '"no" for "yes"'), 'Says "no" where the incumbent says "yes"'),
        (("wrong_value", "total", "another year"), "Gives another year in total"),
        (("field_missing", "iban", ""), "Does not give iban"),
        (("field_invented", "iban", ""), "Gives iban, the incumbent does not"),
        (("label_surplus", "", "urgent"), 'Gives the label "urgent", the incumbent does not'),
        (("decimal_misread", "total", "100 times too large"), "Reads total 100 times larger"),
        (("reference_surplus", "clauses[]", ""), "Cites clauses that the incumbent does not"),
        (("wrong_value", "total", OTHER_EDITS), "Gives another value for total, in various ways"),
        (("empty", "", ""), "Gives an empty answer"),
    ],
)
def test_names(parts: tuple[str, str, str], name: str) -> None:
    assert cluster_name(*parts, against_other=True) == name
    assert like_it(name, 2, against_other=True) == f"{name}, and 2 similar differences"
