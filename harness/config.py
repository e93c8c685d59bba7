"""dataset.toml → RunConfig.

A setting lives in the dataclass of the code that reads it; this file only composes them. Precedence: the
file, then `--set section.key=value`. The environment holds keys only. Unknown keys are refused here because
pydantic drops those of a plain dataclass in silence.
"""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import isfinite
from pathlib import Path
from typing import Any, Literal, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from harness.analysis.failure.severity import SeveritySettings
from harness.dataset.manifest import DatasetSettings
from harness.domain.observation import Arm
from harness.errors import ConfigError
from harness.providers.arm import ArmSettings, parse_arm
from harness.replay.settings import ReplaySettings
from harness.sandbox.settings import SandboxSettings

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSettings:
    """The `[decision]` table.

    Attributes:
        margin: Non-inferiority margin: the loss in the share of right answers that is still acceptable.
        alpha: Chance of calling a candidate non-inferior that is worse by the whole margin (one-sided).
        power: Chance of showing non-inferiority where both models are equally good; for planning.
        cluster: Tag that names the document, customer or conversation a record comes from, where several
            records come from one: they are then not counted as independent.
        stop: "sequential" calls records in random order and stops as soon as the verdict is certain;
            "never" calls every record.
        cap: Most records a sequential run calls; three times what a fixed run needs without it.
    """

    margin: float = 0.02
    alpha: float = 0.025
    power: float = 0.8
    cluster: str | None = None
    stop: Literal["never", "sequential"] = "never"
    cap: int | None = None

    def __post_init__(self) -> None:
        """Refuse a margin outside 0 to 1."""
        if not 0 < self.margin < 1:
            raise ConfigError(
                f"[decision] margin is {self.margin}; it must lie between 0 and 1, such as 0.02"
            )
        if not 0 < self.alpha < 0.5:
            raise ConfigError(
                f"[decision] alpha is {self.alpha}; it must lie between 0 and 0.5, such as 0.025"
            )
        if not 0 < self.power < 1:
            raise ConfigError(f"[decision] power is {self.power}; it must lie between 0 and 1, such as 0.8")
        if self.cap is not None and self.cap < 1:
            raise ConfigError(f"[decision] cap is {self.cap}; it must be a whole number from 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSettings:
    """The `[factors]` table: decision factors that only a person knows. Kept with the run; not weighed yet.

    Attributes:
        tokens_per_month: Volume of the workload, both directions.
        data_sensitivity: regulated, internal or public.
        latency_requirement_ms: Longest acceptable time to first token.
        task_complexity: narrow or several-steps.
        team_capability: ml-engineer or none.
        customisation: fine-tuning or prompting.
        iteration_speed: stable or experimenting.
    """

    tokens_per_month: int | None = None
    data_sensitivity: Literal["regulated", "internal", "public"] | None = None
    latency_requirement_ms: float | None = None
    task_complexity: Literal["narrow", "several-steps"] | None = None
    team_capability: Literal["ml-engineer", "none"] | None = None
    customisation: Literal["fine-tuning", "prompting"] | None = None
    iteration_speed: Literal["stable", "experimenting"] | None = None

    def __post_init__(self) -> None:
        """Refuse negative amounts."""
        for name in ("tokens_per_month", "latency_requirement_ms"):
            if (getattr(self, name) or 0) < 0:
                raise ConfigError(f"[factors] {name} is {getattr(self, name)}; it cannot be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """Everything a run is told.

    Attributes:
        folder: The dataset's folder.
        scorers: The `[[scorers]]` tables as written; the first decides where none has `decides = true`.
        judge: The model that judge scorers ask, None without one.
        sandbox: The `[sandbox]` table as written, {} without one.
    """

    folder: Path
    dataset: DatasetSettings
    incumbent: ArmSettings
    candidate: ArmSettings
    replay: ReplaySettings
    scorers: tuple[Mapping[str, Any], ...]
    decision: DecisionSettings = DecisionSettings()
    severity: SeveritySettings = field(default_factory=SeveritySettings)
    factors: FactorSettings = FactorSettings()
    judge: ArmSettings | None = None
    sandbox: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The dataset's name: that of its folder."""
        return self.folder.resolve().name

    def arm(self, arm: Arm) -> ArmSettings:
        """The settings of one arm."""
        return self.incumbent if arm is Arm.INCUMBENT else self.candidate


_SECTIONS = (
    "dataset",
    "incumbent",
    "candidate",
    "judge",
    "replay",
    "scorers",
    "decision",
    "severity",
    "factors",
    "sandbox",
)


def load_config(
    folder: Path,
    *,
    overrides: Sequence[str] = (),
    incumbent: str | None = None,
    candidate: str | None = None,
) -> RunConfig:
    """Read and check a dataset's settings.

    Args:
        folder: The dataset's folder.
        overrides: `section.key=value` texts that win over the file.
        incumbent: `provider/model@base-url` in place of the `[incumbent]` table.
        candidate: The same for `[candidate]`.

    Raises:
        ConfigError: Names file, table, key and the mend.
    """
    file = folder / "dataset.toml"
    tables = _read_toml(file)
    given: dict[str, Any] = {}
    for override in overrides:
        for target in (tables, given):
            _override(target, override)
    _no_unknown(file, "", tables, _SECTIONS)
    for section, arm in (("incumbent", incumbent), ("candidate", candidate)):
        if arm is not None:
            # Another model: nothing that the file says of its own (price, limits) holds for it.
            tables[section] = _named_arm(arm) | _table(file, section, given)
    sandbox = _table(file, "sandbox", tables)
    try:
        SandboxSettings.from_table(sandbox)
    except ConfigError as error:
        raise ConfigError(f"{file}: {error.message}", error.hint) from None
    return RunConfig(
        folder=folder,
        dataset=build(DatasetSettings, _table(file, "dataset", tables, required=True), file, "dataset"),
        incumbent=build(ArmSettings, _table(file, "incumbent", tables, required=True), file, "incumbent"),
        candidate=build(ArmSettings, _table(file, "candidate", tables, required=True), file, "candidate"),
        replay=build(ReplaySettings, _table(file, "replay", tables), file, "replay"),
        scorers=_scorers(file, tables),
        decision=build(DecisionSettings, _table(file, "decision", tables), file, "decision"),
        severity=build(SeveritySettings, _table(file, "severity", tables), file, "severity"),
        factors=build(FactorSettings, _table(file, "factors", tables), file, "factors"),
        judge=_judge(file, tables),
        sandbox=sandbox,
    )


def build(kind: type[T], table: Mapping[str, Any], file: Path, section: str) -> T:
    """One settings dataclass from one table, types checked strictly.

    Raises:
        ConfigError: A key is unknown, missing, or of the wrong type.
    """
    _no_unknown(file, section, table, [entry.name for entry in fields(kind)])  # type: ignore[arg-type]
    try:
        _check_storable(table, "")
        # Through JSON, because only there does strict checking take a list for a tuple.
        return TypeAdapter(kind).validate_json(orjson.dumps(table), strict=True)
    except ValidationError as error:
        raise ConfigError(f"{file}: [{section}] {_told(error)}") from None
    except ConfigError as error:
        said = error.message if error.message.startswith("[") else f"[{section}] {error.message}"
        raise ConfigError(f"{file}: {said}", error.hint) from None


def _told(error: ValidationError) -> str:
    """The first complaint; where a value may have several forms, none of them fits."""
    complaints = error.errors(include_url=False)
    key = str(complaints[0]["loc"][0]) if complaints[0]["loc"] else ""
    if len({complaint["loc"] for complaint in complaints if complaint["loc"][:1] == (key,)}) > 1:
        return f"{key}: is in none of the forms it may have (docs/settings.md)"
    first = complaints[0]
    given = str(first["input"])[:60]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg'].lower()}, not {given!r}"


def _check_storable(value: object, key: str) -> None:
    """Refuse what JSON would change in silence: nan and inf, integers beyond 64 bits, half characters."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            _check_storable(part, str(name))
    elif isinstance(value, float) and not isfinite(value):
        raise ConfigError(f"{key} is {value}; it must be a finite number")
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ConfigError(f"{key} is too large a number")
    elif isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise ConfigError(f"{key} holds bytes that are not UTF-8")


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{file} does not exist", "harness dataset new NAME makes one to start from"
        ) from None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not valid TOML: {error}") from None


def _override(tables: dict[str, Any], override: str) -> None:
    key, equals, text = (part.strip() for part in override.partition("="))
    if not (equals and "." in key):
        raise ConfigError(f'--set "{override}": write section.key=value, such as replay.rpm=600')
    for value in (text, orjson.dumps(text).decode()):
        # As TOML reads it, else as a plain string: replay.rpm=600, dataset.unit=invoice.
        try:
            added = tomllib.loads(f"{key} = {value}")
        except tomllib.TOMLDecodeError:
            continue
        _merge(tables, added, override)
        return
    raise ConfigError(f'--set "{override}": "{key}" is no key; quote a part that holds dots or slashes')


def _merge(tables: dict[str, Any], added: Mapping[str, Any], override: str) -> None:
    for key, value in added.items():
        held = tables.get(key)
        if isinstance(held, dict) and isinstance(value, dict):
            _merge(held, value, override)
        elif isinstance(held, list) and isinstance(value, dict):
            raise ConfigError(f'--set "{override}": [[{key}]] is a list; edit it in dataset.toml')
        else:
            tables[key] = value


def _table(file: Path, section: str, tables: Mapping[str, Any], *, required: bool = False) -> dict[str, Any]:
    table = tables.get(section)
    if table is None and required:
        raise ConfigError(f"{file}: table [{section}] is missing")
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{file}: [{section}] must be a table")
    return table or {}


def _judge(file: Path, tables: Mapping[str, Any]) -> ArmSettings | None:
    if "judge" not in tables:
        return None
    judge = build(ArmSettings, _table(file, "judge", tables), file, "judge")
    if judge.source != "replay":
        raise ConfigError(f'{file}: [judge] source: a judge is always called; leave "source" out')
    return judge


def _named_arm(text: str) -> dict[str, Any]:
    """`provider/model@base-url` as the table it stands for."""
    arm = parse_arm(text)
    named = {"provider": arm.provider, "model": arm.model}
    return named | ({"base_url": arm.base_url} if arm.base_url else {})


def _scorers(file: Path, tables: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    scorers = tables.get("scorers")
    if not isinstance(scorers, list) or not scorers:
        raise ConfigError(
            f"{file}: [[scorers]] is missing", 'Add the line [[scorers]], and below it: use = "json_fields"'
        )
    for table in scorers:
        if not isinstance(table, dict) or not isinstance(table.get("use"), str):
            raise ConfigError(f'{file}: every [[scorers]] needs a "use", such as use = "json_fields"')
    return tuple(scorers)


def _no_unknown(file: Path, section: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            mend = f'; did you mean "{near[0]}"?' if near else f"; there are {', '.join(known)}"
            where = f"[{section}] has no key" if section else "there is no table"
            raise ConfigError(f'{file}: {where} "{key}"{mend}')
