import subprocess
import sys

import pytest

from harness.domain.ordering import LAST, cluster_of, order_key


def test_the_order_is_the_same_in_every_process() -> None:
    code = "from harness.domain.ordering import order_key; print(order_key(7, 'document', 'r1'))"
    told = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert told == {f"{order_key(7, 'document', 'r1')}\n"}


def test_it_is_another_one_for_another_seed_and_mixes_the_records() -> None:
    names = [f"r{number:03}" for number in range(500)]
    orders = [sorted(names, key=lambda name: order_key(seed, None, name)) for seed in (1, 2)]
    assert orders[0] != orders[1]
    for order in orders:
        places = [order.index(name) for name in names[:250]]
        # The mean place of the first half is 249.5 with a standard error of 6.5.
        assert abs(sum(places) / len(places) - 249.5) < 4 * 6.5


def test_the_records_of_a_cluster_stand_together_and_clusters_are_mixed() -> None:
    records = [(f"r{number}", f"document {number // 4}") for number in range(400)]
    order = sorted(records, key=lambda entry: order_key(7, entry[1], entry[0]))
    documents = [cluster for _, cluster in order]
    runs = [cluster for place, cluster in enumerate(documents) if place % 4 == 0]
    assert documents == [cluster for cluster in runs for _ in range(4)]
    assert runs != sorted(runs, key=lambda name: int(name.split()[1]))


def test_a_record_without_the_tag_stands_alone() -> None:
    assert cluster_of({"document": "d"}, "document") == "d"
    assert cluster_of({"document": "d"}, "customer") is None
    assert cluster_of({"document": "d"}, None) is None
    own, alone = order_key(7, None, "r1")
    assert own == alone
    assert order_key(7, "r1", "r1") != (own, alone)  # a cluster of that very name is another thing


@pytest.mark.parametrize("name", ["", "\ud800", "🚚" * 200])
def test_every_name_has_a_place(name: str) -> None:
    assert (0, 0) <= order_key(2**63 - 1, name, name) < LAST
