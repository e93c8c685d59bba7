"""What there is: datasets and plugins."""

from pathlib import Path

from harness.config import RunConfig, load_config
from harness.dataset.manifest import find_dataset, list_datasets
from harness.dataset.reader import DatasetFacts, check_records
from harness.errors import HarnessError
from harness.pipeline.arms import SANDBOX, provider_lines
from harness.pipeline.judging import labels_of
from harness.pipeline.stages import scorers_of
from harness.sandbox.behavior import idle_faults
from harness.sandbox.settings import SandboxSettings
from harness.sandbox.sources import Source
from harness.scorers.registry import REGISTRY

_LOOKED_AT = 500


def dataset_lines(root: Path) -> list[str]:
    """One line per dataset; one that cannot be read says why."""
    names = list_datasets(root)
    if not names:
        return [f"There is no dataset under {root}/. Make one: harness dataset new NAME"]
    width = max(map(len, names))
    return [f"{name:<{width}}  {_one_line(root / name)}" for name in names]


def _one_line(folder: Path) -> str:
    try:
        config = load_config(folder)
    except HarnessError as error:
        return f"cannot be used: {error.message}"
    settings = config.dataset
    return f"{settings.task}: {config.incumbent.label} against {config.candidate.label}"


def check_lines(name: str, root: Path) -> list[str]:
    """Read every line and setting of a dataset and say what it holds.

    Raises:
        DatasetError, ConfigError, PluginError: The first thing that is wrong.
    """
    folder = find_dataset(name, root)
    config = load_config(folder)
    scorers = scorers_of(config)
    labels = labels_of(config, scorers)
    facts = check_records(folder)
    return [
        f"{folder}: {facts.records:,} records, all readable",
        f"  expected answers: {facts.with_expected:,}; recorded answers: {facts.with_recorded:,}",
        f"  message text: {facts.characters:,} characters, about {facts.characters // 4:,} tokens",
        f"  tags: {_tags(facts)}",
        f"  arms: {config.incumbent.label} against {config.candidate.label}",
        f"  scorers: {', '.join(scorer.name for scorer in scorers)}",
        *([f"  human labels: {len(labels):,}"] if labels else []),
        *_warnings(facts, config.dataset.slices),
        *_idle_faults(config),
    ]


def _tags(facts: DatasetFacts) -> str:
    told = [f"{name} ({count} value{'s' if count != 1 else ''})" for name, count in facts.tags.items()]
    return ", ".join(told) or "none"


def _warnings(facts: DatasetFacts, slices: tuple[str, ...]) -> list[str]:
    warnings = []
    if not facts.with_expected:
        warnings.append("  note: no expected answers, so the report can only say where the arms disagree")
    warnings += [
        f'  note: [dataset] slices names "{name}", but no record has that tag'
        for name in slices
        if name not in facts.tags
    ]
    return warnings


def _idle_faults(config: RunConfig) -> list[str]:
    """A fault that fits no record is planted nowhere: such a rate makes a model look good."""
    settings = SandboxSettings.from_table(config.sandbox)
    arms = {arm.model for arm in (config.incumbent, config.candidate) if arm.provider == SANDBOX}
    if settings.source != "simulated" or not arms & settings.models.keys():
        return []
    with Source(config.folder, settings) as source:
        subjects = list(source.subjects(_LOOKED_AT))
    return [
        f'  note: sandbox model "{model}": {kind} fits none of the {len(subjects)} records looked at, '
        "so its rate plants nothing"
        for model in sorted(arms & settings.models.keys())
        for kind in idle_faults(subjects, settings.models[model])
    ]


def plugin_lines() -> list[str]:
    """The shelves: scorers with their settings, and providers."""
    lines = ["Scorers ([[scorers]] use = …):"]
    for entry in REGISTRY.describe():
        lines.append(f"  {entry.name:<14} {entry.origin:<24} {entry.summary}")
        lines += [f"  {'':<14} {setting}" for setting in entry.settings]
    lines += ["", "Providers (provider/model):", *provider_lines()]
    return lines
