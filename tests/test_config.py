"""dataset.toml: what is read, and the one message that each mistake gets."""

from pathlib import Path

import pytest
from command_line import ROOT

from harness.config import load_config
from harness.dataset.manifest import list_datasets, new_dataset
from harness.errors import ConfigError
from harness.pipeline.stages import scorers_of

GOOD = """
[dataset]
workload = "w"
task = "t"
slices = ["vendor"]
[incumbent]
provider = "openai"
model = "gpt-4o"
[candidate]
provider = "together"
model = "meta-llama/x"
[[scorers]]
use = "exact"
"""


def folder(tmp_path: Path, text: str = GOOD) -> Path:
    (tmp_path / "dataset.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    config = load_config(folder(tmp_path, GOOD + "[replay]\nrpm = 600\n[decision]\nmargin = 0.05\n"))
    assert config.dataset.slices == ("vendor",)
    assert config.incumbent.label == "openai/gpt-4o"
    assert config.replay.rpm == 600
    assert config.decision.margin == 0.05
    assert config.name == tmp_path.name


def test_severity_is_read(tmp_path: Path) -> None:
    table = '[severity]\nkinds = { text_differs = "severe" }\npaths = { "totals.gross" = "light" }\n'
    config = load_config(folder(tmp_path, GOOD + table))
    assert config.severity.kinds == {"text_differs": "severe"}
    assert config.severity.paths == {"totals.gross": "light"}
    with pytest.raises(ConfigError, match=r'dataset.toml: \[severity\] kinds."empty" is "none"') as raised:
        load_config(folder(tmp_path), overrides=["severity.kinds.empty=none"])
    assert "scorer's decision" in raised.value.hint


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    config = load_config(
        folder(tmp_path),
        overrides=[
            "replay.rpm=30",
            "dataset.unit=invoice",
            'dataset.slices=["a", "b"]',
            'sandbox.models."x/y-3.3".ttft_ms=5',
        ],
        candidate="vllm/my-llama@http://127.0.0.1:8000/v1",
    )
    assert config.replay.rpm == 30
    assert config.dataset.unit == "invoice"
    assert config.dataset.slices == ("a", "b")
    assert config.sandbox["models"]["x/y-3.3"]["ttft_ms"] == 5
    assert config.candidate.base_url == "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (("model =", "modle ="), '[incumbent] has no key "modle"; did you mean "model"?'),
        (("[dataset]", "[datset]"), 'there is no table "datset"; did you mean "dataset"?'),
        (('workload = "w"', "workload = 3"), "[dataset] workload: input should be a valid string"),
        (('task = "t"', ""), "[dataset] task: "),
        (('slices = ["vendor"]', 'slices = "vendor"'), "[dataset] slices: input should be a valid"),
        (('[[scorers]]\nuse = "exact"', ""), "[[scorers]] is missing"),
        (('use = "exact"', 'uses = "exact"'), 'every [[scorers]] needs a "use"'),
        (("[candidate]", "[[candidate]]"), "[candidate] must be a table"),
        (('[candidate]\nprovider = "together"\nmodel = "meta-llama/x"', ""), "table [candidate] is missing"),
        (('workload = "w"', 'workload = "w'), "not valid TOML"),
    ],
)
def test_a_mistake_in_the_file(tmp_path: Path, changed: tuple[str, str], message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(folder(tmp_path, GOOD.replace(*changed, 1)))
    assert raised.value.message.startswith(str(tmp_path / "dataset.toml"))
    assert message in raised.value.message
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("[decision]\nmargin = 2", "[decision] margin is 2"),
        ("[replay]\nconcurrency = 0", "concurrency"),
        ('[replay]\nrpm = "many"', "[replay] rpm: input should be a valid number"),
        (
            '[factors]\nteam_capability = "medium"',
            "[factors] team_capability: input should be 'ml-engineer' or 'none'",
        ),
        ('[sandbox]\nsource = "dreamt"', "dreamt"),
    ],
)
def test_a_value_out_of_range(tmp_path: Path, more: str, message: str) -> None:
    with pytest.raises(ConfigError, match=r"dataset\.toml") as raised:
        load_config(folder(tmp_path, GOOD + more))
    assert message in raised.value.message


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("rpm=3", "write section.key=value"),
        ("replay.rpm", "write section.key=value"),
        ("scorers.use=text", "[[scorers]] is a list; edit it in dataset.toml"),
        ("replay.a b=3", '"replay.a b" is no key'),
        ("replay.rmp=3", 'did you mean "rpm"?'),
    ],
)
def test_a_mistake_on_the_command_line(tmp_path: Path, override: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(folder(tmp_path), overrides=[override])
    assert message in raised.value.message


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path)
    assert "harness dataset new" in raised.value.hint


@pytest.mark.parametrize("name", list_datasets(ROOT / "datasets"))
def test_every_shipped_dataset_loads(name: str) -> None:
    config = load_config(ROOT / "datasets" / name)
    assert scorers_of(config)


def test_the_template_of_a_new_dataset_loads(tmp_path: Path) -> None:
    config = load_config(new_dataset(tmp_path, "mine"))
    assert len(scorers_of(config)) >= 1
