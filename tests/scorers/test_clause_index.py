import re
import time

import pytest
from cited_contracts import Contract, contracts
from hypothesis import given
from hypothesis import strategies as st

from harness.scorers.clause_ids import clause_paths
from harness.scorers.clause_index import ClauseIndex

LEASE = """LEASE
1. Rent. The Tenant shall pay one (1) month's rent, subject to Section 9.
2. Use. The Tenant shall: (a) keep it clean; (b) not sublet; and (c) obey (i) the law and (ii) the rules.
The exceptions of clause (d) are set forth in Section 14.2 of the Credit Agreement.
2.1 Pets. None.
3 NOTICES
ARTICLE IV
TERM
Section 4.01 Length. Two years. 4.02 Renewal. By agreement.
ARTICLE V
1. Law. German law.
2. Courts. Berlin.
EXHIBIT A
1. Inventory
"""


def ids(index: ClauseIndex) -> set[str]:
    return {".".join(path) for path in index.paths}


def text_of(index: ClauseIndex, cited: str) -> list[str]:
    (path,) = clause_paths(cited)
    return [index.text[place.start : place.end].strip() for place in index.places(path)]


def test_headings_and_cross_references_are_told_apart() -> None:
    index = ClauseIndex(LEASE)
    for cited in (
        "1",
        "2(a)",
        "2(c)(ii)",
        "2.1",
        "Article IV",
        "Section 4.1",
        "4.2",
        "Article V, Section 2",
        "Exhibit A",
    ):
        assert index.exists(clause_paths(cited)[0]), cited
    for cited in ("9", "14.2", "2(d)", "1(1)", "4.3", "Exhibit B", "VI"):
        assert not index.exists(clause_paths(cited)[0]), cited


def test_a_clause_holds_what_is_below_it() -> None:
    index = ClauseIndex(LEASE)
    assert text_of(index, "2(b)") == ["(b) not sublet; and"]
    assert text_of(index, "2")[0].endswith("2.1 Pets. None.")
    assert text_of(index, "Section 4.2") == ["4.02 Renewal. By agreement."]
    assert text_of(index, "Exhibit A, Section 1") == ["1. Inventory"]
    assert text_of(index, "Section 1")[0].startswith("1. Rent.")


def test_the_words_that_lead_to_an_item_may_be_quoted_from_it() -> None:
    index = ClauseIndex(LEASE)
    start = LEASE.index("The Tenant shall: (a)")
    assert index.allows(("2", "b"), start, start + 17)
    assert not index.allows(("2", "1"), LEASE.index("(a) keep"), LEASE.index("(b) not"))
    assert not index.allows(("1",), start, start + 17)


def test_a_persons_own_pattern() -> None:
    text = "Rule 1: be kind\nRule 2: be brief\nas in Rule 1: above"
    index = ClauseIndex(text, re.compile(r"^Rule (\d+):", re.MULTILINE))
    assert ids(index) == {"1", "2"}
    assert text_of(index, "1") == ["Rule 1: be kind"]


@pytest.mark.parametrize("contract", contracts(), ids=lambda contract: contract.id)
def test_the_clauses_of_real_contracts_are_found(contract: Contract) -> None:
    index = ClauseIndex(contract.text)
    for clause, start in contract.clauses.items():
        (path,) = clause_paths(clause)
        assert start in {place.start for place in index.places(path)}, clause
    numbered = {path[0] for path in index.paths if path[0].isdecimal()}
    assert numbered == {clause.split(".")[0] for clause in contract.clauses if clause[0].isdecimal()}


@pytest.mark.parametrize(
    "text",
    [
        " " * 200_000,
        "1. " * 60_000,
        "(a) " * 60_000,
        "1.1.1.1.1 A " * 20_000,
        "Section " * 30_000,
        "((((" * 50_000,
        "i) " * 60_000,
        "\n" * 200_000 + "1. A",
    ],
)
def test_no_text_takes_long(text: str) -> None:
    before = time.process_time()
    index = ClauseIndex(text)
    index.exists(("9", "9"))
    assert time.process_time() - before < 3


@given(st.text(st.sampled_from("1234. ()aivxABC\n:;,Section§\u201d"), max_size=200))
def test_spans_lie_within_the_text(text: str) -> None:
    index = ClauseIndex(text)
    for path in index.paths:
        for place in index.places(path):
            assert 0 <= place.start < place.end <= len(text)
            assert place.start < place.lead_in <= place.end
            assert index.exists(path)
