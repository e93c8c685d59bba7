import numpy as np
import pytest

from harness.analysis.failure.slice_halves import excess_p, halves


def test_each_half_gets_half_of_the_events() -> None:
    events = np.arange(1001) < 101
    discovery = halves(events, None, seed=3).discovery
    assert (discovery & events).sum() == 51
    assert (~discovery & ~events).sum() == 450


def test_the_split_is_the_seeds() -> None:
    events = np.arange(500) % 7 == 0
    assert (halves(events, None, 1).discovery == halves(events, None, 1).discovery).all()
    assert (halves(events, None, 1).discovery != halves(events, None, 2).discovery).any()


def test_a_cluster_stays_whole() -> None:
    clusters = [f"customer {place % 40}" for place in range(1000)]
    discovery = halves(np.zeros(1000, dtype=bool), clusters, seed=5).discovery
    assert all(len({bool(discovery[row]) for row in range(place, 1000, 40)}) == 1 for place in range(40))
    assert 400 <= discovery.sum() <= 600


def test_one_large_cluster_is_balanced_by_the_others() -> None:
    clusters = ["large"] * 400 + [f"c{place}" for place in range(400)]
    discovery = halves(np.zeros(800, dtype=bool), clusters, seed=1).discovery
    assert 350 <= discovery.sum() <= 450


def test_the_hypergeometric_tail() -> None:
    """Fisher's lady: four of four cups right by chance in 1 of 70 tries."""
    inside, events = np.arange(8) < 4, np.arange(8) < 4
    assert excess_p(inside, events, None) == pytest.approx(1 / 70)
    assert excess_p(inside, ~events, None) == 1


def test_one_bad_document_is_no_bad_slice() -> None:
    inside, events = np.arange(1000) < 20, np.arange(1000) < 20
    assert excess_p(inside, events, None) < 1e-20
    assert excess_p(inside, events, np.arange(1000) // 20) == 1
    # The same failures over twenty documents are one.
    assert excess_p(inside, events, np.arange(1000)) < 1e-3


def test_clusters_of_one_record_change_little() -> None:
    generator = np.random.default_rng(4)
    inside = generator.random(2000) < 0.2
    events = generator.random(2000) < np.where(inside, 0.12, 0.08)
    alone = excess_p(inside, events, None)
    assert 0.5 * alone < excess_p(inside, events, np.arange(2000)) < 5 * alone
