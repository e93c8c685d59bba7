"""The lower part of the page: slices, speed, cost, averages, method."""

from harness.analysis.arms import ArmSummary
from harness.analysis.averages import Accuracy, Agreement, ScoreSummary
from harness.analysis.outcome import Basis
from harness.analysis.result import Analysis
from harness.analysis.slices_by_tag import SliceRow, SliceTable
from harness.analysis.stats.latency import Percentiles
from harness.domain.failure import kind_of
from harness.domain.mark import Mark
from harness.report.answer import error_words
from harness.report.facts import RunFacts
from harness.report.model import Strip, StripChart, Table
from harness.report.wording import NO_VALUE, Names, amount, mean, number, seconds, share, usd, visible


def slice_tables(analysis: Analysis, names: Names) -> tuple[Table, ...]:
    """One table per declared tag."""
    return tuple(_slice(table, analysis.basis, names) for table in analysis.tags)


def _slice(table: SliceTable, basis: Basis, names: Names) -> Table:
    note = "Neighbouring values are joined into ranges of about equally many records." if table.binned else ""
    caption = f"By {visible(table.tag)}"
    if basis is Basis.AGREEMENT:
        columns: tuple[str, ...] = (visible(table.tag), "Pairs", "Differ or failed", "Agree")
        return Table(
            caption=caption, columns=columns, rows=tuple(_agreement(row) for row in table.rows), note=note
        )
    columns = (
        visible(table.tag),
        "Pairs",
        f"Only {names.candidate} wrong",
        f"Only {names.incumbent} wrong",
        f"{names.incumbent} right",
        f"{names.candidate} right",
    )
    return Table(
        caption=caption, columns=columns, rows=tuple(_accuracy(row) for row in table.rows), note=note
    )


def _agreement(row: SliceRow) -> tuple[str, ...]:
    told = share(row.agreement) if row.agreement else ""
    return visible(row.value), number(row.n), number(row.losses), told


def _accuracy(row: SliceRow) -> tuple[str, ...]:
    return (
        visible(row.value),
        number(row.n),
        number(row.losses),
        number(row.gains or 0),
        share(row.incumbent) if row.incumbent else "",
        share(row.candidate) if row.candidate else "",
    )


def strip_charts(analysis: Analysis, names: Names) -> tuple[StripChart, ...]:
    """Time to the first token and total time, each on one scale."""
    charts = []
    for title, incumbent, candidate in (
        ("How long until the first token?", analysis.incumbent.ttft, analysis.candidate.ttft),
        ("How long until the last token?", analysis.incumbent.latency, analysis.candidate.latency),
    ):
        end = max(incumbent.p95 or 0.0, candidate.p95 or 0.0)
        if end <= 0:
            continue
        strips = (
            _strip(names.incumbent, incumbent, end, "incumbent"),
            _strip(names.candidate, candidate, end, "candidate"),
        )
        charts.append(StripChart(title=title, end=seconds(end), strips=strips))
    return tuple(charts)


def _strip(name: str, times: Percentiles, end: float, tone: str) -> Strip:
    def place(value: float | None) -> float:
        return (value or 0.0) / end * 100

    words = "not measured"
    if times.n:
        words = f"median {seconds(times.p50)}, slowest 5\u202f% over {seconds(times.p95)}"
    return Strip(
        arm=name,
        words=words,
        whisker_left=f"{place(times.p5):.1f}%",
        whisker_width=f"{place(times.p95) - place(times.p5):.1f}%",
        box_left=f"{place(times.p25):.1f}%",
        box_width=f"{place(times.p75) - place(times.p25):.1f}%",
        median=f"{place(times.p50):.1f}%",
        tone=tone if times.n else "none",
    )


def speed_tables(analysis: Analysis, names: Names) -> tuple[Table, ...]:
    """Percentiles, then calls, tokens and cost."""
    arms = ((names.incumbent, analysis.incumbent), (names.candidate, analysis.candidate))
    rows = []
    for title, pick in (("first token", "ttft"), ("whole answer", "latency")):
        for name, arm in arms:
            times: Percentiles = getattr(arm, pick)
            rows.append((f"{name}, {title}", number(times.n), *_percentiles(times)))
    return (
        Table(
            caption="Times of answered calls, without our own waiting",
            columns=(
                "",
                "Calls",
                "5\u202f%",
                "25\u202f%",
                "50\u202f%",
                "75\u202f%",
                "95\u202f%",
                "99\u202f%",
            ),
            rows=tuple(rows),
        ),
        Table(
            caption="Calls, tokens and cost",
            columns=("", names.incumbent, names.candidate),
            rows=tuple(
                (label, before, after)
                for (label, before), (_, after) in zip(
                    _totals(analysis.incumbent), _totals(analysis.candidate), strict=True
                )
            ),
        ),
    )


def _percentiles(times: Percentiles) -> tuple[str, ...]:
    values = (times.p5, times.p25, times.p50, times.p75, times.p95, times.p99)
    return tuple(NO_VALUE if value is None else seconds(value) for value in values)


def _totals(arm: ArmSummary) -> tuple[tuple[str, str], ...]:
    errors = ", ".join(f"{error_words(entry.name)} {number(entry.count)}" for entry in arm.errors) or "none"
    return (
        ("Calls", number(arm.calls)),
        ("Answered", number(arm.answered)),
        ("Failed", errors),
        ("Further attempts", number(arm.retries)),
        ("Input tokens", _tokens(arm, arm.tokens.input)),
        ("of them cached", _tokens(arm, arm.tokens.cached)),
        ("Output tokens", _tokens(arm, arm.tokens.output)),
        ("Cost", cost(arm)),
        (
            "Finish reasons",
            ", ".join(f"{visible(e.name)} {number(e.count)}" for e in arm.finish_reasons) or NO_VALUE,
        ),
        (
            "Models as reported",
            ", ".join(f"{visible(e.name)} {number(e.count)}" for e in arm.models) or NO_VALUE,
        ),
    )


def _tokens(arm: ArmSummary, count: int) -> str:
    """A sum of tokens, and for how many calls it is unknown; a sum of nothing is unknown, not 0."""
    if not arm.tokens.unknown:
        return number(count)
    calls = amount(arm.tokens.unknown, "call")
    return (
        f"unknown for {calls}"
        if arm.tokens.unknown == arm.calls + arm.repeats
        else f"{number(count)} + {calls} unknown"
    )


def cost(arm: ArmSummary) -> str:
    """Known cost and the count of calls whose cost is unknown."""
    if not arm.calls:
        return NO_VALUE
    if arm.cost.known_usd is None:
        return f"unknown for {amount(arm.cost.unknown, 'call')}"
    rest = f" + {amount(arm.cost.unknown, 'call')} of unknown cost" if arm.cost.unknown else ""
    return usd(arm.cost.known_usd) + rest


def speed_note(facts: RunFacts) -> str:
    """Whose times these are."""
    if facts.mark is Mark.LIVE:
        return ""
    return f"{facts.mark.value}: these times are the sandbox's and not a model's."


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


def method_notes(analysis: Analysis) -> tuple[str, ...]:
    """How the numbers were computed and what was left out."""
    level = f"{analysis.settings.level * 100:g}\u202f%"
    notes = [
        f"Shares: Wilson score interval, {level}. Means: Student's t. "
        f"Net difference: {_net_method(analysis)}.",
        f"Right and wrong come from {_deciding(analysis)}. A failed, cut-off or empty answer is wrong. "
        "A kind is counted once per record; the first detected is the one a case is listed under.",
    ]
    found, margin = analysis.difference, analysis.noninferiority
    if found is not None and found.mcnemar_mid_p is not None:
        notes.append(f"Exact test of equal losses and gains (McNemar, mid-p): {found.mcnemar_mid_p:.3g}.")
    if found is not None and found.clusters is not None:
        tag = visible(analysis.settings.cluster or "")
        notes.append(f"Records of one {tag} are not independent: {amount(found.clusters, 'cluster')}.")
    if margin is not None:
        notes.append(f"Non-inferiority: {margin.method}, one-sided alpha {margin.alpha:g}.")
    if analysis.harmless:
        kinds = ", ".join(
            f"{kind_of(entry.name).title.lower()} ({number(entry.count)})" for entry in analysis.harmless[:5]
        )
        notes.append(f"Differences that cost nothing, in candidate answers: {visible(kinds)}.")
    if analysis.unscored:
        left = "; ".join(f"{visible(entry.name)}: {number(entry.count)}" for entry in analysis.unscored)
        notes.append(f"Pairs that count neither as right nor as wrong: {left}.")
    reasons = [
        f"{visible(name)}: {visible(entry.name)} ({number(entry.count)})"
        for name, scores in analysis.accuracy.items()
        for entry in scores.reasons
    ]
    if reasons:
        notes.append("Scores that could not be told: " + "; ".join(reasons) + ".")
    return tuple(notes)


def _deciding(analysis: Analysis) -> str:
    """Who says what is right."""
    names = [visible(name) for name in analysis.settings.deciding]
    if not names:
        return "the first scorer"
    return f"the scorer {names[0]}" if len(names) == 1 else f"all of {', '.join(names)}"


def _net_method(analysis: Analysis) -> str:
    net = analysis.net_difference
    return net.method if net is not None else "Tango's score interval for paired shares"
