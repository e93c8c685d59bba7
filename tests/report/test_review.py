"""What people said, in words: on the page, in the terminal, and unharmed by what they wrote."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from axe import violations
from factories import pair, record
from playwright.sync_api import Browser
from report_runs import HOSTILE, Run, agreement_run, changed, facts, hostile_run, invoices, scored

from harness.analysis import Analysis, AnalysisSettings, analyze, analyze_with_cases
from harness.analysis.outcome import Quadrant
from harness.domain.estimate import Estimate
from harness.domain.judgement import Judgement, Opinion, RightSide
from harness.report import build_view, render, summary_lines
from harness.report.pull_request import pull_request_comment
from harness.report.review import (
    agreement_sentence,
    effect_sentences,
    review_lines,
    review_sentence,
    review_view,
)
from harness.report.wording import NO_VALUE, Names, visible

NAMES = Names(incumbent="GPT-4o", candidate="Llama")
RUN = invoices(300)
LOST = [
    row.record_id
    for row in analyze_with_cases(RUN.pairs, RUN.scored, AnalysisSettings()).cases
    if row.quadrant == "regression" and row.candidate_kind != "timed_out"
]
WORSE = analyze(RUN.pairs, RUN.scored, AnalysisSettings()).count(Quadrant.REGRESSION)


def said(record_id: str, opinion: str, reviewer: str = "Ann", **changes: object) -> Judgement:
    given = Judgement(record_id=record_id, opinion=Opinion(opinion), reviewer=reviewer)
    return replace(given, **changes)  # type: ignore[arg-type]


def judged(run: Run, *judgements: Judgement, **settings: object) -> Analysis:
    told = AnalysisSettings(**settings)  # type: ignore[arg-type]
    return analyze(run.pairs, run.scored, told, judgements=judgements)


def shown(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u2212", "-")


def effects(analysis: Analysis) -> str:
    return shown(" ".join(effect_sentences(analysis, NAMES)))


def test_without_judgements_the_page_says_nothing_of_people() -> None:
    plain = judged(RUN)
    assert review_view(plain, NAMES) is None
    assert review_sentence(plain) == ""
    assert review_lines(plain, NAMES) == []
    page = render(build_view(plain, facts()))
    assert 'id="review"' not in page
    assert "#review" not in page
    # Judgements of records that the run does not have are as good as none.
    assert review_view(judged(RUN, said("nowhere", "acceptable")), NAMES) is None


def test_the_figures_before_and_after_stand_in_one_sentence() -> None:
    given = judged(RUN, *(said(name, "label_wrong") for name in LOST[:6]))
    before, after = judged(RUN).net_difference, given.net_difference
    assert before is not None
    assert after is not None
    assert before.value is not None
    assert after.value is not None
    told = effects(given)
    assert told.startswith(f"6 labels marked wrong: net loss {-after.value * 100:.1f} points (")
    assert f", 95 % range); as scored, net loss {-before.value * 100:.1f} points (" in told
    assert after.value > before.value
    top = shown(review_sentence(given))
    assert top.startswith(
        "These figures follow from 6 judgements of 1 person. As scored, without them: net loss"
    )
    assert top.endswith(f"{WORSE} worse, {judged(RUN).count(Quadrant.GAIN)} better.")


def test_the_page_and_the_terminal_say_at_once_that_people_judged() -> None:
    given = judged(RUN, *(said(name, "acceptable") for name in LOST[:3]))
    assert build_view(given, facts()).answer.lead[0] == review_sentence(given)
    lines = summary_lines(given, facts(), "x")
    assert lines[3].startswith("These figures follow from 3 judgements of 1 person.")


def test_judging_failures_only_is_said_to_flatter() -> None:
    right = next(case.record.id for case in RUN.pairs if case.record.id not in LOST)
    assert "they may flatter Llama" in effects(judged(RUN, said(LOST[0], "acceptable")))
    told = effects(judged(RUN, said(LOST[0], "acceptable"), said(right, "unacceptable")))
    assert "flatter" not in told
    assert (
        "people looked at 1: Llama is wrong on 1 of 1 (100 %, 21 to 100 %). The others count as scored."
        in told
    )


def test_a_pair_that_people_could_not_settle_is_not_called_unseen() -> None:
    rows = analyze_with_cases(RUN.pairs, RUN.scored, AnalysisSettings()).cases
    right = next(row.record_id for row in rows if row.quadrant == Quadrant.BOTH_RIGHT)
    told = effects(
        judged(RUN, said(LOST[0], "acceptable"), said(right, "acceptable"), said(right, "unacceptable", "Bo"))
    )
    assert "People settled none of the 1 pair that both have right that they looked at" in told
    assert "Nobody looked" not in told


def test_what_is_still_to_be_judged_is_counted() -> None:
    given = judged(RUN, said(LOST[0], "acceptable"), said(LOST[1], "unacceptable"), said(LOST[2], "unsure"))
    left = given.count(Quadrant.REGRESSION)
    assert left == WORSE - 1
    square = build_view(given, facts()).answer.square
    assert square is not None
    assert square.notes[-1] == f"{left - 2} of {left} cases still to be judged by a person."
    comment = pull_request_comment(given, facts(), "report.html")
    assert "These figures follow from 3 judgements of 1 person." in comment


def test_a_finding_that_changes_is_said_to_change() -> None:
    wrong = (changed("total", "1", "2"),)
    pairs = [pair("old", "new", of=record(f"r{number}", expected="label")) for number in range(1000)]
    scores = [scored(one, (), wrong if place < 60 else ()) for place, one in enumerate(pairs)]
    given = judged(
        Run(pairs=pairs, scored=scores), *(said(f"r{number}", "acceptable") for number in range(60))
    )
    assert (
        "That changes the finding on the 2.0 points you allow: as scored, the loss was shown to be "
        "beyond them; now it is shown to be within them." in effects(given)
    )


def test_a_run_that_could_end_early_says_that_its_end_stays() -> None:
    given = judged(RUN, said(LOST[0], "acceptable"), sequential=True)
    assert "judging does not undo it" in effects(given)


def test_what_changes_nothing_is_said_to_change_nothing() -> None:
    given = judged(RUN, said(LOST[0], "unsure"), said(LOST[1], "unacceptable"))
    assert review_sentence(given) == "1 person judged 2 cases; no figure changed by it."
    assert effects(given).startswith("No figure changed")


def test_without_expected_answers_nobody_is_called_right() -> None:
    run = agreement_run(40)
    given = judged(run, said("t-000", "acceptable"))
    top = review_sentence(given)
    assert top.endswith("As scored, without them: 36 agree, 2 differ of 40.")
    told = f"{top} {effects(given)}"
    assert "right" not in told.replace("that agree", "")
    view = review_view(given, NAMES)
    assert view is not None
    assert [row[0] for row in view.tables[0].rows] == [
        "Agree",
        "Differ",
        "One failed",
        "Both failed",
        "Not counted",
    ]


def test_people_their_agreement_and_their_conflicts() -> None:
    given = judged(
        RUN,
        *(said(name, "acceptable") for name in LOST[:12]),
        *(said(name, "label_wrong", "Bo", right=RightSide.CANDIDATE) for name in LOST[:12]),
        said(LOST[12], "acceptable", in_bulk=True),
    )
    lines = [shown(line) for line in review_lines(given, NAMES, conflicts=2)]
    assert lines[:2] == ["Ann: 13 cases (13 acceptable; 1 in bulk)", "Bo: 12 cases (12 label wrong)"]
    assert (
        lines[2] == "Both people say the same on 0 of 12 (0 %, 0 to 24 %); Cohen's kappa 0.00 (0.00 to 0.24)."
    )
    assert lines[3] == "People disagree on 12 cases; until they do not, such a case counts as scored."
    assert lines[4].endswith("(worse) · Ann: acceptable · Bo: label wrong, Llama is right")
    assert lines[6] == "  … 10 more cases in the report"
    view = review_view(given, NAMES)
    assert view is not None
    assert len(view.conflicts) == 12
    assert view.rest_words == "2 further cases"
    figures, moves, people = view.tables
    assert [row[0] for row in figures.rows[:5]] == [
        "Both right",
        "Worse",
        "Better",
        "Both wrong",
        "Not counted",
    ]
    assert moves.rows == (("Worse", "both right", "acceptable", "1"),)
    assert people.rows[0] == ("Ann", "13", "13", "0", "0", "0", "1")


def test_the_counts_of_the_table_are_those_of_the_analysis() -> None:
    given = judged(RUN, *(said(name, "label_wrong", right=RightSide.BOTH) for name in LOST[:4]))
    view = review_view(given, NAMES)
    assert view is not None
    counted = {row[0]: row[1:] for row in view.tables[0].rows}
    assert counted["Worse"] == (str(WORSE), str(given.count(Quadrant.REGRESSION)))
    assert given.count(Quadrant.REGRESSION) == WORSE - 4


def hostile() -> tuple[Analysis, Run]:
    run = hostile_run()
    judgements = [
        said(one.record.id, opinion, f"{who} {text[:80]}", note=text[:2000])
        for one, text in zip(run.pairs, HOSTILE, strict=True)
        for who, opinion in (("a", "acceptable"), ("b", "unacceptable"))
    ]
    return judged(run, *judgements), run


def test_hostile_names_notes_and_ids_stay_text() -> None:
    analysis, _ = hostile()
    page = render(build_view(analysis, facts()))
    section = page[page.index('<section id="review"') :].partition("</section>")[0]
    assert not re.search(r"<(img|iframe|script|style|link)\b", section)
    assert not re.search(r"\s(style|on\w+)=", re.sub(r">[^<]*<", "><", section))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200b\ufeff]", section)
    page.encode("utf-8")
    for line in review_lines(analysis, NAMES, conflicts=50):
        assert not re.search("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200b\ufeff\ud800-\udfff]", line)
        assert len(line) < 1000


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_the_part_in_the_browser(browser: Browser, tmp_path: Path, width: int, scheme: str) -> None:
    analysis, run = hostile()
    file = tmp_path / "report.html"
    file.write_text(render(build_view(analysis, facts())), encoding="utf-8")
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", lambda dialog: trouble.append(dialog.message))
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    links = page.eval_on_selector_all(
        '#review a[href^="#case="]', "all => all.map(one => decodeURIComponent(one.hash.slice(6)))"
    )
    ids = {visible(one.record.id) for one in run.pairs}
    assert len(links) == len(run.pairs)
    assert set(links) == ids
    assert [entry for entry in violations(page) if "review" in entry] == []
    assert trouble == []
    page.close()


def test_one_opinion_for_everything_has_no_kappa() -> None:
    given = judged(RUN, *(said(name, "acceptable", who) for name in LOST[:3] for who in ("Ann", "Bo")))
    (told,) = [line for line in review_lines(given, NAMES) if "say the same" in line]
    assert told.endswith("Cohen's kappa is not defined: only one opinion was used.")


def test_a_kappa_that_rounds_to_zero_has_no_sign() -> None:
    given = judged(RUN, *(said(name, "acceptable", who) for name in LOST[:3] for who in ("Ann", "Bo")))
    assert given.review is not None
    assert given.review.agreement is not None
    chance = Estimate(value=-0.001, low=-0.21, high=0.2, level=0.95, n=3, method="by hand")
    agreement = replace(given.review.agreement, beyond_chance=chance)
    told = agreement_sentence(replace(given.review, agreement=agreement))
    assert told.endswith("Cohen's kappa 0.00 (\u22120.21 to 0.20).")


def test_many_people_and_records_that_are_not_there() -> None:
    crowd = [said(LOST[0], "acceptable", f"person {number:02d}") for number in range(53)]
    given = judged(RUN, *crowd, said("nowhere", "unsure"))
    lines = review_lines(given, NAMES)
    assert "and 3 more people" in lines
    assert "1 judged record of triage.jsonl is not in the run" in lines
    assert any(
        line.startswith("All who judged a case (of 53 people) say the same on 1 of 1") for line in lines
    )
    view = review_view(given, NAMES)
    assert view is not None
    assert view.tables[-1].note == "And 3 more people."
    assert effect_sentences(judged(RUN), NAMES) == ()


def test_with_every_label_wrong_nothing_is_left_to_compare() -> None:
    one = pair("old", "new", of=record("r", expected="label"))
    run = Run(pairs=[one], scored=[scored(one, (), (changed("total", "1", "2"),))])
    given = judged(run, said("r", "label_wrong"))
    assert effects(given).startswith("1 label marked wrong. As scored: net loss 100.0 points (")
    view = review_view(given, NAMES)
    assert view is not None
    net = next(row for row in view.tables[0].rows if row[0] == "Net difference, points")
    assert net[2] == NO_VALUE
    assert "Nothing could be compared" in render(build_view(given, facts()))
