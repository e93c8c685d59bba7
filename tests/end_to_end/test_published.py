"""policy-topics plays back real answers: the accuracies must be those their authors published."""

import json
from pathlib import Path

import pytest
from command_line import ROOT, harness

from harness.analysis import analysis_from_json
from harness.domain.observation import Arm

FOLDER = ROOT / "datasets" / "policy-topics"
OTHERS = ("claude-3-7-sonnet-20250219", "qwen2.5-72b", "mistral-large-2411")


@pytest.mark.parametrize(
    "candidates",
    [("llama-3.3-70b", "deepseek-v3"), pytest.param(OTHERS, marks=pytest.mark.slow)],
    ids=["two", "the other three"],
)
def test_the_run_reproduces_the_published_accuracies(tmp_path: Path, candidates: tuple[str, ...]) -> None:
    arms = [part for model in candidates for part in ("--candidate", f"sandbox/{model}")]
    done = harness("shadow", "policy-topics", *arms, "--reports", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("RECORDED ·") == len(candidates)
    published = json.loads((FOLDER / "published_scores.json").read_text(encoding="utf-8"))["by_language"]
    seen = set()
    for run in sorted((tmp_path / "policy-topics").glob("2*")):
        models = json.loads((run / "manifest.json").read_text())["arms"]
        analysis = analysis_from_json((run / "analysis.json").read_bytes())
        languages = next(table for table in analysis.tags if table.tag == "language")
        assert {row.value for row in languages.rows} == set(published)
        for row in languages.rows:
            for arm, share in ((Arm.INCUMBENT, row.incumbent), (Arm.CANDIDATE, row.candidate)):
                model = models[arm]["model"]
                assert share is not None
                assert share.value is not None
                assert share.n == published[row.value][model]["n"]
                assert round(share.value, 4) == published[row.value][model]["published_accuracy"]
                seen.add(model)
    assert seen == {"gpt-4o-2024-11-20", *candidates}
