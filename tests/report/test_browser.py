import re
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page
from report_files import drawn
from report_runs import HOSTILE, Run, agreement_run, facts, hostile_run, invoices

from harness.analysis import Analysis
from harness.analysis.outcome import Quadrant
from harness.domain.mark import Mark
from harness.report import render
from harness.report.assets import STYLES, style

pytestmark = pytest.mark.browser


class Opened:
    """A page in the browser with everything it did that it must not do."""

    def __init__(self, browser: Browser, path: Path, width: int = 1440, scheme: str = "light") -> None:
        self.trouble: list[str] = []
        self.page: Page = browser.new_page(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        self.page.on("dialog", lambda dialog: self.trouble.append(f"dialog {dialog.message}"))
        self.page.on("console", lambda message: self.trouble.append(f"console {message.text}"))
        self.page.on("pageerror", lambda error: self.trouble.append(f"error {error}"))
        self.page.on("request", self._request)
        self.address = path.as_uri()
        self.page.goto(self.address)

    def _request(self, request: object) -> None:
        url = getattr(request, "url", "")
        if url != self.address:
            self.trouble.append(f"request {url}")

    def count(self, selector: str) -> int:
        return int(self.page.evaluate("s => document.querySelectorAll(s).length", selector))

    def open_everything(self) -> None:
        self.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

    def width(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth"))


def write(name: str, path: Path) -> tuple[Analysis, Path]:
    """The page of one of RUNS, made once."""
    analysis, html = made(name)
    file = path / "report.html"
    file.write_text(html, encoding="utf-8")
    return analysis, file


@cache
def made(name: str) -> tuple[Analysis, str]:
    told = facts(dataset=HOSTILE[0]) if name == "hostile" else facts()
    analysis, view = drawn(RUNS[name], told=told)
    return analysis, render(view)


RUNS = {
    "invoices": invoices(120),
    "hostile": hostile_run(),
    "agreement": agreement_run(),
    "empty": Run(pairs=[], scored=[]),
    "unscored": replace(invoices(3), scored=[]),
}


@pytest.mark.parametrize("name", RUNS)
def test_nothing_runs_and_nothing_scrolls_sideways(browser: Browser, tmp_path: Path, name: str) -> None:
    _, file = write(name, tmp_path)
    opened = Opened(browser, file, 390, "dark")
    opened.open_everything()
    for width in (390, 320, 1440):
        opened.page.set_viewport_size({"width": width, "height": 900})
        assert opened.width() <= width
    assert opened.count("script:not([type])") == 2
    assert opened.count("img,iframe,link,object,form") == 0
    assert opened.count("h1") == 1
    assert opened.count("body > :is(header,nav,main,footer)") == 4
    assert opened.trouble == []
    opened.page.close()


def test_counts_on_the_page_equal_the_analysis(browser: Browser, tmp_path: Path) -> None:
    analysis, file = write("invoices", tmp_path)
    opened = Opened(browser, file)
    cells = opened.page.locator(".cell b").all_inner_texts()
    assert [int(cell) for cell in cells] == [
        entry.count for name, entry in analysis.quadrants.items() if name != "unscored"
    ]
    worse = opened.page.locator("[data-ui=quadrants] button", has_text="worse")
    assert worse.inner_text() == f"worse {analysis.count(Quadrant.REGRESSION)}"
    groups = [group for group in analysis.clusters if group.regressions]
    in_cards = [int(text) for text in opened.page.locator("#fails .card .count b").all_inner_texts()]
    in_list = re.findall(r"\((\d+) cases?\)", opened.page.locator("#fails .further").inner_text())
    assert in_cards == [group.regressions for group in groups[:6]]
    assert sum(in_cards) + sum(map(int, in_list)) == analysis.count(Quadrant.REGRESSION)
    assert len(in_cards) + len(in_list) == len(groups)
    rules = [int(text) for text in opened.page.locator("#where .card .count b").all_inner_texts()]
    assert rules == [found.regressions for found in analysis.slices]
    opened.page.close()


def test_links_lead_to_their_cases(browser: Browser, tmp_path: Path) -> None:
    analysis, file = write("invoices", tmp_path)
    opened = Opened(browser, file)
    hashes = opened.page.evaluate("[...document.querySelectorAll('a')].map(a => a.hash.slice(1))")
    groups = [unquote(one.removeprefix("group=")) for one in hashes if one.startswith("group=")]
    assert groups == [group.id for group in analysis.clusters if group.regressions]
    reviewed = opened.page.evaluate(
        "[...document.querySelectorAll('.reviewed')].map(span => span.dataset.group)"
    )
    assert reviewed == groups[:6]
    assert [one for one in hashes if one.startswith("slice=")] == [
        f"slice={place}" for place in range(len(analysis.slices))
    ]
    rest = [one for one in hashes if "=" not in one]
    assert opened.page.evaluate("ids => ids.every(id => document.getElementById(id))", rest)
    duplicates = opened.page.evaluate(
        "(ids => ids.length - new Set(ids).size)([...document.querySelectorAll('[id]')].map(e => e.id))"
    )
    assert duplicates == 0
    opened.page.close()


@pytest.mark.parametrize("mark", list(Mark))
def test_the_mark_is_on_screen_and_on_paper(browser: Browser, tmp_path: Path, mark: Mark) -> None:
    file = tmp_path / "report.html"
    file.write_text(render(drawn(invoices(20), told=facts(mark=mark))[1]), encoding="utf-8")
    opened = Opened(browser, file)
    assert opened.page.locator("header .mark").inner_text() == mark.value
    band = opened.page.evaluate("document.querySelector('.band').offsetHeight")
    assert (band > 0) is (mark is Mark.SIMULATED)
    opened.page.emulate_media(media="print")
    assert opened.page.locator(".print-mark").is_visible()
    assert mark.value in opened.page.locator(".print-mark").inner_text()
    opened.page.close()


def test_hostile_texts_are_shown_as_text(browser: Browser, tmp_path: Path) -> None:
    _, file = write("hostile", tmp_path)
    opened = Opened(browser, file)
    opened.open_everything()
    text = opened.page.inner_text("main")
    assert "{{7*7}}" in text
    assert "<script>alert(1)</script>" in text
    assert "[U+202E]gnp.exe" in text
    assert "a␀b␛[31mred" in text
    assert "lone \ufffd surrogate" in text
    assert opened.count("a[href^='javascript'],a[href^='http']") == 0
    assert opened.trouble == []
    opened.page.close()


def test_the_squeezed_style_says_what_our_files_say(browser: Browser) -> None:
    sheets = files("harness.report") / "templates" / "css"
    written = "".join((sheets / f"{name}.css").read_text(encoding="utf-8") for name in STYLES)
    page = browser.new_page()
    read, meant = page.evaluate(
        "all => all.map(text => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);"
        "return [...sheet.cssRules].map(rule => rule.cssText.replace(/,\\s+/g, ',')); })",
        [str(style()), written],
    )
    assert read == meant
    assert len(read) > 100
    page.close()
