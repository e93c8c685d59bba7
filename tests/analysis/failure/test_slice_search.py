"""The search against the published example and against trying every rule."""

import csv
import gzip
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from harness.analysis.failure.slice_rank import explained
from harness.analysis.failure.slice_search import Criterion, Floats, SliceSearch, slice_score
from harness.analysis.features.encoding import Encoded

SALARIES = Path(__file__).parents[2] / "data" / "features" / "salaries.csv.gz"


def one_hot(values: Floats) -> Encoded:
    """A predicate for each value of each column; values count from 1."""
    tops = values.max(axis=0).astype(int)
    offsets = np.cumsum([0, *tops])
    return Encoded(
        codes=(values - 1 + offsets[:-1]).astype(np.int32),
        members=np.eye(int(offsets[-1]), dtype=bool),
        columns=np.repeat(np.arange(len(tops)), tops),
        predicates=(),
    )


def scored(total: float, rows: int) -> Criterion:
    return lambda errors, sizes, length: slice_score(errors, sizes, total=total, rows=rows)


def salaries() -> tuple[Encoded, Floats]:
    """Codes and squared residuals as in BuiltinSliceLineTest of Apache SystemDS."""
    with gzip.open(SALARIES, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def by_appearance(name: str) -> list[float]:
        codes: dict[str, float] = {}
        return [codes.setdefault(row[name], len(codes) + 1.0) for row in rows]

    def by_width(name: str, bins: int) -> list[float]:
        years = np.array([float(row[name]) for row in rows])
        place = (years - years.min()) / (years.max() - years.min()) * bins
        return list(np.maximum(1.0, np.ceil(place)))

    codes = np.column_stack(
        [
            by_appearance("rank"),
            by_appearance("discipline"),
            by_width("yrs.since.phd", 14),
            by_width("yrs.service", 12),
            by_appearance("sex"),
        ]
    )
    salary = np.array([float(row["salary"]) for row in rows])
    weights = np.linalg.lstsq(codes, salary, rcond=None)[0]
    return one_hot(codes), (salary - codes @ weights) ** 2


def test_the_ten_published_slices_of_the_salaries() -> None:
    """Sagadeeva and Boehm, SliceLine, SIGMOD 2021; the fourth has four predicates."""
    encoded, errors = salaries()
    search = SliceSearch(encoded, errors, np.ones(len(errors), dtype=bool), support=4)
    found = search.best(scored(errors.sum(), len(errors)), keep=10, depth=4)
    published = [1.042, 0.478, 0.316, 0.262, 0.224, 0.218, 0.164, 0.122, 0.098, 0.092]
    assert [round(entry.worth, 3) for entry in found] == published
    assert [entry.size for entry in found] == [18, 39, 10, 29, 125, 31, 135, 34, 266, 39]
    assert [len(entry.places) for entry in found][3] == 4


def test_three_predicates_leave_only_the_one_with_four() -> None:
    encoded, errors = salaries()
    search = SliceSearch(encoded, errors, np.ones(len(errors), dtype=bool), support=4)
    found = search.best(scored(errors.sum(), len(errors)), keep=9)
    assert [entry.size for entry in found] == [18, 39, 10, 125, 31, 135, 34, 266, 39]


def random_case(seed: int) -> tuple[Encoded, Floats]:
    generator = np.random.default_rng(seed)
    values = generator.integers(1, 4, size=(200, 4)).astype(float)
    encoded = one_hot(values)
    either = generator.integers(0, len(encoded.members), size=2)
    joined = encoded.members[:, either[0]] | encoded.members[:, either[1]]
    same_column = encoded.columns[either[0]] == encoded.columns[either[1]]
    members = np.column_stack([encoded.members, joined]) if same_column else encoded.members
    columns = np.append(encoded.columns, encoded.columns[either[0]]) if same_column else encoded.columns
    errors = (generator.random(200) < 0.1 + 0.5 * (values[:, 0] == 2) * (values[:, 1] == 3)).astype(float)
    return Encoded(codes=encoded.codes, members=members, columns=columns, predicates=()), errors


def tried(encoded: Encoded, errors: Floats, criterion: Criterion, support: int) -> list[float]:
    """The worth of every rule of up to three predicates, one by one."""
    worth = []
    for length in (1, 2, 3):
        for places in combinations(range(len(encoded.columns)), length):
            if len({int(encoded.columns[place]) for place in places}) < length:
                continue
            inside = np.all([encoded.rows_of(place) for place in places], axis=0)
            if inside.sum() >= support and errors[inside].sum() > 0:
                sums, sizes = np.array([errors[inside].sum()]), np.array([float(inside.sum())])
                worth.append(float(criterion(sums, sizes, length)[0]))
    return sorted((value for value in worth if value > 0), reverse=True)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("ranking", ["score", "explained"])
def test_nothing_better_is_found_by_trying_every_rule(seed: int, ranking: str) -> None:
    encoded, errors = random_case(seed)
    criteria = {
        "score": scored(errors.sum(), len(errors)),
        "explained": explained(total=errors.sum(), rows=len(errors), predicates=len(encoded.columns)),
    }
    criterion = criteria[ranking]
    search = SliceSearch(encoded, errors, np.ones(len(errors), dtype=bool), support=5)
    found = [entry.worth for entry in search.best(criterion, keep=8)]
    # The beam holds every pair of positive worth here, but a triple of worthless pairs stays unseen.
    assert found[:1] == pytest.approx(tried(encoded, errors, criterion, 5)[:1])
    assert found == sorted(found, reverse=True)


def test_rows_taken_out_are_as_if_they_had_never_been() -> None:
    encoded, errors = random_case(3)
    everything = np.ones(len(errors), dtype=bool)
    reduced = SliceSearch(encoded, errors, everything, support=5)
    reduced.remove((1, 5))
    inside = encoded.rows_of(1) & encoded.rows_of(5)
    fresh = SliceSearch(encoded, errors, ~inside, support=5)
    assert (reduced.rows, reduced.total) == (fresh.rows, fresh.total)
    criterion = scored(fresh.total, fresh.rows)
    assert reduced.best(criterion, keep=5) == fresh.best(criterion, keep=5)


def test_sizes_and_errors_are_those_of_the_rows() -> None:
    encoded, errors = random_case(5)
    search = SliceSearch(encoded, errors, np.ones(len(errors), dtype=bool), support=5)
    for entry in search.best(scored(errors.sum(), len(errors)), keep=10):
        inside = np.all([encoded.rows_of(place) for place in entry.places], axis=0)
        assert (entry.size, entry.error) == (inside.sum(), errors[inside].sum())


def test_without_errors_or_predicates_nothing_is_found() -> None:
    encoded, errors = random_case(5)
    rows = np.ones(len(errors), dtype=bool)
    assert SliceSearch(encoded, errors * 0, rows, support=5).best(scored(1, 200), keep=5) == ()
    empty = Encoded(
        codes=np.empty((200, 0), np.int32),
        members=np.empty((0, 0), bool),
        columns=np.empty(0, int),
        predicates=(),
    )
    assert SliceSearch(empty, errors, rows, support=5).best(scored(1, 200), keep=5) == ()


def test_a_predicate_more_must_earn_its_price() -> None:
    worth = explained(total=100.0, rows=1000, predicates=50)
    one, two = (worth(np.array([40.0]), np.array([50.0]), length)[0] for length in (1, 2))
    assert one - two == pytest.approx(np.log(50))
    fragment = worth(np.array([20.0]), np.array([24.0]), 2)[0]
    assert fragment < one
    assert slice_score(np.array([20.0]), np.array([24.0]), total=100, rows=1000)[0] > (
        slice_score(np.array([40.0]), np.array([50.0]), total=100, rows=1000)[0] - 1
    )


def test_a_slice_that_is_better_than_the_whole_is_worth_nothing() -> None:
    worth = explained(total=100.0, rows=1000, predicates=2)
    assert worth(np.array([1.0]), np.array([500.0]), 1)[0] == 0
