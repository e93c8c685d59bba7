import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_failures import STRUCTURED, THEMES, Planted, planted
from sklearn.metrics import adjusted_rand_score

from harness.analysis.failure import clusters, free_text
from harness.analysis.failure.clusters import Cluster, ClusterKeeper
from harness.analysis.failure.edits import FREE_TEXT
from harness.analysis.failure.incumbent_errors import IncumbentCount, IncumbentErrors
from harness.analysis.failure.severity import SeverityRules, SeveritySettings
from harness.analysis.failure.signature import Signature
from harness.domain.score import Finding


def keep(keeper: ClusterKeeper, failure: Planted) -> None:
    keeper.add(
        failure.record_id,
        failure.findings,
        failure.kind,
        is_regression=failure.is_regression,
        features=failure.features,
        snippet=failure.snippet,
    )


def clusters_of(failures: list[Planted], seed: int = 1, limit: int = 30) -> tuple[Cluster, ...]:
    keeper = ClusterKeeper()
    for failure in failures:
        keep(keeper, failure)
    return keeper.grouped(compared=2 * len(failures) or 1, seed=seed, level=0.95, limit=limit).clusters


def one(record_id: str, *findings: Finding, keeper: ClusterKeeper, **changes: object) -> None:
    given = {"is_regression": True, "features": {}, "snippet": ""} | changes
    keeper.add(record_id, findings, findings[0].kind, **given)  # type: ignore[arg-type]


def told(keeper: ClusterKeeper, compared: int = 100) -> tuple[Cluster, ...]:
    return keeper.grouped(compared=compared, seed=1, level=0.95).clusters


@pytest.mark.parametrize("seed", range(5))
def test_planted_clusters_are_recovered(seed: int) -> None:
    failures = list(planted(500, seed))
    found = {
        name: number for number, cluster in enumerate(clusters_of(failures)) for name in cluster.record_ids
    }
    labels = [found.get(failure.record_id, -1) for failure in failures]
    assert adjusted_rand_score([failure.cluster for failure in failures], labels) >= 0.9


def test_structured_clusters_are_exact_whatever_else_differs() -> None:
    failures = list(planted(400, 9, free=0.0))
    found = clusters_of(failures)
    assert len(found) == len(STRUCTURED)
    by_name = {cluster.name: cluster for cluster in found}
    assert {
        "Flips the sign in totals.gross",
        "Reads totals.gross 100 times too large",
        "Reads amount of line_items 1000 times too small",
        'Takes "bill of lading" for "air waybill"',
        'Takes "EUR" for "USD" in currency',
        "Loses the start of invoice_number",
        "Loses the end of description of line_items",
        "Leaves out lines in line_items",
        "Cites references that do not exist",
    } <= set(by_name)
    sign = [failure for failure in failures if failure.cluster == "sign"]
    cluster = by_name["Flips the sign in totals.gross"]
    assert cluster.size == len(sign)
    assert cluster.regressions == sum(failure.is_regression for failure in sign)
    assert cluster.share.value == len(sign) / 800
    assert set(cluster.record_ids) == {failure.record_id for failure in sign}
    assert {cluster.medoid, cluster.worst, cluster.example} <= set(cluster.record_ids)
    assert cluster.more == 0


def test_all_failures_are_in_one_cluster_and_the_most_harm_comes_first() -> None:
    failures = list(planted(700, 4))
    found = clusters_of(failures, limit=1000)
    assert sum(cluster.size for cluster in found) == 700
    assert sum(cluster.regressions for cluster in found) == sum(one.is_regression for one in failures)
    shown = [name for cluster in found for name in cluster.record_ids]
    assert len(shown) == len(set(shown))
    harm = [cluster.severity * cluster.excess for cluster in found if not cluster.is_rest]
    assert harm == sorted(harm, reverse=True)
    for told_apart in ([cluster.name for cluster in found], [cluster.id for cluster in found]):
        assert len(told_apart) == len(set(told_apart))


def test_what_is_beyond_the_limit_is_one_last_cluster() -> None:
    failures = list(planted(700, 4))
    whole, found = clusters_of(failures, limit=1000), clusters_of(failures, limit=5)
    assert found[:5] == whole[:5]
    (rest,) = found[5:]
    assert (rest.id, rest.name) == ("v1:rest", "Others, with nothing in common")
    assert (rest.is_rest, rest.path, rest.edit) == (True, "", "")
    assert rest.size == sum(cluster.size for cluster in whole[5:])
    assert rest.regressions == sum(cluster.regressions for cluster in whole[5:])
    assert (rest.incumbent, rest.only_incumbent, rest.incumbent_share) == (None, None, None)


@pytest.mark.parametrize(("alone", "expected"), [(5, [1] * 5), (6, [6]), (10, [10])])
def test_many_failures_unlike_any_other_are_one_cluster(alone: int, expected: list[int]) -> None:
    keeper = ClusterKeeper()
    for number in range(alone):
        one(f"r{number}", Finding(kind="sign_flipped", path=f"field_{number}"), keeper=keeper)
    found = told(keeper)
    assert [cluster.size for cluster in found] == expected
    assert [cluster.id for cluster in found if cluster.is_rest] == ["v1:rest"] * (alone > 5)


KINDS = (
    "sign_flipped",
    "wrong_value",
    "text_differs",
    "judged_worse",
    "wrong_label",
    "own kind",
    "no_finding",
)
WORDS = ("deadline", "seller", "late", "rude", "missing", "regulation", "tariff", "port")
failure_lists = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(("", "totals.net", "lines[3].net", "a|b", "a?b")),
        st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
        st.booleans(),
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(failures=failure_lists, limit=st.integers(1, 8))
def test_every_failure_is_in_exactly_one_cluster(
    failures: list[tuple[str, str, str, bool]], limit: int
) -> None:
    keeper = ClusterKeeper()
    for number, (kind, path, note, is_regression) in enumerate(failures):
        finding = Finding(kind=kind, path=path, note=note, actual=note or None)
        one(f"r{number}", finding, keeper=keeper, is_regression=is_regression)
    found = keeper.grouped(compared=100, seed=1, level=0.95, limit=limit)
    assert len(found.clusters) <= limit + 1
    assert [cluster.is_rest for cluster in found.clusters[:-1]] == [False] * len(found.clusters[:-1])
    assert len(found.of_failure) == keeper.failures == len(failures)
    sizes, regressions = Counter(found.of_failure), Counter[int]()
    for place, failure in zip(found.of_failure, failures, strict=True):
        regressions[place] += failure[-1]
    for place, cluster in enumerate(found.clusters):
        assert (cluster.size, cluster.regressions) == (sizes[place], regressions[place])
        shown = {int(record_id.removeprefix("r")) for record_id in cluster.record_ids}
        assert {found.of_failure[failure] for failure in shown} == {place}
    assert len({cluster.id for cluster in found.clusters}) == len(found.clusters)


def test_an_id_tells_what_changed_and_not_how_often() -> None:
    few, many = ClusterKeeper(), ClusterKeeper()
    for keeper, count in ((few, 3), (many, 40)):
        for number in range(count):
            one(f"r{number}", Finding(kind="sign_flipped", path=f"lines[{number}].net"), keeper=keeper)
            note = f"Ignores the deadline of the seller, case {number}."
            one(f"s{number}", Finding(kind="judged_worse", note=note), keeper=keeper)
    ids = [{cluster.id for cluster in told(keeper)} for keeper in (few, many)]
    assert ids[0] == ids[1]
    structured, free = sorted(ids[0], reverse=True)
    assert structured == "v1:sign_flipped|lines[].net|"
    assert free.startswith("v1:judged_worse||~")
    assert "deadline" in free


def test_free_texts_that_no_word_tells_apart_are_one_cluster() -> None:
    keeper = ClusterKeeper()
    for number in range(12):
        note = "7777 7777 7777" if number < 8 else "4321 4321 4321"
        one(f"r{number}", Finding(kind="judged_worse", note=note), keeper=keeper)
    (found,) = told(keeper)
    assert (found.id, found.name, found.size) == (
        "v1:judged_worse||~",
        "Is judged worse, for various reasons",
        12,
    )
    assert int(found.medoid.removeprefix("r")) < 8, "of the larger of both"


def test_a_failure_without_a_finding_of_its_kind_is_told_by_the_kind() -> None:
    keeper = ClusterKeeper()
    keeper.add("r1", [], "own kind", is_regression=True, features={})
    (found,) = told(keeper)
    assert (found.id, found.name, found.severity) == ("v1:own kind||", "Own kind", 0)


def test_ids_of_hostile_names_are_short_printable_and_apart() -> None:
    keeper = ClusterKeeper()
    for path in ("a\u202e", "a?", "a\x00", "a|", "x" * 150, "x" * 151, "\ud800"):
        for number in range(2):
            one(f"{path}{number}", Finding(kind="sign_flipped", path=path), keeper=keeper)
    ids = [cluster.id for cluster in told(keeper)]
    assert len(set(ids)) == 7
    assert all(name.isprintable() and name.isascii() and len(name) < 200 for name in ids)


def test_harm_is_what_exceeds_the_incumbents_own_mistakes() -> None:
    keeper = ClusterKeeper()
    sign, date = Finding(kind="sign_flipped", path="net"), Finding(kind="date_order", path="day")
    for number in range(9):
        one(f"s{number}", sign, keeper=keeper, is_regression=number < 8)
        if number < 4:
            one(f"d{number}", date, keeper=keeper)
        if number < 7:
            keeper.add_incumbent([sign], "sign_flipped", alone=number > 0)
    dates, signs = told(keeper)
    assert (dates.kind, dates.regressions, dates.incumbent, dates.only_incumbent) == ("date_order", 4, 0, 0)
    assert (signs.size, signs.regressions, signs.incumbent, signs.only_incumbent) == (9, 8, 7, 6)
    # Severity 2 times 4 against severity 3 times (8 - 6).
    assert (dates.severity * dates.excess, signs.severity * signs.excess) == (8, 6)
    assert signs.incumbent_share is not None
    assert (signs.share.value, signs.regressions_share.value, signs.incumbent_share.value) == (
        0.09,
        0.08,
        0.07,
    )


def test_free_text_does_not_tell_the_incumbents_mistakes() -> None:
    keeper = ClusterKeeper()
    for number in range(4):
        finding = Finding(kind="judged_worse", note=f"Ignores the deadline, case {number}.")
        one(f"r{number}", finding, keeper=keeper)
        keeper.add_incumbent([finding], "judged_worse", alone=True)
    (found,) = told(keeper)
    assert (found.incumbent, found.only_incumbent, found.incumbent_share, found.excess) == (
        None,
        None,
        None,
        4,
    )


def test_the_incumbents_mistakes_beyond_the_limit_are_unknown_and_not_zero() -> None:
    errors = IncumbentErrors(limit=1)
    first, second = Signature("sign_flipped", "a", ""), Signature("sign_flipped", "b", "")
    errors.add(first, alone=True)
    known = IncumbentCount(all=1, alone=1)
    assert errors.of([first, second]) == known
    errors.add(second, alone=True)
    assert errors.of([first]) == known
    assert errors.of([second]) is None


def test_the_order_of_the_records_decides_nothing() -> None:
    failures = list(planted(300, 8))
    assert clusters_of(failures) == clusters_of(failures[::-1])


def test_the_seed_draws_the_example_alone() -> None:
    failures = list(planted(400, 9, free=0.0))
    one, other = clusters_of(failures, seed=1), clusters_of(failures, seed=2)
    assert [cluster.name for cluster in one] == [cluster.name for cluster in other]
    assert [cluster.example for cluster in one] != [cluster.example for cluster in other]


def test_free_text_clusters_are_named_by_their_words() -> None:
    found = clusters_of(list(planted(400, 2, free=1.0)))
    assert all(cluster.edit == FREE_TEXT and cluster.kind == "judged_worse" for cluster in found)
    names = " ".join(cluster.name for cluster in found if cluster.size >= 20)
    assert all(word in names for word in ("deadline", "rude", "seller", "regulation"))
    assert len(found) <= 2 * len(THEMES)


def test_a_feature_that_the_cluster_shares_and_others_do_not() -> None:
    found = {cluster.name: cluster for cluster in clusters_of(list(planted(600, 3)))}
    cluster = found["Reads amount of line_items 1000 times too small"]
    assert len(cluster.common) == 1
    assert cluster.common[0].startswith("language de (")
    assert cluster.common[0].endswith(f" of {cluster.size})")
    assert sum(bool(cluster.common) for cluster in found.values()) <= 2


def test_what_four_failures_share_may_be_chance() -> None:
    keeper = ClusterKeeper()
    for number in range(9):
        kind, language = ("sign_flipped", "es") if number < 4 else ("date_order", "de")
        one(f"r{number}", Finding(kind=kind, path="a"), keeper=keeper, features={"language": language})
    assert [(cluster.size, cluster.common) for cluster in told(keeper)] == [
        (4, ()),
        (5, ("language de (5 of 5)",)),
    ]


def test_the_worst_is_that_with_most_money_at_risk() -> None:
    keeper = ClusterKeeper(SeverityRules(SeveritySettings(paths={"totals.net": "light"})))
    for number, amount in enumerate((5.0, 900.0, 1e308, None, 70.0)):
        path = "totals.net" if number == 2 else "totals.gross"
        finding = Finding(kind="sign_flipped", path=path, amount=amount)
        one(f"r{number}", finding, keeper=keeper)
    gross, net = told(keeper)
    assert (gross.worst, gross.record_ids[0], gross.severity) == ("r1", "r1", 3)
    assert (net.worst, net.severity) == ("r2", 1)


def test_the_primary_kind_at_its_most_frequent_path_stands_for_the_answer() -> None:
    keeper = ClusterKeeper()
    misread = [
        Finding(kind="decimal_misread", path=path, note="100 times too large.")
        for path in ("totals.net", "lines[0].net", "lines[4].net", "lines[7].net")
    ]
    one("a", *misread, Finding(kind="text_differs", path="lines[0].text"), keeper=keeper)
    one("b", misread[1], misread[0], keeper=keeper)
    assert {cluster.name for cluster in told(keeper)} == {
        "Reads net of lines 100 times too large",
        "Reads totals.net 100 times too large",
    }


def test_few_small_signatures_stay_and_many_are_joined_where_alike() -> None:
    few, many = ClusterKeeper(), ClusterKeeper()
    pairs = [(f"code 7{number}", "invoice copy") for number in range(6)]
    pairs += [(f"packing list {number}", "certificate") for number in range(6)]
    for number, (expected, actual) in enumerate(pairs):
        finding = Finding(kind="wrong_label", expected=expected, actual=actual)
        one(f"r{number}", finding, keeper=many)
        if number < 5:
            one(f"r{number}", finding, keeper=few)
    assert [cluster.size for cluster in told(few)] == [1] * 5
    joined = told(many)
    assert [cluster.size for cluster in joined] == [6, 6]
    assert all(cluster.name.endswith(", and 5 similar mix-ups") for cluster in joined)
    assert all(cluster.kind == "wrong_label" and cluster.edit == "" for cluster in joined)


def test_one_theme_falls_into_one_cluster_whether_half_of_the_text_is_alike_or_not() -> None:
    keeper = ClusterKeeper()
    for number in range(12):
        finding = Finding(
            kind="wrong_value" if number % 2 else "text_differs",
            path="summary",
            expected=f"The carrier is liable for damage of the cargo in transit, case {number}.",
            actual=f"Nobody is liable for damage whatever may happen on the way, case {number}.",
        )
        one(f"r{number}", finding, keeper=keeper)
    (cluster,) = told(keeper)
    assert (cluster.size, cluster.path) == (12, "summary")


def test_no_failures_at_all() -> None:
    assert told(ClusterKeeper()) == ()


def test_hostile_failures() -> None:
    keeper = ClusterKeeper()
    nasty = "\ud800\x00\x1b[31m\u202e" + "x" * 10_000
    for number in range(6):
        finding = Finding(kind="judged_worse", path=nasty, expected=nasty, actual="1" * 5000, note=nasty)
        one(f"r{number}\ud800", finding, keeper=keeper, features={nasty: nasty}, snippet=nasty)
        own = Finding(kind=nasty + str(number), path=nasty, note="y")
        one(f"o{number}", own, keeper=keeper)
        one(f"e{number}", Finding(kind="wrong_label"), keeper=keeper)
    found = told(keeper)
    assert sum(cluster.size for cluster in found) == 18
    assert all(len(cluster.name) < 300 and cluster.name.isprintable() for cluster in found)


def test_signatures_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (clusters, free_text):
        monkeypatch.setattr(module, "MOST_SIGNATURES", 100)
    keeper = ClusterKeeper()
    for number in range(1000):
        one(f"r{number}", Finding(kind="field_missing", path=f"key{number}"), keeper=keeper)
        one(f"s{number}", Finding(kind=f"own {number}"), keeper=keeper)
        one(
            f"t{number}",
            Finding(kind="wrong_value", path=f"k{number % 3}", expected=PROSE, actual=str(number)),
            keeper=keeper,
        )
    found = keeper.grouped(compared=3000, seed=1, level=0.95, limit=10_000).clusters
    assert sum(cluster.size for cluster in found) == 3000
    assert len(found) < 250


PROSE = "The tenant pays the rent on the first working day of each month, and not later."


def test_free_texts_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_text, "MOST_KEPT", 100)
    failures = list(planted(400, 2, free=1.0))
    found = clusters_of(failures, limit=1000)
    assert sum(cluster.size for cluster in found) == 400
    rest = next(cluster for cluster in found if not cluster.terms)
    assert rest.size >= 300
    assert rest.name == "Is judged worse, for various reasons"


def test_scikit_learn_is_loaded_only_for_free_text() -> None:
    code = """
import sys
from harness.analysis.failure.clusters import ClusterKeeper
from harness.domain.score import Finding
keeper = ClusterKeeper()
for number in range(9):
    finding = Finding(kind="sign_flipped", path="total")
    keeper.add(str(number), [finding], "sign_flipped", is_regression=True, features={})
keeper.grouped(compared=9, seed=1, level=0.95)
print("sklearn" in sys.modules)
for number in range(9):
    finding = Finding(kind="judged_worse", note="Too short.")
    keeper.add(str(number), [finding], "judged_worse", is_regression=True, features={})
keeper.grouped(compared=18, seed=1, level=0.95)
print("sklearn" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
