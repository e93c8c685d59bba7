"""Which records a run calls, and in which order."""

import json
from pathlib import Path

import pytest
from command_line import make_dataset

from harness.domain.ordering import order_key
from harness.errors import ConfigError
from harness.pipeline.course import course_of
from harness.pipeline.group import Member
from harness.pipeline.prepare import prepare


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 records in documents of 5, all with expected answers."""
    return make_dataset(
        tmp_path_factory.mktemp("course") / "echo",
        60,
        url="http://127.0.0.1:9/v1",
        documents=lambda number: f"d{number // 5}",
    )


def member(folder: Path, *overrides: str, limit: int | None = None) -> Member:
    shadow = prepare(
        str(folder),
        reports=folder.parent / "reports",
        incumbent=None,
        candidates=(),
        limit=limit,
        overrides=overrides,
    )
    return shadow.members[0]


SEQUENTIAL = ("decision.stop=sequential", "decision.cluster=document", "replay.repeats=7")


def test_without_a_stop_rule_records_come_as_they_stand(folder: Path) -> None:
    with course_of(member(folder, "replay.repeats=7", limit=30)) as course:
        read = list(course.records())
        assert [record.id for record in read] == [f"r{number}" for number in range(30)]
        assert sum(course.repeated(record) for record in read) == 7
        assert (course.planned, course.repeats, course.calls, course.clusters) == (30, 7, 37, ())


def test_a_sequential_run_begins_with_its_repeats_and_keeps_clusters_whole(folder: Path) -> None:
    with course_of(member(folder, *SEQUENTIAL, "decision.cap=23")) as course:
        read = list(course.records())
        assert (course.planned, list(course.clusters), course.largest_cluster) == (20, [5] * 4, 5)
        assert read == sorted(read, key=lambda one: order_key(7, one.tags["document"], one.id))
        assert len({record.tags["document"] for record in read}) == 4
        assert [course.repeated(record) for record in read] == [True] * 7 + [False] * 13
        for count in (0, 1, 20):
            assert [course.up_to(count)(record) for record in read].count(True) == count
        assert list(course.records()) == read


def test_more_repeats_than_planned_records_are_as_many_as_these(folder: Path) -> None:
    with course_of(member(folder, *SEQUENTIAL[:2], "replay.repeats=50", "decision.cap=10")) as course:
        assert (course.planned, course.repeats) == (10, 10)


def test_the_order_belongs_to_the_identity_of_a_sequential_run_alone(folder: Path) -> None:
    plain, sequential = member(folder), member(folder, "decision.stop=sequential")
    assert plain.identity != sequential.identity
    assert member(folder, "replay.seed=8").identity == plain.identity
    assert member(folder, "decision.stop=sequential", "replay.seed=8").identity != sequential.identity
    assert member(folder, *SEQUENTIAL[:2]).identity != sequential.identity
    for override in ("decision.margin=0.1", "decision.cap=5", "replay.repeats=3"):
        assert member(folder, "decision.stop=sequential", override).identity == sequential.identity


def test_a_cap_below_the_first_cluster_is_refused(folder: Path) -> None:
    with (
        pytest.raises(ConfigError, match=r"cap is 3, but the first cluster alone has 5 records"),
        course_of(member(folder, *SEQUENTIAL, "decision.cap=3")),
    ):
        pass


def test_a_tag_that_no_record_has_cannot_be_the_cluster(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r'cluster is "customer", but no record has that tag') as caught:
        member(folder, "decision.cluster=customer")
    assert caught.value.hint == "Tags there are: document."


def test_the_stop_rule_needs_expected_answers(folder: Path, tmp_path: Path) -> None:
    bare = make_dataset(tmp_path / "bare", 5, url="http://127.0.0.1:9/v1")
    rows = [json.loads(line) for line in (bare / "records.jsonl").read_text().splitlines()]
    for row in rows:
        del row["expected"]
    (bare / "records.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(ConfigError, match=r'stop = "sequential" needs expected answers'):
        member(bare, "decision.stop=sequential")


def test_a_scorer_that_asks_a_judge_cannot_decide_when_to_stop(folder: Path, tmp_path: Path) -> None:
    asking = make_dataset(tmp_path / "asking", 5, url="http://127.0.0.1:9/v1")
    text = (asking / "dataset.toml").read_text().replace('use = "exact"', 'use = "scorer.py:Asking"')
    text += '\n[judge]\nprovider = "sandbox"\nmodel = "arbiter"\nbase_url = "http://127.0.0.1:9/v1"\n'
    (asking / "dataset.toml").write_text(text)
    (asking / "scorer.py").write_text(
        "from dataclasses import dataclass\nfrom harness import Score\n\n\n"
        "@dataclass(frozen=True)\nclass Asking:\n"
        "    def score(self, answer, reference, context):\n        return Score(value=None)\n\n"
        "    def questions(self, answer, reference, context):\n        return ()\n"
    )
    assert member(asking)
    with pytest.raises(ConfigError, match="needs scorers that can tell at once; Asking decides"):
        member(asking, "decision.stop=sequential")
