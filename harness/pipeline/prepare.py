"""Everything that can be checked before anything is sent."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.config import RunConfig, load_config
from harness.dataset.manifest import find_dataset
from harness.dataset.reader import MAX_TAG_NAMES, DatasetFacts, check_records
from harness.domain.observation import Arm
from harness.errors import ConfigError
from harness.pipeline.arms import ReadyArm, check_budget, ready, ready_judge
from harness.pipeline.course import is_sequential
from harness.pipeline.group import Member
from harness.pipeline.judging import labels_of
from harness.pipeline.shadow import Shadow
from harness.pipeline.stages import scorers_of
from harness.scorers.stage import NamedScorer


def prepare(
    dataset: str,
    *,
    reports: Path,
    incumbent: str | None,
    candidates: Sequence[str],
    limit: int | None,
    overrides: Sequence[str],
) -> Shadow:
    """Check everything that can be checked without a key and without sending anything.

    Raises:
        DatasetError: The dataset does not exist or a line of it is wrong.
        ConfigError: A setting or an arm is wrong.
        PluginError: A scorer cannot be loaded.
    """
    folder = find_dataset(dataset, Path("datasets"))
    if len(set(candidates)) < len(candidates):
        raise ConfigError("the same --candidate is given twice", "Every candidate is one run.")
    named = candidates or (None,)
    configs = [
        load_config(folder, overrides=overrides, incumbent=incumbent, candidate=candidate)
        for candidate in named
    ]
    arms = [{arm: ready(config, arm) for arm in Arm} for config in configs]
    scorers = scorers_of(configs[0])
    asks = any(named.asks for named in scorers)
    judges = [ready_judge(config) if asks else None for config in configs]
    for config, pair, judge in zip(configs, arms, judges, strict=True):
        check_budget(config, [*pair.values(), *filter(None, [judge])])
    labels_of(configs[0], scorers)
    facts = check_records(folder)
    _check_expected(configs[0], arms, facts)
    _check_cluster(configs[0], facts)
    _check_sequential(configs[0], scorers, facts)
    members = tuple(
        Member(
            config=config,
            arms=pair,
            facts=facts,
            records=min(facts.records, limit or facts.records),
            command=_command(dataset, incumbent, candidate, limit, overrides),
            overrides=tuple(overrides),
            judge=judge,
        )
        for config, pair, candidate, judge in zip(configs, arms, named, judges, strict=True)
    )
    return Shadow(members=members, scorers=scorers, reports=reports)


def _command(
    dataset: str, incumbent: str | None, candidate: str | None, limit: int | None, overrides: Sequence[str]
) -> str:
    parts = ["harness", "shadow", dataset]
    parts += ["--incumbent", incumbent] if incumbent else []
    parts += ["--candidate", candidate] if candidate else []
    parts += ["--limit", str(limit)] if limit else []
    for override in overrides:
        parts += ["--set", override]
    return shlex.join(parts)


def _check_cluster(config: RunConfig, facts: DatasetFacts) -> None:
    """Without a record that has the tag, all records would silently count as independent."""
    name = config.decision.cluster
    if name is not None and name not in facts.tags and len(facts.tags) < MAX_TAG_NAMES:
        known = ", ".join(facts.tags) or "none"
        raise ConfigError(
            f'{config.folder / "dataset.toml"}: [decision] cluster is "{name}", but no record has that tag',
            f"Tags there are: {known}.",
        )


def _check_sequential(config: RunConfig, scorers: Sequence[NamedScorer], facts: DatasetFacts) -> None:
    """The stop rule must be able to tell right from wrong at once."""
    if not is_sequential(config):
        return
    where = f'{config.folder / "dataset.toml"}: [decision] stop = "sequential"'
    if not facts.with_expected:
        raise ConfigError(f"{where} needs expected answers, and no record has one", 'Use stop = "never".')
    asking = next((named.name for named in scorers if named.decides and named.asks), None)
    if asking is not None:
        raise ConfigError(
            f"{where} needs scorers that can tell at once; {asking} decides, and asks a judge",
            'Let another scorer decide, or use stop = "never".',
        )


def _check_expected(config: RunConfig, arms: Sequence[Mapping[Arm, ReadyArm]], facts: DatasetFacts) -> None:
    """The simulating sandbox makes its answers from expected answers."""
    simulates = config.sandbox.get("source", "simulated") == "simulated"
    embeds = any(entry.embedded for pair in arms for entry in pair.values())
    if embeds and simulates and not facts.with_expected:
        raise ConfigError(
            f"{config.folder}: the sandbox makes its answers from expected answers, and no record has one",
            'Add "expected" to the records, or name real models: --incumbent openai/gpt-4o --candidate …',
        )
