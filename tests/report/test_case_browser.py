"""The fragment of a case in Chromium: its marks, its folds, its widths, hostile texts at every place."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from report_cases import cases_of, invoice, opened
from report_runs import HOSTILE, hostile_run

from harness.report.assets import style, templates
from harness.report.case_view import CaseView, case_view
from harness.report.html import case_html
from harness.report.wording import Names
from harness.scorers.text import Text

pytestmark = pytest.mark.browser


def opened_page(
    browser: Browser, path: Path, views: Sequence[CaseView], *, width: int = 1440, scheme: Any = "light"
) -> tuple[Page, list[str]]:
    """A page of fragments under the policy of the report, and what it did that it must not do."""
    file, trouble = path / "cases.html", []
    body = "".join(map(case_html, views))
    file.write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>cases</title><style>{style()}</style>"
        f"<body><main>{templates()['marks.html.j2']}{body}</main>",
        encoding="utf-8",
    )
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.on("dialog", lambda dialog: trouble.append(f"dialog {dialog.message}"))
    page.on("console", lambda message: trouble.append(f"console {message.text}"))
    page.on("pageerror", lambda error: trouble.append(f"error {error}"))
    page.on("request", lambda request: trouble.extend({request.url} - {file.as_uri()}))
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    return page, trouble


def planted() -> CaseView:
    wrong = invoice(12, date="31.08.2026")
    items = wrong["line_items"]
    items[4]["amount"] *= 100
    del items[8]
    items.insert(2, {"description": "Übertrag", "quantity": 1, "unit_price": 3208.15, "amount": 3208.15})
    return opened(invoice(12), wrong)


def hostile() -> list[CaseView]:
    run = hostile_run()
    basis, cases = cases_of(run.pairs, run.scored)
    names = Names(incumbent="GPT-4o", candidate="Llama")
    return [case_view(case, pair, basis, names) for pair, case in cases]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark"), (320, "light")])
def test_each_planted_mistake_has_its_mark_and_its_word(
    browser: Browser, tmp_path: Path, width: int, scheme: str
) -> None:
    page, trouble = opened_page(browser, tmp_path, [planted()], width=width, scheme=scheme)
    text = page.inner_text(".part[data-part=differences]")
    for word in ("missing", "invented", "changed", "Übertrag", "31.08.2026", "100 times too large"):
        assert word in text
    for state in ("format_only", "changed", "missing", "invented"):
        assert page.locator(f".part[data-part=differences] .m-{state}").first.is_visible()
    assert page.locator(".case .d").count() >= 4
    assert page.locator(".case [id]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert trouble == []
    page.close()


def test_split_tables_stand_on_the_same_columns(browser: Browser, tmp_path: Path) -> None:
    page, _ = opened_page(browser, tmp_path, [planted()])
    lefts = page.evaluate(
        "[...document.querySelectorAll('.l')].map(t => [...t.querySelectorAll('thead th')]"
        ".map(h => Math.round(h.getBoundingClientRect().left)).join())"
    )
    assert len(lefts) > 3
    assert len(set(lefts)) == 1
    page.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_hostile_texts_are_shown_and_run_nothing(browser: Browser, tmp_path: Path, width: int) -> None:
    views = hostile()
    assert len(views) == len(HOSTILE)
    page, trouble = opened_page(browser, tmp_path, views, width=width)
    text = page.inner_text("main")
    for shown in ("{{7*7}}", "<script>alert(1)</script>", "[U+202E]gnp.exe", "a␀b␛[31mred", "lone [U+D83D]"):
        assert shown in text
    assert page.locator("script,img,iframe,link,object,form,[style],[onerror],a").count() == 0
    assert page.locator("article.case").count() == len(HOSTILE)
    assert page.locator("style").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert trouble == []
    page.close()


def test_a_long_text_is_cut_and_its_chunks_are_kept_apart(browser: Browser, tmp_path: Path) -> None:
    long = HOSTILE[-1]
    view = opened("right", long, text=long, scorer=Text())
    page, _ = opened_page(browser, tmp_path, [view])
    assert set(view.more) == {"candidate", "message-0"}
    assert sum(map(len, view.more["candidate"])) == 1_000_000 - 65_536
    assert page.locator(".more-text").count() == 2
    assert not page.locator(".more-text").first.is_visible()
    assert "our cut: the first 64 KB of 1,000,000 characters" in page.inner_text(".part[data-part=raw]")
    assert len(page.content()) < 400_000
    page.close()


def test_a_text_that_begins_with_a_line_end_keeps_it(browser: Browser, tmp_path: Path) -> None:
    view = opened("right", "\n\n wrong", scorer=Text())
    page, _ = opened_page(browser, tmp_path, [view])
    assert page.locator(".part[data-part=raw] pre").nth(2).evaluate("e => e.textContent") == "\n\n wrong"
    page.close()


def test_marks_do_without_colour_on_paper(browser: Browser, tmp_path: Path) -> None:
    page, _ = opened_page(browser, tmp_path, [planted()])
    page.emulate_media(media="print")
    edges = {
        state: page.locator(f".s-{state} th").first.evaluate("e => getComputedStyle(e).borderLeftStyle")
        for state in ("missing", "invented")
    }
    assert edges == {"missing": "dashed", "invented": "solid"}
    assert (
        page.locator(".v-format_only").first.evaluate("e => getComputedStyle(e).textDecorationLine")
        == "underline"
    )
    page.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_five_states_are_told_apart_without_colour(browser: Browser, tmp_path: Path, width: int) -> None:
    page, _ = opened_page(browser, tmp_path, [planted()], width=width)
    part = ".part[data-part=differences]"
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    told = {
        state: page.locator(f"{part} :is(.v-{state}, .s-{state}):visible").all_inner_texts()
        for state in ("same", "format_only", "changed", "missing", "invented")
    }
    for state, texts in told.items():
        assert texts, state
    for state in ("format_only", "changed", "missing", "invented"):
        marked = page.locator(f"{part} :is(.v-{state}, .s-{state}):visible:has(.m-{state})")
        assert marked.count() > 0, state
        word = state.replace("_", " ")
        assert word in (marked.first.text_content() or "").lower(), state
    page.close()


def test_missing_is_hatched_on_paper_without_background_colours(browser: Browser, tmp_path: Path) -> None:
    page, _ = opened_page(browser, tmp_path, [planted()])
    page.emulate_media(media="print")
    hatched = page.locator(".s-missing > *, .v-missing").first.evaluate(
        "e => [getComputedStyle(e).printColorAdjust, getComputedStyle(e).backgroundImage]"
    )
    assert hatched[0] == "exact"
    assert "repeating-linear-gradient" in hatched[1]
    assert page.locator(".part[data-part=raw]").is_hidden()
    page.close()


@pytest.mark.parametrize(("width", "stacked"), [(1440, False), (768, False), (560, True)])
def test_lines_stack_by_the_room_of_the_case(
    browser: Browser, tmp_path: Path, width: int, stacked: bool
) -> None:
    page, _ = opened_page(browser, tmp_path, [planted()], width=width)
    assert page.locator(".lh").first.is_hidden() is stacked
    widths = page.locator(".l:not(.lh) .x:visible").evaluate_all("all => all.map(one => one.offsetWidth)")
    assert min(widths) >= 60
    page.close()


def test_headers_and_captions_for_screen_readers(browser: Browser, tmp_path: Path) -> None:
    page, _ = opened_page(browser, tmp_path, [planted(), *hostile()[:4]])
    bare = page.evaluate(
        "[...document.querySelectorAll('table:not([aria-hidden])')]"
        ".filter(t => !t.caption || !t.querySelector('th[scope=col]')).length"
    )
    assert bare == 0
    assert page.locator("th:not([scope])").count() == 0
    page.close()
