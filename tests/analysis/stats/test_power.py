import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.analysis.stats.noninferiority import Conclusion, noninferiority
from harness.analysis.stats.power import (
    ItemSpread,
    detectable_margin,
    records_needed,
    records_needed_with_repeats,
)


@pytest.mark.parametrize(("margin", "needed"), [(0.03, 952), (0.02, 2141), (0.01, 8564)])
def test_records_for_a_tenth_discordant_as_published(margin: float, needed: int) -> None:
    assert records_needed(discordant=0.10, margin=margin, alpha=0.05, power=0.9) == needed


@given(
    discordant=st.floats(0, 1),
    margin=st.floats(0.005, 0.9),
    alpha=st.sampled_from([0.01, 0.025, 0.05]),
    power=st.sampled_from([0.5, 0.8, 0.95]),
)
def test_what_the_needed_records_show_is_the_margin(
    discordant: float, margin: float, alpha: float, power: float
) -> None:
    n = records_needed(discordant=discordant, margin=margin, alpha=alpha, power=power)
    assert detectable_margin(n=n, discordant=discordant, alpha=alpha, power=power) <= margin + 1e-9
    if n > 1:
        before = detectable_margin(n=n - 1, discordant=discordant, alpha=alpha, power=power)
        assert before >= margin - 1e-9


def test_no_record_shows_no_margin() -> None:
    assert detectable_margin(n=0, discordant=0.1, alpha=0.025, power=0.8) == 1.0
    assert detectable_margin(n=1, discordant=1.0, alpha=0.025, power=0.8) == 1.0


@pytest.mark.parametrize(("discordant", "true_difference"), [(0.10, 0.0), (0.10, -0.01), (0.02, 0.0)])
def test_the_needed_records_give_the_power(discordant: float, true_difference: float) -> None:
    n = records_needed(
        discordant=discordant, margin=0.03, alpha=0.05, power=0.9, true_difference=true_difference
    )
    chances = [(discordant + true_difference) / 2, (discordant - true_difference) / 2, 1 - discordant]
    drawn = numpy.random.default_rng(2).multinomial(n, chances, size=3000)
    shown = sum(
        noninferiority(int(gains), int(losses), n, margin=0.03, alpha=0.05).conclusion
        is Conclusion.NON_INFERIOR
        for gains, losses, _ in drawn
    )
    assert 0.87 < shown / 3000 < 0.99


def test_no_number_of_records_shows_what_is_not_so() -> None:
    with pytest.raises(ValueError, match="not better than the margin allows"):
        records_needed(discordant=0.1, margin=0.02, alpha=0.05, power=0.9, true_difference=-0.02)


def test_repeats_help_only_while_the_noise_within_records_matters() -> None:
    noisy = ItemSpread(between=0.02, incumbent=0.09, candidate=0.11)
    quiet = ItemSpread(between=0.20, incumbent=0.01, candidate=0.01)

    def needed(spread: ItemSpread, repeats: int) -> int:
        return records_needed_with_repeats(
            spread,
            margin=0.02,
            alpha=0.05,
            power=0.8,
            incumbent_repeats=repeats,
            candidate_repeats=repeats,
        )

    # (1.959964 + 0.841621)^2 = 7.84888; times 0.22 and 0.07 over 0.0004.
    assert (needed(noisy, 1), needed(noisy, 4)) == (4317, 1374)
    assert needed(quiet, 4) / needed(quiet, 1) > 0.9
