"""What the analysis is told."""

from dataclasses import dataclass, field

from harness.analysis.failure.severity import SeveritySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisSettings:
    """Settings of the third stage.

    Attributes:
        scorers: Names in order; the first is primary. Empty takes the order of the scores.
        slices: Tags to tabulate.
        margin: Loss in the share of right answers that is still acceptable.
        level: Confidence level of every interval.
        case_limit: Cases kept in full per quadrant, worst first.
        id_limit: Further cases per quadrant that are kept by id.
        severity: How much harm each kind and field does.
    """

    scorers: tuple[str, ...] = ()
    slices: tuple[str, ...] = ()
    margin: float = 0.02
    level: float = 0.95
    case_limit: int = 200
    id_limit: int = 1000
    severity: SeveritySettings = field(default_factory=SeveritySettings)
