"""What `--plan` says that so many records can show."""

import json
import re
from pathlib import Path

import pytest
from command_line import ROOT, make_dataset

from harness.analysis.stats.power import detectable_margin, records_needed
from harness.pipeline.course import course_of
from harness.pipeline.planning import clusters_of, power_lines
from harness.pipeline.prepare import prepare
from harness.pipeline.shadow import Shadow


def job(folder: Path, *overrides: str, limit: int | None = None) -> Shadow:
    return prepare(
        str(folder),
        reports=folder.parent / "reports",
        incumbent=None,
        candidates=(),
        limit=limit,
        overrides=overrides,
    )


def lines(shadow: Shadow) -> list[str]:
    (member,) = shadow.members
    with course_of(member) as course:
        return power_lines(member, course)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 records; 100 come from 10 documents of 10, 200 stand alone."""
    return make_dataset(
        tmp_path_factory.mktemp("plan") / "echo",
        300,
        url="http://127.0.0.1:9/v1",
        documents=lambda number: f"d{number // 10}" if number < 100 else None,
    )


def test_the_page_shows_what_the_plan_of_the_invoices_says() -> None:
    page = (ROOT / "docs" / "noise-and-stopping.md").read_text(encoding="utf-8")
    assert "\n".join(lines(job(ROOT / "datasets" / "invoices"))) in page


def test_it_says_what_so_many_records_can_show_and_how_many_the_margin_needs(folder: Path) -> None:
    shown, needed = lines(job(folder))
    assert shown == (
        "300 records can show a margin of 5.1 points (80 % power, alpha 0.025 one-sided, if the models are "
        "equally good and disagree on 10 % of the records; 7.2 if on 20 %)."
    )
    assert needed == "For the margin of 2 points that is set, about 1,963 to 3,925 are needed."


@pytest.mark.parametrize(("margin", "alpha", "power"), [(0.03, 0.05, 0.9), (0.01, 0.025, 0.8)])
def test_the_figures_are_those_of_the_settings(
    folder: Path, margin: float, alpha: float, power: float
) -> None:
    overrides = (f"decision.margin={margin}", f"decision.alpha={alpha}", f"decision.power={power}")
    shown, needed = lines(job(folder, *overrides, limit=200))
    best = detectable_margin(n=200, discordant=0.1, alpha=alpha, power=power)
    assert f"200 records can show a margin of {best * 100:.1f} points ({power * 100:.0f} % power" in shown
    counts = [int(text.replace(",", "")) for text in re.findall(r"[\d,]{3,}", needed)]
    assert counts == [
        records_needed(discordant=discordant, margin=margin, alpha=alpha, power=power)
        for discordant in (0.1, 0.2)
    ]


def test_clusters_are_told_with_what_they_may_cost(folder: Path) -> None:
    shadow = job(folder, "decision.cluster=document")
    clusters = clusters_of(shadow.members[0])
    # n^2 / (200 x 1 + 10 x 100)
    assert (clusters.count, clusters.largest, clusters.effective) == (210, 10, 90_000 // 1_200)
    assert lines(shadow)[2] == (
        "They come from 210 values of `document`, up to 10 records each. Were all records of one right or "
        "wrong together, they would be worth 75 and show a margin of 10.2 to 14.5 points."
    )


def test_without_expected_answers_nothing_can_be_shown(folder: Path, tmp_path: Path) -> None:
    bare = make_dataset(tmp_path / "bare", 5, url="http://127.0.0.1:9/v1")
    rows = [json.loads(line) for line in (bare / "records.jsonl").read_text().splitlines()]
    for row in rows:
        del row["expected"]
    (bare / "records.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (only,) = lines(job(bare))
    assert only.startswith("No record has an expected answer")


@pytest.mark.parametrize(
    ("overrides", "planned", "cap"),
    [
        ((), 300, "all there are"),
        (("decision.cap=120",), 120, "the cap"),
        (("decision.margin=0.2",), 120, ""),
    ],
)
def test_a_sequential_run_says_how_many_it_calls_at_most(
    folder: Path, overrides: tuple[str, ...], planned: int, cap: str
) -> None:
    *_, last = lines(job(folder, "decision.stop=sequential", *overrides))
    assert last.startswith("Sequential: records are called in random order")
    found = re.search(r"order, (\d+) at most \(([a-z ]+)\)", last)
    assert found
    if cap:
        assert (int(found[1]), found[2]) == (planned, cap)
    else:
        assert int(found[1]) == 3 * records_needed(discordant=0.2, margin=0.2, alpha=0.025, power=0.8)
