import json
from collections import Counter
from typing import Any

import pytest
from cited_contracts import SPOILED, cases
from factories import record, request
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.domain.chat import Answer
from harness.domain.record import Record
from harness.domain.score import Finding, Score
from harness.scorers.base import ScoringContext
from harness.scorers.citation import Citations
from harness.testing import check_scorer

CONTRACT = """7. Delivery
7.1 Time. The Supplier shall deliver the goods within thirty (30) days after receipt of the order.
7.2 Delay. The Supplier: (a) shall inform the Buyer without undue delay, and (b) may be charged a fee of $500.
8. Term. This Agreement ends on 31 December 2025. It may not be extended."""
OF = record("c", CONTRACT)


def listed(*citations: tuple[str, str] | str) -> Answer:
    items = [one if isinstance(one, str) else {"id": one[0], "quote": one[1]} for one in citations]
    return Answer(text=json.dumps({"route": "legal", "clauses": items}))


def scored(answer: Answer | str, wanted: Answer | None = None, of: Record = OF, **changes: Any) -> Score:
    answer = Answer(text=answer) if isinstance(answer, str) else answer
    chosen = {"citations": "clauses", **changes}
    return Citations(**chosen).score(answer, wanted or Answer(), ScoringContext(record=of, seed=7))


def only(score: Score) -> Finding:
    (finding,) = score.findings
    return finding


@pytest.mark.parametrize(
    ("cited", "quote"),
    [
        ("7.1", ""),
        ("Section 7.2(b)", "may be charged a fee of $500"),
        ("7.2(a)", "The Supplier: … shall inform the Buyer"),
        ("7", "The Supplier shall deliver the goods"),
        ("Clause 8", "It may not be extended."),
        ("Delivery", "The Supplier shall deliver"),
        ("", "This Agreement ends on 31 December 2025"),
        ("7.1 and 7.2", "shall inform the Buyer without undue delay"),
    ],
)
def test_good_citations(cited: str, quote: str) -> None:
    score = scored(listed((cited, quote)))
    assert (score.value, score.findings) == (1.0, ())


@pytest.mark.parametrize(
    ("cited", "quote", "kind", "note"),
    [
        ("14.9", "", "hallucinated_reference", "The source has no 14.9."),
        ("7.2(c)", "", "hallucinated_reference", "The source has no 7.2(c)."),
        ("9.1", "It may not be extended.", "hallucinated_reference", "The quote stands in 8."),
        ("Penalties", "", "hallucinated_reference", 'The source has no "Penalties".'),
        (
            "7.1",
            "The Supplier shall pay the freight",
            "hallucinated_reference",
            "The source has no such words.",
        ),
        ("7.1", "The Supplier shall not deliver the goods", "misquoted_reference", 'does not have "not".'),
        ("7.1", "deliver the goods within sixty (60) days", "misquoted_reference", '"sixty", "60"'),
        ("8", "This Agreement ends on 31 October 2025", "misquoted_reference", '"december" where'),
        ("7.1", "It may not be extended", "misattributed_reference", "The quote stands in 8, not in 7.1."),
        ("7.2(a)", "may be charged a fee of $500", "misattributed_reference", "in 7.2(b), not in 7.2(a)."),
    ],
)
def test_bad_citations(cited: str, quote: str, kind: str, note: str) -> None:
    score = scored(listed((cited, quote), ("7.1", "")))
    finding = only(score)
    assert (score.value, finding.kind) == (0.5, kind)
    assert note in finding.note
    assert finding.path in ("clauses[0]", "clauses[0].quote")


def test_an_altered_quote_is_shown_beside_the_source() -> None:
    finding = only(scored(listed(("7.1", "The Supplier may deliver the goods within thirty (30) days"))))
    assert finding.expected == "The Supplier shall deliver the goods within thirty (30) days"
    assert finding.actual == "The Supplier may deliver the goods within thirty (30) days"


def test_expected_clauses_are_wanted() -> None:
    score = scored(listed("7.1", "8"), listed("7.1", "7.2"))
    assert score.value == pytest.approx(1 / 3)
    assert [(found.kind, found.expected, found.actual) for found in score.findings] == [
        ("reference_surplus", None, "8"),
        ("reference_missing", "7.2", None),
    ]
    assert scored(listed("7.1", "8"), listed("7.1", "7.2"), expected=False).right
    assert scored(listed(), listed()).right
    assert scored(listed(), listed("8")).value == 0.0
    assert scored(listed("7.2(a)"), listed("7.2")).value == 0.0
    assert scored(listed("7.2(a)"), listed("7.2"), nested=True).right
    assert scored(listed("7.1"), listed("7.1"), of=record("c", "")).right


def test_where_nothing_is_cited_nothing_can_be_told() -> None:
    assert scored(listed()).value is None
    assert scored('{"route": "legal"}').value is None
    assert scored('{"route": "legal"}', Answer(text="not JSON")).value is None
    assert scored(listed("7.1"), of=record("c", "")).value is None


def test_broken_json_is_told_as_such() -> None:
    assert only(scored('{"clauses": [{"id": "7.1" "quote": ""}]}')).kind == "repairable_json"
    assert only(scored("I cite 7.1")).kind == "invalid_json"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Section 7.1 says so. See also clause 8.", []),
        ("Under Section 14.2, this is late.", ["hallucinated_reference"]),
        ('"The Supplier shall deliver the goods within thirty (30) days" (Section 7.1).', []),
        (
            'Section 7.1: "The Supplier shall deliver the goods within sixty (60) days".',
            ["misquoted_reference"],
        ),
        ('"This Agreement ends on 31 December 2025" (Section 7.1)', ["misattributed_reference"]),
        ('As "This Agreement ends on 31 December 2025", it is over.', []),
        ('The "Supplier" is late.', None),
        ("Nothing is cited.", None),
    ],
)
def test_citations_in_prose(text: str, kinds: list[str] | None) -> None:
    score = scored(text, citations="")
    assert [finding.kind for finding in score.findings] == (kinds or [])
    assert score.value == (None if kinds is None else 0.0 if kinds else 1.0)


def test_where_the_source_is() -> None:
    turns = [
        {"role": "system", "content": "1. Be brief."},
        {"role": "user", "content": f"<c>{CONTRACT}</c> 9. Answer."},
    ]
    of = record("c", request=request(messages=turns), tags={"contract": "3. Rent."})
    assert scored(listed("8"), of=of).right
    assert not scored(listed("1"), of=of).right
    assert scored(listed("1"), of=of, source="messages").right
    assert scored(listed("9"), of=of).right
    assert not scored(listed("9"), of=of, start="<c>", end="</c>").right
    assert scored(listed("3"), of=of, source="tag:contract").right
    assert scored(listed("3"), of=of, source="tag:other").value is None


def test_settings_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match='source must be "prompt"'):
        Citations(source="input")
    with pytest.raises(ValueError, match="pattern is no regular expression"):
        Citations(pattern="(")


def test_genuine_and_spoiled_citations_of_real_contracts() -> None:
    found: Counter[str] = Counter()
    right_kind: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for case in cases(seed=11, each=60):
        answer = listed((case.clause, case.quote))
        (judged,) = Citations(citations="clauses").judge(answer, case.contract.record)
        total[case.spoiled] += 1
        found[case.spoiled] += judged.finding is not None
        right_kind[case.spoiled] += judged.finding is not None and judged.finding.kind == case.kind
    assert set(total) == {"", *SPOILED}
    assert min(total.values()) >= 15
    spoiled = sum(total.values()) - total[""]
    caught = sum(found.values()) - found[""]
    assert caught / spoiled >= 0.98
    assert caught / (caught + found[""]) >= 0.98
    assert {name for name in SPOILED if right_kind[name] < 0.95 * total[name]} == set()


def test_awkward_answers() -> None:
    check_scorer(Citations())
    check_scorer(Citations(citations="lines", id_field="text"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "quote"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(JSON, JSON, st.text(max_size=200))
def test_any_json_and_any_source(cited: Any, expected: Any, source: str) -> None:
    answer, reference = (Answer(text=json.dumps({"clauses": value})) for value in (cited, expected))
    score = scored(answer, reference, of=record("c", f"{source}\n{CONTRACT}"))
    assert score.value is None or 0 <= score.value <= 1
    assert (score.value == 1.0) == (score.value is not None and not score.findings)


@pytest.mark.timeout(60)
def test_a_flood_of_long_altered_quotes_takes_bounded_time() -> None:
    source = record("flood", "1.1 " + "the goods are late and the goods were later. " * 2000)
    flood = [("1.1", f"the goods were later {number} " * 150) for number in range(190)]
    score = scored(listed(*flood, ("1.1", "the goods are late and the goods were later")), of=source)
    told = {finding.path for finding in score.findings}
    assert "clauses[0].quote" in told
    # Nothing is claimed of a quote that nobody looked for; one that stands there is found all the same.
    assert not told & {"clauses[189].quote", "clauses[190].quote"}
