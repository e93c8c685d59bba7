import re
from dataclasses import replace

from factories import response
from report_runs import Run, agreement_run, changed, facts, hostile_run, invoices, score
from report_states import all_failed, counts

from harness.analysis import AnalysisSettings, analyze
from harness.domain.mark import Mark
from harness.report import build_view, render, summary_lines


def lines_of(run: Run, **changes: object) -> list[str]:
    return summary_lines(
        analyze(run.pairs, run.scored, AnalysisSettings()), facts(**changes), "reports/x/report.html"
    )


def test_the_finding_comes_first_then_failures_and_the_report_last() -> None:
    lines = lines_of(invoices(300), stopped="the budget of $20 is spent")
    assert len(lines) <= 24
    assert lines[0] == "SIMULATED · invoices · run 20261123-182219-3f2a"
    assert lines[1].startswith("Llama-3.3-70B fails where GPT-4o is right on ")
    assert re.match(r"Worse on 15 % of the invoices \(12 to 20 %\)\. Net loss ", lines[2])
    assert lines[2].endswith("is shown to lose more than the 2.0 points you allow.")
    assert lines[3].startswith("GPT-4o itself is wrong on ")
    assert lines[4].startswith("  ")
    assert ", only Llama-3.3-70B " in lines[4]
    assert lines[9].endswith("more kinds in the report")
    assert lines[10].startswith("Where: more than 2")
    assert any(line.startswith("Group: ") for line in lines)
    assert any(line.startswith("Pairs: both right ") for line in lines)
    assert "Stopped early: the budget of $20 is spent" in lines
    assert lines[-3] == "Calls: GPT-4o 300 (0 errors), Llama-3.3-70B 300 (5 errors)"
    assert (
        lines[-2]
        == "Cost (SIMULATED, nothing was paid): GPT-4o $3.69, Llama-3.3-70B $0.62 + 6 calls of unknown cost"
    )
    assert lines[-1] == "Report: reports/x/report.html"


def test_groups_count_the_cases_that_got_worse_as_the_page_does() -> None:
    run = counts(10, 0, 60)
    both_wrong = replace(run.scored[0], incumbent=score((changed("total", "1", "9"),)))
    (line,) = [
        line
        for line in lines_of(replace(run, scored=[both_wrong, *run.scored[1:]]))
        if line.startswith("Group: ")
    ]
    assert "(9 cases, such as " in line


def test_a_run_that_went_wrong_itself_is_no_verdict_on_the_model() -> None:
    lines = lines_of(all_failed(response(""), "empty"))
    assert lines[1] == "Llama-3.3-70B: 20 of 20 answers fail the same way (empty answer)."
    assert lines[2] == (
        "A problem of this run, not a verdict on the model. "
        "Nothing below says how good Llama-3.3-70B is. Mend this and run it again."
    )
    assert not any("you allow" in line or "Net loss" in line for line in lines)


def test_agreement_has_no_candidate_only_count() -> None:
    lines = lines_of(agreement_run(), mark=Mark.RECORDED)
    assert lines[0].startswith("RECORDED")
    assert not any(", only " in line for line in lines)
    assert not any(word in line for line in lines for word in ("Wrong", "wrong", "mistake", "missing"))
    assert "Pairs: agree 36, differ 2, one failed 1, both failed 1" in lines


def test_no_pairs() -> None:
    assert lines_of(Run(pairs=[], scored=[]))[1] == "Nothing has been compared yet: the run has no pairs."


def test_hostile_texts_stay_on_their_lines() -> None:
    lines = lines_of(hostile_run(), dataset="a\nb\x1b[31m")
    assert len(lines) <= 24
    assert not any(ord(character) < 0x20 for line in lines for character in line)


def test_one_arm_of_the_sandbox_does_not_make_the_other_free() -> None:
    told = facts()
    mixed = facts(
        incumbent=replace(told.incumbent, mark=Mark.SIMULATED),
        candidate=replace(told.candidate, mark=Mark.LIVE),
    )
    run = invoices(20)
    analysis = analyze(run.pairs, run.scored, AnalysisSettings())
    lines = summary_lines(analysis, mixed, "x")
    assert any(line.startswith("Cost (GPT-4o SIMULATED, not paid): ") for line in lines)
    page = render(build_view(analysis, mixed))
    assert "Answers and times of GPT-4o come from the sandbox" in page
    assert "Llama-3.3-70B was really called" in page
