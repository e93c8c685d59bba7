import random

import pytest
from planted_failures import INPUTS, THEMES, TOPICS
from sklearn.metrics import adjusted_rand_score

from harness.analysis.failure.text_groups import TextGroup, group_texts


def themes(count: int, seed: int) -> tuple[list[str], list[str], list[str]]:
    """Failures in words, inputs that say nothing, and the theme of each."""
    draw = random.Random(seed)
    names = [draw.choice(list(THEMES)) for _ in range(count)]

    def filled(text: str) -> str:
        return text.format(a=draw.choice(TOPICS), b=draw.choice(TOPICS))

    failures = [filled(draw.choice(THEMES[name])) for name in names]
    return failures, [filled(draw.choice(INPUTS)) for _ in names], names


def rand_index(groups: tuple[TextGroup, ...], truth: list[str]) -> float:
    found = {place: number for number, group in enumerate(groups) for place in group.members}
    return float(adjusted_rand_score(truth, [found.get(place, -1 - place) for place in range(len(truth))]))


@pytest.mark.parametrize(
    ("count", "clustered", "least"), [(120, 2500, 0.85), (600, 2500, 0.85), (600, 300, 0.8)]
)
def test_themes_in_many_wordings_are_told_apart(count: int, clustered: int, least: float) -> None:
    found = []
    for seed in range(4):
        failures, inputs, truth = themes(count, seed)
        found.append(rand_index(group_texts(failures, inputs, seed=1, clustered=clustered), truth))
    assert sum(found) / len(found) >= least, found


def test_a_group_is_told_by_its_words_and_its_most_typical_failure() -> None:
    failures, inputs, truth = themes(200, 3)
    groups = group_texts(failures, inputs, seed=1, smallest=10)
    for group in groups:
        assert group.medoid in group.members
        inside = [truth[place] for place in group.members]
        assert truth[group.medoid] == max(set(inside), key=inside.count)
    words = {word for group in groups for word in group.terms}
    assert {"deadline", "rude", "fee", "seller", "repealed"} <= words


def test_the_same_in_every_call_and_whatever_the_seed_of_the_process() -> None:
    failures, inputs, _ = themes(150, 5)
    assert group_texts(failures, inputs, seed=1) == group_texts(failures, inputs, seed=1)


def test_members_are_in_one_group_only() -> None:
    failures, inputs, _ = themes(500, 6)
    groups = group_texts(failures, inputs, seed=1, clustered=200, smallest=3)
    members = [place for group in groups for place in group.members]
    assert len(members) == len(set(members))
    assert all(len(group.members) >= 3 for group in groups)
    assert max(members) >= 200


@pytest.mark.parametrize(
    "texts",
    [
        ["a"],
        ["", "", ""],
        ["same"] * 80,
        ["a"] * 80,
        ["\ud800\x00", "漢字 仮名", "漢字 仮名"],
        ["x" * 100_000] * 3,
    ],
)
def test_awkward_texts(texts: list[str]) -> None:
    groups = group_texts(texts, [""] * len(texts), seed=1, clustered=60)
    assert sorted(place for group in groups for place in group.members) == list(range(len(texts)))
    assert group_texts([], [], seed=1) == ()
