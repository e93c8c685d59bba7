"""Stage 4: a run's files → report.html, in one pass over its pairs and in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.analysis import Analysis
from harness.analysis.cases import open_case
from harness.analysis.stage import aligned
from harness.errors import RunDamaged
from harness.report.case_reruns import again_of
from harness.report.facts import RunFacts
from harness.report.html import render_pieces
from harness.report.model import PageData
from harness.report.opened import opened
from harness.report.packing import OpenedCase
from harness.report.pagedata import PageDataBuilder, PageLimits
from harness.report.view import build_view
from harness.report.wording import display_names, number
from harness.store.cases import read_cases
from harness.store.files import write_texts_atomically
from harness.store.layout import RunDirectory
from harness.store.pairs import read_outlines, read_pairs
from harness.store.scores import read_scores

LARGE_BYTES = 50_000_000
"""Mail programs and browsers have trouble with more."""

_ANALYZE_AGAIN = "Analyze the run again: harness analyze RUN"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenReport:
    """A report on disk.

    Attributes:
        size: In bytes.
        data: What of the cases is in it; its blocks are spent.
    """

    size: int
    data: PageData

    @property
    def notes(self) -> tuple[str, ...]:
        """What the terminal should say of it."""
        notes = []
        if self.data.short:
            cases = f"{number(self.data.short)} cases" if self.data.short > 1 else "1 case"
            notes.append(
                f"The report lists {cases} without the answers, to stay small. "
                "All of them: harness report RUN --all"
            )
        if self.size > LARGE_BYTES:
            notes.append(
                f"warning: the report has {self.size / 1e6:,.0f} MB, which browsers open slowly and mail "
                "programs refuse. Without --all it stays within 15 MB; pairs.parquet holds every answer."
            )
        return tuple(notes)


def write_report(
    run: RunDirectory, analysis: Analysis, facts: RunFacts, limits: PageLimits | None = None
) -> WrittenReport:
    """Write report.html.

    Args:
        run: Its directory, analyzed.
        analysis: The content of its analysis.json.
        facts: What else the page tells of the run.
        limits: How much of the cases goes into the file.

    Raises:
        RunDamaged, SchemaMismatch: A file of the run is missing, damaged or of another analysis.
        StoreError: The disk refuses.
    """
    data = page_data(run, analysis, facts, limits)
    size = write_texts_atomically(run.report, render_pieces(build_view(analysis, facts, data)))
    return WrittenReport(size=size, data=data)


def page_data(
    run: RunDirectory, analysis: Analysis, facts: RunFacts, limits: PageLimits | None = None
) -> PageData:
    """The cases of the run as its page carries them; arguments and errors as `write_report`."""
    builder = PageDataBuilder(analysis, facts, limits)
    rows = 0
    for row in read_cases(run.cases):
        builder.add_row(row)
        rows += 1
    if rows != analysis.pairs:
        raise RunDamaged(
            f"{run.cases} tells of {rows:,} pairs, analysis.json of {analysis.pairs:,}", _ANALYZE_AGAIN
        )
    builder.choose()
    for outline in read_outlines(run.pairs, ids=builder.listed):
        builder.outline(outline)
    for case in _opened(run, analysis, facts, builder):
        builder.put(case)
    return builder.build()


def _opened(
    run: RunDirectory, analysis: Analysis, facts: RunFacts, builder: PageDataBuilder
) -> Iterator[OpenedCase]:
    """The cases that the page wants, in the order of the files."""
    wanted = builder.wanted
    names = display_names(facts.incumbent.model, facts.candidate.model)
    pairs, scored = read_pairs(run.pairs, ids=wanted), read_scores(run.scores, ids=wanted)
    for pair, scores in aligned(pairs, scored):
        if builder.wants(pair.record.id):
            case = open_case(pair, scores, builder.row(pair.record.id), analysis.settings)
            if case is not None:
                builder.show(case, pair)
                again = again_of(scores, analysis.settings.deciding)
                yield opened(case, pair, analysis.basis, names, again)
