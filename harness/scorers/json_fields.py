"""Scores structured answers field by field, whatever the order of their line items.

The value is 1 where nothing fails. Otherwise it is the micro F1 over (field, value) pairs,
`right / (right + (missed + surplus) / 2)`, times a ceiling for the worst failure: light 0.95,
moderate 0.8, severe 0.5. So a single amount wrong by 100 times scores below any answer that differs only
in texts, and a moved line costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from harness.domain.chat import Answer
from harness.domain.failure import Severity, is_failure, kind_of
from harness.domain.score import Finding, Score
from harness.scorers.base import ScoringContext
from harness.scorers.json_compare import Comparison, FieldVerdict, Rules
from harness.scorers.json_parse import ParsedJson, json_text, parse_json, shown
from harness.scorers.json_paths import PathRules, joined
from harness.scorers.json_schema import Violation, requested_schema, violations
from harness.scorers.json_values import Reading

_CEILINGS = {Severity.LIGHT: 0.95, Severity.MODERATE: 0.8, Severity.SEVERE: 0.5}
# An answer with more differences than this is wrong all over; the rest is counted, not listed.
_MOST_FINDINGS = 200
_ABOUT_PRESENCE = frozenset(
    {"required", "additionalProperties", "unevaluatedProperties", "minItems", "maxItems"}
)
# A schema violation says more than these, and less than any other kind.
_UNSPECIFIC = frozenset({"wrong_value", "text_differs", "wrong_label"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFields:
    """JSON answers, compared field by field by what the values mean.

    Attributes:
        tolerance: Largest absolute difference of two equal numbers.
        types: Path pattern to type: money, number, date, currency, id, text, label, boolean.
        ignore: Path patterns of fields that are not compared.
        match_at: Similarity from which two line items are the same line, 0 to 1.
        text_at: Similarity from which two texts count as equal, 0 to 1; 1 means equal but for case,
            spaces and typography.
        format_only_fails: Whether a value that is right but written differently counts as wrong.
        strict_schema: Whether each violation of the request's schema counts, even where the value is right.
        language_tag: The record's tag that holds the language numbers and dates are written in.
    """

    tolerance: float = 0.0
    types: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    match_at: float = 0.5
    text_at: float = 1.0
    format_only_fails: bool = False
    strict_schema: bool = False
    language_tag: str = "language"
    _paths: PathRules = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("match_at", "text_at"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must lie between 0 and 1, not {getattr(self, name)}")
        if not 0.0 <= self.tolerance < float("inf"):
            raise ValueError(f"tolerance must be 0 or more, not {self.tolerance}")
        object.__setattr__(self, "_paths", PathRules(self.types, self.ignore))

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """Score one answer; None where the reference is not JSON."""
        wanted, got = _both(answer, reference)
        if not wanted.is_valid:
            reason = f"The reference is not JSON. {wanted.findings[0].note}"
            return Score(value=None, reason=reason, findings=wanted.findings)
        if not got.is_valid:
            return Score(value=0.0, reason="The answer is not JSON.", findings=got.findings)
        if wanted.source == got.source and wanted.findings == got.findings:
            return Score(value=1.0, reason="The same JSON.")
        compared = Comparison(wanted.value, got.value, self._rules(context))
        # Where the reference has text around its JSON too, whoever reads these answers copes with it.
        findings = [(finding, 0.0) for finding in got.findings if not wanted.findings] + compared.findings
        findings = self._with_violations(findings, wanted, got, (compared, context))
        return _score(compared, findings)

    def verdicts(
        self, answer: Answer, reference: Answer, context: ScoringContext
    ) -> tuple[FieldVerdict, ...]:
        """Every field and line with its verdict, the same ones too; nothing where either is not JSON."""
        wanted, got = _both(answer, reference)
        if not (wanted.is_valid and got.is_valid):
            return ()
        return tuple(Comparison(wanted.value, got.value, self._rules(context), with_verdicts=True).verdicts)

    def _rules(self, context: ScoringContext) -> Rules:
        reading = Reading(
            language=context.record.tags.get(self.language_tag, ""),
            tolerance=Decimal(str(self.tolerance)),
            text_at=self.text_at,
        )
        return Rules(
            paths=self._paths,
            reading=reading,
            match_at=self.match_at,
            format_only_fails=self.format_only_fails,
        )

    def _with_violations(
        self,
        findings: list[tuple[Finding, float]],
        wanted: ParsedJson,
        got: ParsedJson,
        within: tuple[Comparison, ScoringContext],
    ) -> list[tuple[Finding, float]]:
        """Adds what breaks the request's schema, once: a field that is told already is not told again."""
        compared, context = within
        schema = requested_schema(context.record.request)
        broken = violations(schema, got.source) if schema and got.source != wanted.source else ()
        if not schema or not broken:
            return findings
        shared = {(_reference_path(one, {}), one.keyword) for one in violations(schema, wanted.source)}
        told = {finding.path: place for place, (finding, _) in enumerate(findings)}
        for violation in broken:
            path = _reference_path(violation, compared.places)
            if (
                path is None
                or (path, violation.keyword) in shared
                or self._paths.is_ignored(_pattern(violation))
            ):
                continue
            self._add(findings, told, path, violation)
        return findings

    def _add(
        self, findings: list[tuple[Finding, float]], told: dict[str, int], path: str, violation: Violation
    ) -> None:
        finding = Finding(
            kind="schema_violation", path=path, note=shown(f"{violation.keyword}: {violation.message}")
        )
        place = told.get(path)
        if place is None:
            if violation.keyword in _ABOUT_PRESENCE and not self.strict_schema:
                return
            told[path] = len(findings)
            findings.append((finding, 0.0))
            return
        known, magnitude = findings[place]
        if known.kind in _UNSPECIFIC or (self.strict_schema and not is_failure(known)):
            told_more = replace(known, kind=finding.kind, note=finding.note)
            findings[place] = told_more, magnitude


def _both(answer: Answer, reference: Answer) -> tuple[ParsedJson, ParsedJson]:
    wanted, got = parse_json(json_text(reference)), parse_json(json_text(answer))
    if wanted.is_valid and got.findings and type(got.value) is not type(wanted.value) and got.is_valid:
        # "See [1]." holds JSON only by chance.
        note = "The text holds no JSON of the expected kind."
        got = ParsedJson(findings=(Finding(kind="invalid_json", actual=shown(json_text(answer)), note=note),))
    return wanted, got


def _reference_path(violation: Violation, places: Mapping[str, Mapping[int, int]]) -> str | None:
    """The violation's path with the reference's line numbers, None within a line that has no partner."""
    path = ""
    for step in violation.steps:
        if isinstance(step, str):
            path = joined(path, step)
            continue
        index = places.get(path, {step: step}).get(step)
        if index is None:
            return None
        path = f"{path}[{index}]"
    return path


def _pattern(violation: Violation) -> str:
    return ".".join(step for step in violation.steps if isinstance(step, str))


def _score(compared: Comparison, findings: list[tuple[Finding, float]]) -> Score:
    ranked = tuple(finding for finding, _ in sorted(findings, key=_harm))
    failing = [finding for finding in ranked if is_failure(finding)]
    fields = compared.right + max(compared.missed, compared.surplus)
    if not failing:
        written = sum(finding.kind == "format_only" for finding in ranked)
        but = f", {written} written differently" if written else ""
        reason = f"All {fields} fields are right{but}."
        return Score(value=1.0, reason=reason, findings=ranked[:_MOST_FINDINGS])
    worst = kind_of(failing[0].kind)
    weight = compared.right + (compared.missed + compared.surplus) / 2
    value = _CEILINGS[worst.severity] * (compared.right / weight if weight else 1.0)
    where = f" at {failing[0].path}" if failing[0].path else ""
    more = f", and {len(failing) - 1} more" if len(failing) > 1 else ""
    reason = shown(f"{worst.title}{where}{more}; {compared.right} of {fields} fields are right.")
    return Score(value=value, reason=reason, findings=ranked[:_MOST_FINDINGS])


def _harm(found: tuple[Finding, float]) -> tuple[int, float]:
    finding, magnitude = found
    return -kind_of(finding.kind).severity, -magnitude
