"""What the analysis is told."""

from dataclasses import dataclass, field

from harness.analysis.failure.severity import SeveritySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisSettings:
    """Settings of the third stage.

    Attributes:
        scorers: Names in order, which is that of the averages. Empty takes the order of the scores.
        deciding: Scorers that must all count an answer as right. Empty: the first alone.
        checks: Scorers that need no reference.
        judges: Scorers that ask a model.
        slices: Tags to tabulate.
        margin: Loss in the share of right answers that is still acceptable.
        alpha: One-sided error level of the non-inferiority test and of the sequential reading.
        power: Power that further records are planned for.
        level: Confidence level of every interval.
        seed: Of the random order, the halves of the slice search and the examples.
        cluster: Tag of the document or customer that several records may come from, or None.
        largest_cluster: Most records of one cluster as the dataset has them, None to take those seen.
        sequential: Whether the run could end as soon as its verdict was certain: then only the sequential
            reading holds, and test and interval are taken from it.
        severity: How much harm each kind and field does.
    """

    scorers: tuple[str, ...] = ()
    deciding: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    judges: tuple[str, ...] = ()
    slices: tuple[str, ...] = ()
    margin: float = 0.02
    alpha: float = 0.025
    power: float = 0.8
    level: float = 0.95
    seed: int = 7
    cluster: str | None = None
    largest_cluster: int | None = None
    sequential: bool = False
    severity: SeveritySettings = field(default_factory=SeveritySettings)
