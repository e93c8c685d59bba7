import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from page_blocks import Carried, carried
from report_runs import HOSTILE, agreement_run, facts, invoices

from harness.analysis import Analysis, AnalysisSettings, analyze
from harness.domain.case_row import CaseRow
from harness.domain.pair import PairOutline
from harness.report.model import PageData
from harness.report.packing import OpenedCase
from harness.report.pagedata import EVERYTHING, PageDataBuilder, PageLimits

QUADRANTS = ("regression", "regression", "both_wrong", "gain")
CASES = frozenset(QUADRANTS)
RUN = invoices(300)
ANALYSIS = analyze(RUN.pairs, RUN.scored, AnalysisSettings(slices=("language",)))


def rows(n: int, *, failing: float = 0.3, seed: int = 5, reviewed: bool = False) -> list[CaseRow]:
    """Rows as the analysis writes them: cases first in the order of harm, in any order of the run."""
    chance = random.Random(seed)
    groups = [group.id for group in ANALYSIS.clusters]
    made = []
    for place in range(n):
        fails = chance.random() < failing
        quadrant = (
            chance.choice(("regression", "regression", "both_wrong", "gain")) if fails else "both_right"
        )
        grouped = quadrant in ("regression", "both_wrong")
        made.append(
            CaseRow(
                record_id=f"r{place:05d}",
                quadrant=quadrant,
                kind="wrong_value" if fails else "",
                severity=chance.randint(1, 3) if fails else 0,
                group=chance.choice(groups) if grouped else "",
                amount=place / 3 if fails else None,
                rerun=chance.choice(("", "confirmed", "flaky")) if fails else "",
                review=chance.choice(("", "acceptable", "conflict")) if fails and reviewed else "",
                slices=(0,) if ANALYSIS.slices and place % 2 else (),
            )
        )
    order = sorted(range(n), key=lambda place: (made[place].quadrant not in CASES, chance.random()))
    harm = {place: rank for rank, place in enumerate(order)}
    return [with_harm(row, harm[place]) for place, row in enumerate(made)]


def with_harm(row: CaseRow, harm: int) -> CaseRow:
    return CaseRow(**{name: getattr(row, name) for name in row.__slots__} | {"harm": harm})


def html_of(record_id: str, size: int = 0) -> str:
    noise = random.Random(record_id).randbytes(size).hex()
    return f'<article class="case" data-id="{record_id}">{noise}</article>'


def data_of(
    given: Sequence[CaseRow],
    limits: PageLimits | None = None,
    *,
    analysis: Analysis = ANALYSIS,
    size: int = 0,
    pairs: int | None = None,
) -> PageData:
    """The data of a run with these rows; every case is some bytes that cannot be compressed."""
    analysis = analysis if pairs is None else with_pairs(analysis, pairs)
    builder = PageDataBuilder(analysis, facts(dataset_sha256="9f2c"), limits)
    for row in given:
        builder.add_row(row)
    builder.choose()
    for row in given:
        if row.record_id in builder.listed:
            lines = ("Invoice", f"{row.record_id} Nordwerk")
            builder.outline(PairOutline(record_id=row.record_id, lines=lines, latency_s=1.23456))
    for row in given:
        if row.record_id in builder.wanted and builder.wants(row.record_id):
            html = html_of(row.record_id, size)
            tags = f"lang: {row.record_id} " * 9
            title = f"Told {row.record_id}."
            builder.put(OpenedCase(record_id=row.record_id, title=title, html=html, tags=tags))
    return builder.build()


def with_pairs(analysis: Analysis, pairs: int) -> Analysis:
    held = {name: getattr(analysis, name) for name in analysis.__slots__}
    return Analysis(**{**held, "pairs": pairs})


def read(data: PageData) -> Carried:
    return carried(data.index, list(data.blocks))


def ids(found: Carried) -> list[str]:
    return [case["html"].split('"')[3] for case in found.cases]


def test_every_pair_is_listed_once_and_every_case_is_told_in_full() -> None:
    given = rows(1000)
    found = read(data_of(given))
    index = found.index
    assert sorted(index["id"]) == sorted(row.record_id for row in given)
    assert index["rows"] == 1000
    assert index["left_out"] == 0
    full = {row.record_id for row in given if row.quadrant in CASES}
    audit = [index["id"][place] for place in index["audit"]]
    assert set(ids(found)) == full | set(audit)
    assert ids(found) == index["id"][: index["full"]]
    assert len(audit) == 200
    assert found.block_sizes[:-1] == [50] * (len(found.block_sizes) - 1)
    assert index["block"] == 50


def test_columns_tell_what_the_rows_say() -> None:
    given = rows(400, reviewed=True)
    index = read(data_of(given)).index
    names = index["names"]
    by_id = {row.record_id: row for row in given}
    for place, record_id in enumerate(index["id"]):
        row = by_id[record_id]
        assert names["quadrant"][index["quadrant"][place]]["id"] == row.quadrant
        assert names["kind"][index["kind"][place]]["id"] == row.kind
        assert names["said"][index["said"][place]] == row.review
        assert ("", "confirmed", "flaky")[index["rerun"][place]] == row.rerun
        assert index["severity"][place] == row.severity
        group = index["group"][place]
        assert (names["group"][group]["id"] if group >= 0 else "") == row.group
        assert index["amount"][place] == (None if row.amount is None else round(row.amount, 2))
        assert index["latency"][place] == 1.23
        assert index["snippet"][place] == f"{record_id} Nordwerk"
        assert index["title"][place] == (f"Told {record_id}." if place < index["full"] else "")
        tags = (f"lang: {record_id} " * 9)[:60]
        assert index["tags"][place] == (tags if place < index["full"] else "")
    assert index["raw"] == {}
    for position, places in enumerate(index["slices"]):
        assert {index["id"][place] for place in places} == {
            row.record_id for row in given if position in row.slices
        }
    assert len(index["slices"]) == len(names["slice"]) == len(ANALYSIS.slices)
    assert index["run"]["dataset_sha256"] == "9f2c"
    assert names["said"] == ["", "acceptable", "unacceptable", "label_wrong", "unsure", "conflict"]
    assert names["quadrant"][1] == {"id": "regression", "word": "worse", "mark": "worse"}


def test_cases_follow_their_groups_and_then_their_harm() -> None:
    given = rows(600)
    found = read(data_of(given))
    order = {group.id: place for place, group in enumerate(ANALYSIS.clusters)} | {"": 10_000}
    by_id = {row.record_id: row for row in given}
    places = [(order[row.group], row.harm) for row in map(by_id.get, ids(found)) if row and row.harm]
    audit = len(found.index["audit"])
    assert places[:-audit] == sorted(places[:-audit])
    rest = [by_id[record_id].harm for record_id in found.index["id"][found.index["full"] :]]
    assert rest == sorted(rest)


def test_same_input_same_bytes() -> None:
    one, other = data_of(rows(500)), data_of(rows(500))
    assert (one.index, list(one.blocks)) == (other.index, list(other.blocks))


def test_the_audit_is_drawn_by_the_record_alone() -> None:
    few, many = read(data_of(rows(1000))), read(data_of(list(reversed(rows(1000)))))
    told = [{found.index["id"][place] for place in found.index["audit"]} for found in (few, many)]
    assert told[0] == told[1]
    spread = sorted(int(record_id[1:]) for record_id in told[0])
    assert 350 < sum(spread) / len(spread) < 650


def test_the_most_harmful_cases_get_the_room_that_there_is() -> None:
    given = rows(4000)
    limits = PageLimits(file_bytes=900_000, page_bytes=100_000, audit=20)
    data = data_of(given, limits, size=600)
    blocks = list(data.blocks)
    assert 0.88 * 800_000 < len(data.index) + sum(map(len, blocks)) <= 800_000
    found = carried(data.index, blocks)
    by_id = {row.record_id: row for row in given}
    audit = {found.index["id"][place] for place in found.index["audit"]}
    told = sorted(by_id[record_id].harm for record_id in ids(found) if record_id not in audit)
    assert told == list(range(len(told)))
    cases = sum(row.quadrant in CASES for row in given)
    assert 0 < len(told) < cases
    assert data.short == cases - len(told)
    assert data.full == len(told) + 20
    assert found.index["rows"] == 4000
    assert len(audit) == 20


def test_one_huge_case_among_small_ones_finds_its_room_or_gives_way() -> None:
    given = rows(300)
    limits = PageLimits(file_bytes=200_000, page_bytes=0, audit=0)
    worst = min(given, key=lambda row: row.harm).record_id
    builder = PageDataBuilder(ANALYSIS, facts(), limits)
    for row in given:
        builder.add_row(row)
    builder.choose()
    for row in given:
        if row.record_id in builder.wanted and builder.wants(row.record_id):
            size = 200_000 if row.record_id == worst else 100
            builder.put(OpenedCase(record_id=row.record_id, title="", html=html_of(row.record_id, size)))
    data = builder.build()
    assert len(data.index) + sum(map(len, data.blocks)) <= 200_000
    assert data.full == 0


def test_of_a_large_run_pairs_right_on_both_sides_leave_the_index() -> None:
    given = rows(3000)
    found = read(data_of(given, PageLimits(index_rows=2000, audit=50), pairs=3000))
    cases = sum(row.quadrant in CASES for row in given)
    assert found.index["rows"] == cases + 50
    assert found.index["left_out"] == 3000 - cases - 50
    assert len(found.cases) == cases + 50


def test_of_a_run_that_fails_throughout_the_worst_rows_stay() -> None:
    given = rows(3000, failing=1)
    found = read(data_of(given, PageLimits(index_rows=1000), pairs=3000))
    by_id = {row.record_id: row for row in given}
    assert sorted(by_id[record_id].harm for record_id in found.index["id"]) == list(range(1000))
    assert found.index["left_out"] == 2000


def test_what_people_judged_stays_open_wherever_it_was_moved() -> None:
    given = rows(3000)
    moved = next(row for row in given if row.quadrant == "both_right" and row.harm > 2500)
    given[given.index(moved)] = CaseRow(
        record_id=moved.record_id, quadrant="both_right", review="acceptable", harm=moved.harm
    )
    limits = PageLimits(file_bytes=400_000, page_bytes=0, index_rows=2000, audit=0)
    data = data_of(given, limits, size=600, pairs=3000)
    assert data.short > 0
    assert moved.record_id in ids(read(data))


def test_everything_puts_every_pair_in_in_full() -> None:
    given = rows(700)
    found = read(data_of(given, EVERYTHING, pairs=700))
    assert found.index["full"] == found.index["rows"] == 700
    assert len(found.index["audit"]) == 200
    assert sorted(ids(found)) == [row.record_id for row in given]


def test_first_cases_of_the_first_groups_are_there_without_script() -> None:
    given = rows(600)
    data = data_of(given)
    by_group: dict[str, list[CaseRow]] = {}
    for row in sorted(given, key=lambda row: row.harm):
        by_group.setdefault(row.group, []).append(row)
    for first in data.first:
        if first.group >= 0:
            wanted = by_group[ANALYSIS.clusters[first.group].id][:3]
            assert first.html == tuple(html_of(row.record_id) for row in wanted)
    assert [first.group for first in data.first] == [0, 1, 2, 3, 4, 5, -1]
    assert data.first[-1].quadrant == "gain"


def test_first_cases_stay_small_and_every_group_comes_before_a_second_case() -> None:
    data = data_of(rows(600), size=40_000)
    assert 200_000 < sum(len(html) for first in data.first for html in first.html) <= 400_000
    assert {len(first.html) for first in data.first} == {1}


@pytest.mark.parametrize("text", [*HOSTILE, "</SCRIPT ><!--", '"\\\u2028\u2029&lt;'])
def test_hostile_texts_come_through_as_they_were_written(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    row = CaseRow(record_id="r1", quadrant="regression", kind=text[:50], reason=text, harm=0)
    builder = PageDataBuilder(ANALYSIS, facts(dataset=text), None)
    builder.add_row(row)
    builder.choose()
    builder.outline(PairOutline(record_id="r1", lines=(text[:80],), latency_s=None))
    more = {"candidate": (text, text[:10])}
    builder.put(OpenedCase(record_id="r1", title=text, html=f"<article>{text}</article>", more=more))
    data = builder.build()
    blocks = list(data.blocks)
    for part in (data.index, *blocks):
        assert part.isascii()
        assert "<" not in part
    found = carried(data.index, blocks)
    assert found.cases == [{"html": f"<article>{text}</article>", "more": {"candidate": [text, text[:10]]}}]
    assert not {"\u202e", "\x1b", "\u200b", "\x00"} & set(str(found.index))
    assert len(found.index["title"][0]) <= 300


def test_a_run_without_expected_answers_has_its_own_quadrants() -> None:
    run = agreement_run()
    analysis = analyze(run.pairs, run.scored, AnalysisSettings())
    quadrants = ("differ", "differ", "one_failed", "both_failed", "agree", "agree", "unscored")
    given = [CaseRow(record_id=f"t{n}", quadrant=name, harm=n) for n, name in enumerate(quadrants)]
    found = read(data_of(given, analysis=analysis))
    told = Counter(found.index["names"]["quadrant"][code]["word"] for code in found.index["quadrant"])
    assert told == {"differ": 2, "one failed": 1, "both failed": 1, "agree": 2, "not scored": 1}
    assert ids(found) == ["t0", "t1", "t2", "t3", "t4", "t5"]


def test_a_run_without_pairs_has_an_empty_index() -> None:
    found = read(data_of([]))
    assert found.index["rows"] == found.index["full"] == 0
    assert found.cases == []


def test_raw_ids_are_told_where_the_page_shows_others() -> None:
    given = [
        replace(row, record_id=name)
        for row, name in zip(rows(3), ("a\u202eb", "plain", "c\x1b"), strict=True)
    ]
    index = read(data_of(given)).index
    assert {index["id"][int(place)]: name for place, name in index["raw"].items()} == {
        "a[U+202E]b": "a\u202eb",
        "c\u241b": "c\x1b",
    }
