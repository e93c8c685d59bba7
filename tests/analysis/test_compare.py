from dataclasses import replace
from itertools import product

import pytest

from harness.analysis.compare import Comparison, LeftOut, RunRecord, compare
from harness.analysis.outcome import QUADRANTS, Basis
from harness.analysis.stats.clustered import clustered_difference
from harness.analysis.stats.paired import net_difference
from harness.analysis.trend import Change, Standing, standing
from harness.domain.case_row import CaseRow
from harness.domain.record_digest import RecordDigest


def one(record_id: str, quadrant: str, group: str = "", **changes: object) -> RunRecord:
    digest = RecordDigest(record_id=record_id, prompt=b"p", parameters=b"q", messages=b"m", expected=b"e")
    given = {name: value for name, value in changes.items() if name in RecordDigest.__slots__}
    told = {name: value for name, value in changes.items() if name not in RecordDigest.__slots__}
    row = CaseRow(record_id=record_id, quadrant=quadrant, group=group, **told)  # type: ignore[arg-type]
    return RunRecord(row=row, digest=replace(digest, **given))  # type: ignore[arg-type]


def many(quadrant: str, count: int, prefix: str, group: str = "") -> list[RunRecord]:
    return [one(f"{prefix}{place}", quadrant, group) for place in range(count)]


SIGN, LINE = "v1:sign_flipped|totals.net|", "v1:line_missing|line_items[]|"


def planted() -> Comparison:
    before = [
        *many("regression", 12, "fixed", SIGN),
        *many("regression", 5, "still", LINE),
        *many("both_right", 2, "new"),
        *many("gain", 1, "lost"),
        *many("both_wrong", 3, "won", SIGN),
        *many("both_wrong", 4, "wrong", LINE),
        *many("both_right", 73, "right"),
        *many("both_right", 6, "gone"),
    ]
    now = [
        *many("both_right", 12, "fixed"),
        *many("regression", 5, "still", SIGN),
        *many("regression", 2, "new", LINE),
        *many("both_wrong", 1, "lost", LINE),
        *many("gain", 3, "won"),
        *many("both_wrong", 4, "wrong", LINE),
        *many("both_right", 73, "right"),
        *many("regression", 9, "fresh", LINE),
    ]
    return compare(before, list(reversed(now)))


def test_counts_add_up_to_the_shared_records() -> None:
    found = planted()
    assert found.changes == {
        Change.NEW: 2,
        Change.STILL: 5,
        Change.FIXED: 12,
        Change.GAIN_LOST: 1,
        Change.GAIN_WON: 3,
        Change.WRONG: 4,
        Change.RIGHT: 73,
    }
    assert sum(found.changes.values()) == found.shared == 100
    assert (found.failures_before, found.failures_now) == (17, 7)
    assert found.left_out == LeftOut(only_before=6, only_now=9)
    assert found.net == net_difference(15, 3, 100)
    assert not found.agreement


def test_groups_add_up_to_the_wrong_answers() -> None:
    found = {group.group: group for group in planted().groups}
    assert (found[SIGN].before, found[SIGN].now, found[SIGN].left, found[SIGN].joined) == (15, 5, 15, 5)
    assert (found[LINE].before, found[LINE].now, found[LINE].left, found[LINE].joined) == (9, 7, 5, 3)
    assert sum(group.before for group in found.values()) == 12 + 5 + 3 + 4
    assert sum(group.now for group in found.values()) == 5 + 2 + 1 + 4
    assert found[SIGN].change.level == pytest.approx(1 - 0.05 / 2)


def test_what_is_not_the_same_record_is_left_out_and_counted() -> None:
    before = [one(name, "regression") for name in ("same", "input", "label", "unscored", "basis", "prompt")]
    now = [
        one("same", "both_right"),
        one("input", "both_right", messages=b"other"),
        one("label", "both_right", expected=b"other"),
        one("unscored", "unscored"),
        one("basis", "agree"),
        one("prompt", "both_right", prompt=b"other", parameters=b"other"),
    ]
    found = compare(before, now)
    assert found.shared == found.changes[Change.FIXED] == 2
    assert found.left_out == LeftOut(input_changed=1, expected_changed=1, not_counted=2)
    assert (found.prompt_changed, found.parameters_changed) == (1, 1)
    assert compare(before, now, with_changed_input=True).shared == 3


def test_what_people_moved_in_one_run_only_is_left_out_and_named() -> None:
    before = [
        one("accepted", "both_right", review="acceptable"),
        one("in both", "both_right", review="acceptable"),
        one("confirmed", "regression", review="unacceptable", candidate_kind="sign_flipped"),
        one("refused", "regression", review="unacceptable", candidate_kind="judged_worse"),
        one("label", "unscored", review="label_wrong"),
    ]
    now = [
        one("accepted", "regression"),
        one("in both", "both_right", review="acceptable"),
        one("confirmed", "both_right"),
        one("refused", "both_right"),
        one("label", "regression"),
    ]
    found = compare(before, now)
    assert found.left_out == LeftOut(judged=3)
    assert (found.changes[Change.FIXED], found.changes[Change.RIGHT], found.shared) == (1, 1, 2)
    assert found.judged == 1


def test_no_record_that_is_read_was_moved_by_people() -> None:
    """Each side of an opened record shows what its scorers found, which is then also where it stands."""
    said = [
        {},
        {"review": "acceptable"},
        {"review": "label_wrong"},
        {"review": "unacceptable", "candidate_kind": "judged_worse"},
    ]
    rows = {
        f"{before} {now} {one_said} {other_said}": (
            one("", before, **said[one_said]),
            one("", now, **said[other_said]),
        )
        for before, now in product(QUADRANTS[Basis.EXPECTED], repeat=2)
        for one_said, other_said in product(range(len(said)), repeat=2)
        if possible(before, said[one_said]) and possible(now, said[other_said])
    }
    found = compare(
        *(
            [replace(pair[side], row=replace(pair[side].row, record_id=name)) for name, pair in rows.items()]
            for side in (0, 1)
        )
    )
    listed = [record for record in found.records if record.change is not Change.STILL]
    assert listed
    for record in listed:
        assert not any(standing_of(entry).moved_by for entry in rows[record.record_id])


def possible(quadrant: str, said: dict[str, str]) -> bool:
    """Refusal leaves the candidate wrong."""
    return said.get("review") != "unacceptable" or quadrant in ("regression", "both_wrong")


def standing_of(entry: RunRecord) -> Standing:
    return standing(entry.row.quadrant, entry.row.review, entry.row.candidate_kind)


def test_flaky_records_and_a_changed_incumbent_are_told() -> None:
    before = [one("a", "regression", rerun="flaky"), one("b", "regression", rerun="confirmed")]
    now = [one("a", "both_right"), one("b", "both_wrong", rerun="flaky")]
    found = compare(before, now)
    assert found.flaky == 2
    assert found.incumbent_changed == 1
    assert found.changes[Change.STILL] == 1


def test_clusters_widen_the_interval() -> None:
    before = [one(f"{place}", "both_right", cluster=f"c{place // 10}") for place in range(60)]
    now = [
        one(f"{place}", "regression" if place < 20 else "both_right", cluster=f"c{place // 10}")
        for place in range(60)
    ]
    found = compare(before, now)
    sums = [(-10.0, 10), (-10.0, 10), *[(0.0, 10)] * 4]
    assert found.net == clustered_difference(sums)
    assert found.net.high is not None
    assert found.net.high > (net_difference(0, 20, 60).high or 0)


def test_the_worst_record_of_each_change_comes_first() -> None:
    before = [one("a", "both_right"), one("b", "both_right"), one("c", "regression", severity=1, harm=4)]
    now = [
        one("a", "regression", severity=1, harm=0),
        one("b", "regression", severity=3, harm=9),
        one("c", "both_right"),
    ]
    found = compare(before, now)
    assert [record.record_id for record in found.of(Change.NEW)] == ["b", "a"]
    assert [record.severity for record in found.of(Change.FIXED)] == [1]


def test_agreement_is_told_as_such() -> None:
    found = compare([one("a", "differ"), one("b", "agree")], [one("a", "agree"), one("b", "agree")])
    assert found.agreement
    assert found.changes[Change.FIXED] == 1
    assert found.incumbent_changed == 0


def test_runs_without_a_common_record_compare_nothing() -> None:
    found = compare([one("a", "regression")], [one("b", "regression")])
    assert found.shared == 0
    assert found.net.value is None
    assert found.records == ()
