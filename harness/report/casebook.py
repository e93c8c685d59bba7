"""The cases of the page: which are shown, how much of each, and in which groups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import orjson

from harness.analysis.cases import Case
from harness.analysis.outcome import CASE_QUADRANTS, Basis, Quadrant
from harness.analysis.result import Analysis
from harness.domain.chat import Answer, Response
from harness.domain.failure import kind_of
from harness.domain.observation import CallError, Observation
from harness.domain.pair import Pair
from harness.report.answer import error_words
from harness.report.budget import TEXT_LIMITS, row_limit, text_limit, value_limit
from harness.report.fields import FieldLimits, field_rows, same_fields
from harness.report.kinds import SEVERITIES, kind_anchor
from harness.report.model import CallFact, CaseGroup, CaseSection, CaseView, TextBlock
from harness.report.wording import NO_VALUE, Names, amount, cut, number, seconds, usd, visible

SHOWN = {
    Quadrant.REGRESSION: 200,
    Quadrant.BOTH_WRONG: 50,
    Quadrant.GAIN: 50,
    Quadrant.DIFFER: 200,
    Quadrant.ONE_FAILED: 50,
    Quadrant.BOTH_FAILED: 50,
}
IDS_SHOWN = 300
_WORTH_FOLDING = 400
_MARKS = {
    Quadrant.REGRESSION: ("worse", "worse"),
    Quadrant.GAIN: ("better", "better"),
    Quadrant.BOTH_WRONG: ("wrong", "both wrong"),
    Quadrant.DIFFER: ("changed", "differ"),
    Quadrant.ONE_FAILED: ("worse", "one failed"),
    Quadrant.BOTH_FAILED: ("wrong", "both failed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A titled text of which at most the largest limit is kept, and its whole length."""

    title: str
    text: str
    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What is needed of one pair, cut as soon as it is read so that a large answer is not held."""

    expected: Answer | None
    tags: Mapping[str, str]
    system: _Text | None
    parameters: _Text | None
    inputs: tuple[_Text, ...]
    texts: tuple[_Text | None, _Text, _Text]
    facts: tuple[CallFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Casebook:
    """The sections of cases and the texts that all cases share."""

    shared: tuple[TextBlock, ...]
    sections: tuple[CaseSection, ...]


def chosen_cases(analysis: Analysis) -> tuple[Case, ...]:
    """The cases shown in full: the worst of each quadrant."""
    shown: dict[Quadrant, int] = {}
    chosen = []
    for case in analysis.cases:
        shown[case.quadrant] = shown.get(case.quadrant, 0) + 1
        if shown[case.quadrant] <= SHOWN.get(case.quadrant, 0):
            chosen.append(case)
    return tuple(chosen)


def casebook(analysis: Analysis, pairs: Iterable[Pair], names: Names) -> Casebook:
    """Open the chosen cases.

    Args:
        analysis: The findings.
        pairs: At least the pairs of the chosen cases, in any order; others are passed over.
        names: Display names.
    """
    cases = chosen_cases(analysis)
    wanted = {case.record_id for case in cases}
    pages = {pair.record.id: _page(pair) for pair in pairs if pair.record.id in wanted}
    rows = row_limit(cases)
    limits = FieldLimits(rows=rows, characters=value_limit(cases, rows))
    texts = [text.text for page in pages.values() for text in (*page.inputs, *page.texts) if text]
    limit = text_limit(texts, len(pages))
    shared = _shared(list(pages.values()))
    drawn = {
        case.record_id: _case(case, pages.get(case.record_id), analysis.basis, names, (limits, limit, shared))
        for case in cases
    }
    sections = tuple(
        _section(quadrant, analysis, [case for case in cases if case.quadrant is quadrant], drawn, names)
        for quadrant in CASE_QUADRANTS[analysis.basis]
        if analysis.count(quadrant)
    )
    return Casebook(shared=tuple(_block(text, TEXT_LIMITS[0]) for text in shared), sections=sections)


def _page(pair: Pair) -> _Page:
    messages = pair.record.request.messages
    system = "\n\n".join(message.text for message in messages if message.role in ("system", "developer"))
    expected = answer_text(pair.record.expected) if pair.record.expected else None
    parameters = {name: value for name, value in pair.record.request.body.items() if name != "messages"}
    return _Page(
        expected=pair.record.expected,
        tags=pair.record.tags,
        system=_text("System prompt", system) if system else None,
        parameters=_text("Request parameters", _json(parameters)) if parameters else None,
        inputs=tuple(
            _text(f"{visible(message.role)[:20] or 'no role'} message", message.text)
            for message in messages
            if message.role not in ("system", "developer")
        )[:20],
        texts=(
            None if expected is None else _text("Expected", expected),
            _outcome_text(pair.incumbent, expected),
            _outcome_text(pair.candidate, expected),
        ),
        facts=_facts(pair),
    )


def _text(title: str, text: str) -> _Text:
    return _Text(title=title, text=text[: TEXT_LIMITS[0]], characters=len(text))


def _json(value: object) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    except TypeError:
        return repr(value)


def answer_text(answer: Answer) -> str:
    """Everything a model said, as it said it."""
    parts = [answer.text or ""]
    if answer.refusal:
        parts.append(f"Refusal: {answer.refusal}")
    parts += [f"{call.name}({call.arguments})" for call in answer.tool_calls]
    return "\n".join(part for part in parts if part)


def _outcome_text(observation: Observation, expected: str | None) -> _Text:
    outcome = observation.outcome
    if isinstance(outcome, Response):
        text = answer_text(outcome.answer)
        if len(text) > _WORTH_FOLDING and text == expected:
            text = "(character for character the expected answer)"
        return _text("", text or "(empty answer)")
    partial = answer_text(outcome.partial.answer) if outcome.partial else ""
    return _text("", partial or "(no answer)")


def _facts(pair: Pair) -> tuple[CallFact, ...]:
    before, after = (
        _call(pair.incumbent, pair.incumbent_cost_usd),
        _call(pair.candidate, pair.candidate_cost_usd),
    )
    return tuple(
        CallFact(name=name, incumbent=one, candidate=other)
        for (name, one), (_, other) in zip(before, after, strict=True)
    )


def _call(observation: Observation, cost_usd: float | None) -> tuple[tuple[str, str], ...]:
    outcome, timing = observation.outcome, observation.timing
    usage = (
        outcome.usage if isinstance(outcome, Response) else outcome.partial.usage if outcome.partial else None
    )
    status, finish = "answered", NO_VALUE
    if isinstance(outcome, CallError):
        http = f", HTTP {outcome.http_status}" if outcome.http_status else ""
        status = f"{error_words(outcome.kind)}{http}: {visible(outcome.message)[:300]}"
    elif outcome.finish_reason:
        finish = visible(outcome.finish_reason)[:60]
    return (
        ("Status", status),
        ("Finish reason", finish),
        ("Tokens in", _count(usage.input_tokens if usage else None)),
        ("Tokens out", _count(usage.output_tokens if usage else None)),
        ("First token", seconds(timing.ttft_s)),
        ("Whole answer", seconds(timing.latency_s)),
        ("Cost", usd(cost_usd)),
        ("Further attempts", number(timing.retries)),
    )


def _count(tokens: int | None) -> str:
    return "unknown" if tokens is None else number(tokens)


def _shared(pages: Sequence[_Page]) -> tuple[_Text, ...]:
    """System prompt and parameters that are the same in every case shown; told once."""
    shared = []
    for texts in ([page.system for page in pages], [page.parameters for page in pages]):
        first = texts[0] if len(texts) > 1 else None
        if first is not None and all(text == first for text in texts):
            shared.append(first)
    return tuple(shared)


def _block(text: _Text, limit: int, title: str = "") -> TextBlock:
    shown, note = cut(text.text, limit, text.characters)
    return TextBlock(title=title or text.title, text=shown, cut=note)


def _case(
    case: Case,
    page: _Page | None,
    basis: Basis,
    names: Names,
    measures: tuple[FieldLimits, int, tuple[_Text, ...]],
) -> CaseView:
    limits, limit, shared = measures
    rows, left_out = field_rows(case, basis, limits)
    severity, severity_mark = SEVERITIES[case.severity]
    mark, mark_word = _MARKS[case.quadrant]
    missing = _Text(title="", text="(this pair is not in pairs.parquet)", characters=35)
    expected, incumbent, candidate = page.texts if page else (None, missing, missing)
    system = page.system if page and page.system not in shared else None
    parameters = page.parameters if page and page.parameters not in shared else None
    return CaseView(
        anchor="case=" + quote(case.record_id.encode("utf-8", "backslashreplace"), safe=""),
        record_id=cut(case.record_id, 200)[0],
        mark=mark,
        mark_word=mark_word,
        subject=names.incumbent if case.about_incumbent else names.candidate,
        sentence=case.headline,
        severity=severity,
        severity_mark=severity_mark,
        tags=tuple(visible(f"{name}: {value}")[:80] for name, value in sorted(page.tags.items())[:8])
        if page
        else (),
        rows=rows,
        rows_note=same_fields(page.expected if page else None, rows, left_out),
        system=_block(system, limit) if system else None,
        parameters=_block(parameters, limit) if parameters else None,
        inputs=tuple(_block(text, limit) for text in page.inputs) if page else (),
        expected=_block(expected, limit) if expected else None,
        incumbent=_block(incumbent, limit, names.incumbent),
        candidate=_block(candidate, limit, names.candidate),
        facts=page.facts if page else (),
    )


def _section(
    quadrant: Quadrant,
    analysis: Analysis,
    cases: Sequence[Case],
    drawn: Mapping[str, CaseView],
    names: Names,
) -> CaseSection:
    total = analysis.count(quadrant)
    rest = next((rest for rest in analysis.more_cases if rest.quadrant is quadrant), None)
    kept = [case.record_id for case in analysis.cases if case.quadrant is quadrant]
    rest_ids = (*kept[len(cases) :], *(rest.record_ids if rest else ()))[:IDS_SHOWN]
    return CaseSection(
        anchor=f"cases-{quadrant.value.replace('_', '-')}",
        title=f"{_title(quadrant, names)}: {number(total)}",
        lead=_lead(quadrant, names),
        mark=_MARKS[quadrant][0],
        groups=_groups(quadrant, analysis, cases, drawn),
        rest_words=_rest_words(total, len(cases), len(rest_ids)),
        rest_ids=tuple(visible(record_id)[:120] for record_id in rest_ids),
    )


def _title(quadrant: Quadrant, names: Names) -> str:
    return {
        Quadrant.REGRESSION: f"Only {names.candidate} is wrong",
        Quadrant.BOTH_WRONG: "Both are wrong",
        Quadrant.GAIN: f"Only {names.incumbent} is wrong",
        Quadrant.DIFFER: "They differ",
        Quadrant.ONE_FAILED: "One failed",
        Quadrant.BOTH_FAILED: "Both failed",
    }[quadrant]


def _lead(quadrant: Quadrant, names: Names) -> str:
    return {
        Quadrant.REGRESSION: f"These get worse with {names.candidate}. "
        "Each is listed once, under the first of its kinds. Worst first.",
        Quadrant.BOTH_WRONG: "Hard for both, or the expected answer is wrong. Worst first.",
        Quadrant.GAIN: f"These get better with {names.candidate}. Worst first.",
        Quadrant.DIFFER: "Nobody has checked who is right. Grouped by kind, worst first.",
        Quadrant.ONE_FAILED: "One of the two gave no usable answer.",
        Quadrant.BOTH_FAILED: "Neither gave a usable answer.",
    }[quadrant]


def _rest_words(total: int, shown: int, listed: int) -> str:
    if total <= shown:
        return ""
    beyond = total - shown - listed
    more = f" and {number(beyond)} more in pairs.parquet" if beyond else ""
    if not listed:
        return f"{number(total - shown)} more in pairs.parquet."
    return f"{number(listed)} further cases by id{more}"


def _groups(
    quadrant: Quadrant, analysis: Analysis, cases: Sequence[Case], drawn: Mapping[str, CaseView]
) -> tuple[CaseGroup, ...]:
    """Groups in the order of the kinds; only regressions (or differing pairs) are grouped by kind."""
    if quadrant not in (Quadrant.REGRESSION, Quadrant.DIFFER):
        views = tuple(drawn[case.record_id] for case in cases)
        plain = CaseGroup(anchor="", title="", severity="", severity_mark="", count="", note="", cases=views)
        return (plain,) if views else ()
    order = {kind.kind: place for place, kind in enumerate(analysis.kinds)}
    totals = {kind.kind: kind.primary_only_candidate for kind in analysis.kinds}
    titles = {kind.kind: kind.title for kind in analysis.kinds}
    severities = {kind.kind: int(kind.severity) for kind in analysis.kinds}
    by_kind: dict[str, list[CaseView]] = {}
    for case in cases:
        by_kind.setdefault(case.kind, []).append(drawn[case.record_id])
    groups = []
    for kind in sorted(by_kind, key=lambda kind: (order.get(kind, len(order)), kind)):
        views = tuple(by_kind[kind])
        total = totals.get(kind, 0) if quadrant is Quadrant.REGRESSION else len(views)
        severity, mark = SEVERITIES[severities.get(kind, int(kind_of(kind).severity))]
        groups.append(
            CaseGroup(
                anchor=kind_anchor(kind),
                title=visible(titles.get(kind, kind)),
                severity=severity,
                severity_mark=mark,
                count=amount(max(total, len(views)), "case"),
                note=f"The worst {number(len(views))} are shown." if total > len(views) else "",
                cases=views,
            )
        )
    return tuple(groups)
