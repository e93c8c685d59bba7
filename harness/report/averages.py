"""Averages, and the tables that are too long for the parts above: kinds, rules, money."""

from harness.analysis.averages import Accuracy, Agreement, ScoreSummary
from harness.analysis.outcome import Basis
from harness.analysis.result import Analysis
from harness.report.findings import money_table
from harness.report.judges import judge_tables
from harness.report.kinds import kinds_table
from harness.report.sections import AveragesView, Table
from harness.report.slices import slice_rules
from harness.report.wording import Names, mean, number, share, visible


def averages_view(analysis: Analysis, names: Names) -> AveragesView:
    """The section."""
    details = (
        ("Failures by kind", kinds_table(analysis, names)),
        ("Rules, with their tests", slice_rules(analysis, names)),
        ("Money at risk by currency", money_table(analysis, names)),
    )
    return AveragesView(
        note=_note(analysis, names),
        table=averages(analysis, names) if analysis.pairs else None,
        details=tuple((title, (table,)) for title, table in details if table is not None),
        judges=judge_tables(analysis, names),
    )


def _note(analysis: Analysis, names: Names) -> str:
    if not analysis.accuracy:
        return "No scorer ran."
    if analysis.basis is Basis.AGREEMENT:
        return f"{names.candidate} against {names.incumbent} only: there are no expected answers."
    return "An average hides what stands above; read it last."


def averages(analysis: Analysis, names: Names) -> Table | None:
    """Scorer by score, None where nothing was scored."""
    if not analysis.accuracy:
        return None
    accuracy = analysis.basis is Basis.EXPECTED
    columns = ("Scorer", *((f"{names.incumbent} right", f"{names.candidate} right") if accuracy else ()))
    return Table(
        caption="Share of answers that count as right, with range; mean score where it is not the same",
        columns=(
            *columns,
            f"{names.candidate} like {names.incumbent}",
            f"{names.incumbent} asked twice",
            f"{names.candidate} asked twice",
        ),
        rows=tuple(
            _scorer(name, scores, analysis.agreement[name], accuracy)
            for name, scores in analysis.accuracy.items()
        ),
    )


def _scorer(name: str, right: Accuracy, alike: Agreement, accuracy: bool) -> tuple[str, ...]:
    scores: tuple[ScoreSummary | None, ...] = (alike.candidate, alike.incumbent, alike.candidate_again)
    if accuracy:
        scores = (right.incumbent, right.candidate, *scores)
    return visible(name), *(_score(score) for score in scores)


def _score(score: ScoreSummary | None) -> str:
    if score is None:
        return "not measured"
    told = share(score.right)
    if score.mean is not None:
        told += f"\nmean {mean(score.mean)}"
    return told + (f"\n{number(score.unscored)} could not be told" if score.unscored else "")
