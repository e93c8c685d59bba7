"""Whether the differences are more than noise, and what the incumbent gets wrong itself."""

from harness.analysis.outcome import Basis, Quadrant
from harness.analysis.reruns import Noise
from harness.analysis.result import Analysis
from harness.domain.estimate import Estimate
from harness.report.dots import complement, dot_chart
from harness.report.findings import confirmed_sentence, incumbent_sentence
from harness.report.sections import DotChart, NoiseView, Table
from harness.report.wording import Names, amount, number, percent, points, share, visible

_MOST_FIELDS = 10
HOW_TO = "Set repeats under [replay] in dataset.toml to the number of records to ask twice, then run again."


def noise_view(analysis: Analysis, names: Names, unit: str) -> NoiseView:
    """The section.

    Args:
        analysis: The findings.
        names: Display names.
        unit: What one record is.
    """
    noise = analysis.noise
    gains = analysis.count(Quadrant.GAIN)
    told = noise is not None and noise.floor.cross.value is not None
    return NoiseView(
        title="Is it just noise?",
        answer=_answer(noise, names) if noise is not None and told else f"Not measured: {_why(noise)}",
        chart=_chart(noise, names) if noise is not None and told else None,
        facts=_facts(analysis, names),
        gains=_gains(analysis, names, unit) if gains else "",
        gains_link=f"Show {amount(gains, 'case')}" if gains else "",
        table=_table(noise, names),
    )


def _why(noise: Noise | None) -> str:
    if noise is None:
        return f"nothing was asked twice. {HOW_TO}"
    return f"no comparison could be told on the {amount(noise.untold, 'record')} asked twice."


def _answer(noise: Noise, names: Names) -> str:
    floor = noise.floor
    own, cross = complement(floor.incumbent_self), complement(floor.cross)
    told = (
        f"{names.incumbent} disagrees with itself on {_percent(own)}, "
        f"{names.candidate} with {names.incumbent} on {_percent(cross)}."
    )
    excess = floor.excess
    if excess.value is None or excess.low is None or excess.high is None:
        return told
    span = f"{points(excess.value)} points ({points(excess.low)} to {points(excess.high)})"
    if excess.low > 0:
        return f"No. {told} After noise, {span} are real."
    return f"It could be. {told} After noise {span} are left, which may be nothing."


def _percent(estimate: Estimate) -> str:
    return "no data" if estimate.value is None else percent(estimate.value)


def _chart(noise: Noise, names: Names) -> DotChart:
    floor = noise.floor
    rows = (
        (f"{names.incumbent} asked twice", complement(floor.incumbent_self)),
        (f"{names.candidate} asked twice", complement(floor.candidate_self)),
        (f"{names.candidate} against {names.incumbent}", complement(floor.cross)),
    )
    sentence = "; ".join(f"{label}: different answers on {share(estimate)}" for label, estimate in rows)
    return dot_chart(rows, f"Share of records with different answers. {sentence}")


def _facts(analysis: Analysis, names: Names) -> tuple[str, ...]:
    noise = analysis.noise
    told = [incumbent_sentence(analysis, names)]
    if noise is not None:
        accuracy = analysis.basis is Basis.EXPECTED
        told += [
            f"Both models were asked twice on {amount(noise.records, 'record')}.",
            confirmed_sentence(noise.regressions, "worse case" if accuracy else "difference"),
            confirmed_sentence(noise.gains, "better case") if accuracy else "",
            _flips(names.incumbent, noise.inconsistent_incumbent, accuracy=accuracy),
            _flips(names.candidate, noise.inconsistent_candidate, accuracy=accuracy),
        ]
    return tuple(sentence for sentence in told if sentence)


def _flips(name: str, rate: Estimate, *, accuracy: bool) -> str:
    if not rate.value:
        return ""
    how = "is right once and wrong once" if accuracy else "gives two different answers"
    return f"{name} {how} on {share(rate)}."


def _gains(analysis: Analysis, names: Names, unit: str) -> str:
    gains = amount(analysis.count(Quadrant.GAIN), unit)
    return f"{names.candidate} is right on {gains} where {names.incumbent} is wrong."


def _table(noise: Noise | None, names: Names) -> Table | None:
    """Noise per field; None where nothing was called twice or no field differs."""
    if noise is None or not noise.fields:
        return None
    return Table(
        caption="Fields that differ, on the records asked twice",
        columns=(
            "Field",
            "Arms differ",
            f"{names.incumbent} differs from itself",
            f"{names.candidate} differs from itself",
            "Beyond noise, points",
        ),
        rows=tuple(
            (
                visible(entry.path)[:80],
                number(entry.differs),
                number(entry.incumbent_differs),
                number(entry.candidate_differs),
                _points_range(entry.excess),
            )
            for entry in noise.fields[:_MOST_FIELDS]
        ),
    )


def _points_range(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "no data"
    return f"{points(estimate.value)} ({points(estimate.low)} to {points(estimate.high)})"
