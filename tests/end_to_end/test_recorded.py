"""Whole runs on recorded answers: what the run stores must be what the authors published."""

from pathlib import Path

import pytest
from command_line import harness
from recorded_data import mean_value, published, share_right

from harness.domain.score import Score
from harness.store.scores import read_scores

ZEROEVAL = ("gpt-4o-2024-08-06", "llama-3.1-70b-instruct")
LAWBENCH = ("gpt-4", "freewilly2-70b")


def arms(reports: Path, dataset: str, scorer: str) -> tuple[dict[str, Score], dict[str, Score]]:
    """Runs the dataset; the accuracy of both arms by record."""
    done = harness("shadow", dataset, "--reports", reports)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"RECORDED · {dataset} ·")
    run = next((reports / dataset).glob("2*"))
    incumbent: dict[str, Score] = {}
    candidate: dict[str, Score] = {}
    for pair in read_scores(run / "scores.parquet"):
        if pair.scorer == scorer:
            assert pair.incumbent is not None
            assert pair.candidate is not None
            incumbent[pair.record_id], candidate[pair.record_id] = pair.incumbent, pair.candidate
    return incumbent, candidate


@pytest.mark.parametrize(
    ("dataset", "models", "unit", "digits"),
    [
        ("enquiry-routing", LAWBENCH, 1, 3),
        pytest.param("code-reasoning", ZEROEVAL, 100, 2, marks=pytest.mark.slow),
        pytest.param("word-problems", ZEROEVAL, 100, 2, marks=pytest.mark.slow),
    ],
)
def test_a_run_reproduces_the_published_accuracies(
    tmp_path: Path, dataset: str, models: tuple[str, str], unit: int, digits: int
) -> None:
    for model, scored in zip(models, arms(tmp_path, dataset, "published"), strict=True):
        assert round(unit * share_right(scored), digits) == published(dataset)["models"][model]


@pytest.mark.slow
def test_a_run_reproduces_the_published_means(tmp_path: Path) -> None:
    for model, scored in zip(LAWBENCH, arms(tmp_path, "entity-extraction", "soft_f1"), strict=True):
        assert round(mean_value(scored), 4) == published("entity-extraction")["models"][model]


@pytest.mark.slow
def test_a_run_over_long_lists_tells_of_8_of_260_records(tmp_path: Path) -> None:
    models = ("gpt-5.5", "ternary-bonsai-27b")
    for model, scored in zip(models, arms(tmp_path, "claims-packets", "exact_records"), strict=True):
        for document, recall in published("claims-packets")["models"][model].items():
            value = scored[document].value
            assert value is not None
            if document not in published("claims-packets")["not_reproduced"]:
                assert round(value, 4) == recall
    report = next((tmp_path / "claims-packets").glob("2*")) / "report.html"
    assert "8 of 260 records are right: 252 left out" in report.read_text(encoding="utf-8")
