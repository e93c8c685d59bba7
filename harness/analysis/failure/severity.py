"""How much harm a finding does: the table of kinds, and what dataset.toml says instead."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.domain.failure import KINDS, Severity, is_failure, kind_of
from harness.domain.paths import path_pattern, without_indexes
from harness.domain.score import Finding
from harness.errors import ConfigError

_NAMES = {"light": Severity.LIGHT, "moderate": Severity.MODERATE, "severe": Severity.SEVERE}
_UNEXPLAINED = "no_finding"
# Keys of an answer are untrusted: what is remembered about them stays bounded.
_REMEMBERED = 4096
_LONGEST_PATH = 500
_LONGEST_KIND = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveritySettings:
    """The `[severity]` table: how much harm a failure does on this workload.

    Attributes:
        kinds: Failure kind to light, moderate or severe.
        paths: Field path to light, moderate or severe; written as in json_fields, and stronger than
            `kinds`. The first pattern that fits counts.
        currency: Currency of all amounts, such as "EUR". Without it each expected answer names its own.
        currency_path: Where the expected answer names the currency, such as "totals.currency". Without
            it a field at the top whose name ends in "currency" does.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    currency: str | None = None
    currency_path: str | None = None

    def __post_init__(self) -> None:
        """Refuse unknown severities, kinds that are most likely misspelt, and two currencies."""
        for table in ("kinds", "paths"):
            for name, severity in getattr(self, table).items():
                _check_severity(table, name, severity)
        for kind in self.kinds:
            _check_kind(kind)
        if not all(path.strip(".") for path in self.paths):
            raise ConfigError('[severity] paths: "" is no path; write one such as "totals.gross"')
        _check_currency(self.currency, self.currency_path)


def _check_currency(currency: str | None, path: str | None) -> None:
    if currency is not None and path is not None:
        raise ConfigError(
            "[severity] has both currency and currency_path",
            "Keep currency where all amounts share it, else currency_path.",
        )
    for name, value in (("currency", currency), ("currency_path", path)):
        if value is not None and not value.strip():
            raise ConfigError(f"[severity] {name} is empty; leave it out, or name one")


def _check_severity(table: str, name: str, severity: str) -> None:
    if severity == "none":
        raise ConfigError(
            f'[severity] {table}."{name}" is "none"; it must be light, moderate or severe',
            "Whether an answer is right is the scorer's decision: json_fields has ignore for fields that "
            "do not matter and format_only_fails for notation.",
        )
    if severity not in _NAMES:
        raise ConfigError(
            f'[severity] {table}."{name}" is "{severity}"; it must be light, moderate or severe'
        )


def _check_kind(kind: str) -> None:
    """A kind that no built-in scorer has may be a plugin's own, unless it looks like a slip of the pen."""
    known = KINDS.get(kind)
    if known is not None and known.severity is Severity.NONE:
        raise ConfigError(
            f'[severity] kinds: "{kind}" is no failure, so it has no severity',
            "json_fields counts values in another notation as wrong with format_only_fails = true.",
        )
    if known is not None or kind == _UNEXPLAINED:
        return
    if not kind.strip() or len(kind) > _LONGEST_KIND or not kind.isprintable():
        raise ConfigError(f"[severity] kinds: {kind[:_LONGEST_KIND]!r} is no name of a failure kind")
    near = difflib.get_close_matches(kind.lower().replace("-", "_").replace(" ", "_"), KINDS, n=1, cutoff=0.8)
    if near:
        raise ConfigError(f'[severity] kinds: there is no "{kind}"; did you mean "{near[0]}"?')


class SeverityRules:
    """Tells the severity of findings: a path rule wins over a kind rule, and that over the table."""

    def __init__(self, settings: SeveritySettings | None = None) -> None:
        settings = settings or SeveritySettings()
        self._kinds = {kind: _NAMES[severity] for kind, severity in settings.kinds.items()}
        self._paths = [(path_pattern(path), _NAMES[severity]) for path, severity in settings.paths.items()]
        self._found: dict[str, Severity | None] = {}

    def of(self, finding: Finding) -> Severity:
        """The severity of one finding; NONE for one that does not count against the answer."""
        if not is_failure(finding):
            return Severity.NONE
        if self._paths and finding.path:
            by_path = self._of_path(finding.path)
            if by_path is not None:
                return by_path
        return self._kinds.get(finding.kind) or kind_of(finding.kind).severity

    def worst(self, findings: Iterable[Finding]) -> Severity:
        """The highest severity among the findings; NONE where nothing fails."""
        return max(map(self.of, findings), default=Severity.NONE)

    def _of_path(self, path: str) -> Severity | None:
        path = without_indexes(path[:_LONGEST_PATH])
        if path not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            fitting = (severity for pattern, severity in self._paths if pattern.fullmatch(path))
            self._found[path] = next(fitting, None)
        return self._found[path]
