"""`harness triage RUN FILE…`: people's judgements into a run, and through its figures into its report."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from harness.analysis import analysis_from_json
from harness.analysis.result import Analysis
from harness.domain.judgement import Judgement
from harness.domain.observation import Arm
from harness.errors import ConfigError, HarnessError, RunDamaged
from harness.pipeline.stages import analyze_run, judged_run, opened, report_run
from harness.report.review import review_lines
from harness.report.wording import Names, amount, display_names, visible
from harness.store.layout import RunDirectory
from harness.store.lock import run_lock
from harness.store.manifest import RunStart
from harness.store.pairs import read_ids
from harness.store.triage import (
    Judgements,
    Taken,
    of_records,
    read_judgements,
    read_triage,
    write_triage,
)

_NARROW = str.maketrans({"\u202f": " ", "\u2212": "-"})


def triage_run(
    reference: str, files: Sequence[Path], *, reports: Path, reviewer: str = "", remove: str = ""
) -> list[str]:
    """Take in the files, analyze and report again; gives what to print.

    Args:
        reference: The run.
        files: Exported judgements; none shows what was taken in so far.
        reports: Folder of all runs.
        reviewer: Who judged, where a file does not say.
        remove: A person whose earlier judgements are taken back first, or "".

    Raises:
        DatasetError: A file cannot be read or is of another run; nothing of any file is then taken in.
        ConfigError: There is nobody of that name to take back, or a name belongs to no file.
        RunNotFound, RunDamaged, PluginError: As their messages say.
    """
    run, start, _ = opened(reference, reports)
    if reviewer and not files:
        raise ConfigError(
            "--reviewer says who judged in a FILE, but there is none",
            "Name the file that the report exported.",
        )
    if not run.scores.is_file():
        raise RunDamaged(f"{run.scores}: the file is missing", "Score the run first: harness score RUN")
    with run_lock(run):
        told = _take_in(run, start, files, reviewer, remove) if files or remove else []
        analysis = None if told else _as_it_is(run)
        if analysis is not None and analysis.review is None:
            return _how_to_judge(run)
        if analysis is None:
            analyze_run(str(run.path), reports=reports)
            report_run(str(run.path), reports=reports)
            analysis = analysis_from_json(run.analysis.read_bytes())
    lines = [*told, *review_lines(analysis, _names(start))]
    if analysis.review is None:
        lines.append("Nobody has judged a case of this run; the figures are those of the scores.")
    return [line.translate(_NARROW) for line in [*lines, f"Report: {run.report}"]]


def _take_in(
    run: RunDirectory, start: RunStart, files: Sequence[Path], reviewer: str, remove: str
) -> list[str]:
    """Put the files' judgements to those of the run; all of them or none."""
    of = judged_run(start)
    kept = read_triage(run.triage, of)
    told = [_removed(kept, remove)] if remove else []
    read = [tuple(read_judgements(file, of, reviewer=reviewer)) for file in files]
    judgements = iter(of_records([one for placed in read for one in placed], read_ids(run.pairs), visible))
    for file, placed in zip(files, read, strict=True):
        told.append(_taken(kept, file, list(islice(judgements, len(placed)))))
    write_triage(run.triage, of, kept)
    return told


def _removed(kept: Judgements, reviewer: str) -> str:
    people = kept.reviewers
    count = kept.remove(reviewer)
    if not count:
        there = ", ".join(name[:60] for name in people[:12]) or "nobody"
        raise ConfigError(f'there is no judgement of "{reviewer}" in this run', f"Judged so far by: {there}.")
    return f"{reviewer}: {amount(count, 'judgement')} taken back"


def _taken(kept: Judgements, file: Path, judgements: Sequence[Judgement]) -> str:
    taken = Taken()
    for judgement in judgements:
        kept.add(judgement, taken)
    counts = (
        (taken.new, "new"),
        (taken.changed, "changed"),
        (taken.known, "known already"),
        (taken.older, "older than what is kept"),
    )
    parts = ", ".join(f"{count:,} {word}" for count, word in counts if count)
    return f"{file}: {amount(len(judgements), 'judgement')}" + (f" ({parts})" if parts else "")


def _as_it_is(run: RunDirectory) -> Analysis | None:
    """The analysis, where report and judgements go with it; None where it must be made anew."""
    if not run.report.is_file():
        return None
    try:
        analysis = analysis_from_json(run.analysis.read_bytes())
    except (HarnessError, OSError):
        return None  # of another version, or gone
    return analysis if (analysis.review is not None) is run.triage.is_file() else None


def _how_to_judge(run: RunDirectory) -> list[str]:
    return [
        "Nobody has judged a case of this run.",
        f"Open {run.report} and go through the cases:",
        "j next, a accept, u unacceptable, w label wrong, s unsure.",
        f"Export, and take the file in: harness triage {run.name} FILE",
    ]


def _names(start: RunStart) -> Names:
    return display_names(*(str(start.arms[arm]["model"]) for arm in (Arm.INCUMBENT, Arm.CANDIDATE)))
