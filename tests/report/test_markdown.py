import html
import re

import pytest
from factories import response
from markdown_it import MarkdownIt
from markdown_page import rendered
from report_runs import HOSTILE, Run, agreement_run, facts, hostile_run, invoices
from report_states import all_failed
from run_formats import analyzed

from harness.analysis import AnalysisSettings, analyze
from harness.domain.mark import Mark
from harness.report.markdown import COMMENT_LIMIT, code_md, comment, link_md, plain_md, table_md
from harness.report.pull_request import pull_request_comment
from harness.report.wording import visible

ZERO_WIDTH = "\u200b"
REFERENCES = (
    "@user and @org/team",
    "see #123 and GH-12, org/repo#4",
    "!45 ~bug %v1 $12 &3 ^alert",
    "https://example.com/x www.example.com mailto:a@example.com",
    "a | b || c",
    "line one\nline two\n\n- item\n# head",
    "1. not a list",
    "- not a list",
    "> not a quote",
    "**bold** _under_ `code` ~~gone~~ [link](https://example.com) ![x](y)",
    "&amp; &#64;user <b>bold</b> <!-- gone -->",
    "$x^2$ and $$y$$",
    "trailing backslash \\",
    "``` fence",
    "| --- |",
)
ALLOWED = {"h3", "p", "strong", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "em", "a"}


def linked(prose: str) -> list[str]:
    """What GitHub or GitLab would make a link of."""
    return re.findall(r"[@#!~%$&^]\w|\bGH-\d|https?:|www\.|\|\|", prose)


@pytest.mark.parametrize("text", [*HOSTILE[:-1], *REFERENCES])
def test_foreign_text_is_shown_and_does_nothing(text: str) -> None:
    page = rendered(f"Told: {plain_md(text)}")
    assert page.tags == {"p"}
    shown = "".join(page.text).replace(ZERO_WIDTH, "").strip()
    assert shown == "Told: " + " ".join(visible(text).split())
    assert not [found for found in linked("".join(page.prose)) if found != "||"]


@pytest.mark.parametrize("text", [*HOSTILE[:-1], *REFERENCES])
def test_foreign_text_at_the_beginning_of_a_line_stays_text(text: str) -> None:
    assert rendered(plain_md(text)).tags <= {"p"}


@pytest.mark.parametrize("text", [*HOSTILE, *REFERENCES, "a`b``c", "`", ""])
def test_a_cell_stays_a_cell(text: str) -> None:
    page = rendered(table_md(("What", "Id", "Count"), [(plain_md(text), code_md(text), "7")] * 2))
    markup = MarkdownIt("commonmark", {"html": True}).enable("table")
    out = markup.render(table_md(("What", "Id", "Count"), [(plain_md(text), code_md(text), "7")] * 2))
    assert out.count("<tr>") == 3
    assert out.count("<td") == 6
    assert page.tags <= {"table", "thead", "tbody", "tr", "th", "td", "code"}


def test_code_shows_the_text_itself() -> None:
    for text in ("inv-1", "a`b", "``", "`x`", "@user #1"):
        page = rendered(f"x {code_md(text)}")
        assert "".join(page.text).strip() == f"x {text}"


def test_only_web_addresses_are_links() -> None:
    assert rendered(link_md("https://ci.example.com/job/7?x=1#case=a")).tags == {"p", "a"}
    for address in ("javascript:alert(1)", "reports/a/b/report.html", "https://x.y/)[a](b", "https://x/ <b>"):
        assert rendered(link_md(address)).tags == {"p", "code"}


@pytest.mark.parametrize("run", [invoices(120), hostile_run(), agreement_run(), Run(pairs=[], scored=[])])
def test_a_comment_is_safe_whole_and_short(run: Run) -> None:
    analysis = analyze(run.pairs, run.scored, AnalysisSettings(slices=("tag", "language")))
    told = facts(dataset=HOSTILE[0], unit=HOSTILE[1], run_id=HOSTILE[7], stopped=HOSTILE[8])
    text = pull_request_comment(analysis, told, "reports/x/report.html")
    assert len(text) <= COMMENT_LIMIT
    page = rendered(text)
    assert page.tags <= ALLOWED
    assert not linked("".join(page.prose))
    assert "SIMULATED" in "".join(page.text)


def test_the_counts_of_the_comment_are_those_of_the_analysis() -> None:
    analysis, _ = analyzed(invoices(200))
    text = html.unescape(pull_request_comment(analysis, facts(mark=Mark.LIVE), "r.html"))
    cells = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")][2:]
    named = sum(int(cell[2]) for cell in cells)
    more = re.search(r"more groups? with (\d+) records?", text)
    assert named + (int(more[1]) if more else 0) == analysis.quadrants["regression"].count


def test_our_own_amounts_can_be_copied() -> None:
    analysis, _ = analyzed(invoices(30))
    text = pull_request_comment(analysis, facts(), "r.html")
    assert "Cost per record as measured (list prices, nothing was paid): GPT-4o `$0.012`, Llama-" in text
    shown = "".join(rendered(text).text)
    assert "GPT-4o $0.012, Llama-3.3-70B $0.0021." in shown


def test_a_run_that_went_wrong_itself_is_no_verdict_on_the_model() -> None:
    run = all_failed(response(""), "empty")
    analysis = analyze(run.pairs, run.scored, AnalysisSettings())
    text = "".join(rendered(pull_request_comment(analysis, facts(), "r.html")).text)
    assert "invoices: Llama-3.3-70B: 20 of 20 answers fail the same way (empty answer)." in text
    assert "A problem of this run, not a verdict on the model." in text
    assert "Nothing below says how good Llama-3.3-70B is. Mend this and run it again." in text
    assert "you allow" not in text
    assert "Net loss" not in text


def test_what_does_not_fit_is_left_out_and_said() -> None:
    text = comment(["a" * 60_000, "b" * 10_000, "c"])
    assert len(text) <= COMMENT_LIMIT
    assert "b" not in text.replace("be", "").split("_More")[0]
    assert "left out" in text
