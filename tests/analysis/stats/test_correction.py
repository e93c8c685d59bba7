from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from harness.analysis.stats.correction import (
    benjamini_hochberg,
    bonferroni,
    e_benjamini_hochberg,
    holm,
)

# Benjamini and Hochberg 1995: fifteen hypotheses about a heart drug.
PUBLISHED = (
    0.0001,
    0.0004,
    0.0019,
    0.0095,
    0.0201,
    0.0278,
    0.0298,
    0.0344,
    0.0459,
    0.3240,
    0.4262,
    0.5719,
    0.6528,
    0.7590,
    1.0,
)
Correction = Callable[[Sequence[float]], tuple[float, ...]]


@pytest.mark.parametrize(("correction", "rejected"), [(bonferroni, 3), (holm, 3), (benjamini_hochberg, 4)])
def test_rejections_among_the_fifteen_of_benjamini_and_hochberg(
    correction: Correction, rejected: int
) -> None:
    adjusted = correction(PUBLISHED)
    assert [value <= 0.05 for value in adjusted] == [True] * rejected + [False] * (15 - rejected)


@pytest.mark.parametrize(
    ("correction", "name"), [(bonferroni, "bonferroni"), (holm, "holm"), (benjamini_hochberg, "fdr_bh")]
)
@settings(max_examples=10)  # its holm collects garbage on every call
@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_against_statsmodels_in_any_order(correction: Correction, name: str, p_values: list[float]) -> None:
    expected = multipletests(p_values, method=name)[1]
    assert correction(p_values) == pytest.approx(tuple(expected), abs=1e-12)


@pytest.mark.parametrize("correction", [bonferroni, holm, benjamini_hochberg])
def test_nothing_and_what_is_no_p_value(correction: Correction) -> None:
    assert correction([]) == ()
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="p-values must lie between 0 and 1"):
            correction([0.5, wrong])


def test_e_values_as_published_and_in_any_order() -> None:
    assert e_benjamini_hochberg([120, 60, 30, 9, 1], 0.1) == (True, True, True, False, False)
    assert e_benjamini_hochberg([1, 30, 9, 120, 60], 0.1) == (False, True, False, True, True)
    assert e_benjamini_hochberg([10, 9, 1], 0.1) == (False, False, False)
    assert e_benjamini_hochberg([float("inf"), 0.0], 0.1) == (True, False)
    assert e_benjamini_hochberg([], 0.1) == ()


@pytest.mark.parametrize(("e_values", "q"), [([-1.0], 0.1), ([float("nan")], 0.1), ([1.0], 0.0)])
def test_what_is_no_e_value(e_values: list[float], q: float) -> None:
    with pytest.raises(ValueError, match="e-values must not be negative"):
        e_benjamini_hochberg(e_values, q)
