import re
from pathlib import Path

import pytest
from axe import violations
from overviews import compared, portfolios
from playwright.sync_api import Browser, Page
from report_runs import agreement_run, hostile_run, invoices

from harness.report.assets import OVERVIEW_STYLES, style
from harness.report.html import COMPARISON_STYLES, render_overview
from harness.report.portfolio import portfolio_view

pytestmark = pytest.mark.browser

PAGES = {
    **{
        f"portfolio {name}": render_overview("portfolio.html.j2", portfolio_view(*told))
        for name, told in portfolios().items()
    },
    "compare invoices": render_overview("compare.html.j2", compared(invoices(120), invoices(120, seed=9))[0]),
    "compare hostile": render_overview(
        "compare.html.j2", compared(hostile_run(), hostile_run(), hostile=True)[0]
    ),
    "compare agreement": render_overview("compare.html.j2", compared(agreement_run(), agreement_run(30))[0]),
}


class Opened:
    """A page in the browser with everything it did that it must not do."""

    def __init__(
        self, browser: Browser, folder: Path, html: str, width: int, scheme: str, *, bypass_csp: bool = False
    ) -> None:
        file = folder / "index.html"
        file.write_text(html, encoding="utf-8")
        self.trouble: list[str] = []
        self.page: Page = browser.new_page(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            bypass_csp=bypass_csp,
        )
        self.page.on("dialog", lambda dialog: self.trouble.append(f"dialog {dialog.message}"))
        self.page.on("console", lambda message: self.trouble.append(f"console {message.text}"))
        self.page.on("pageerror", lambda error: self.trouble.append(f"error {error}"))
        self.page.on("request", lambda request: self.trouble.append(request.url))
        self.page.goto(file.as_uri())
        self.trouble.remove(file.as_uri())
        self.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

    def count(self, selector: str) -> int:
        return int(self.page.evaluate("s => document.querySelectorAll(s).length", selector))


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_and_nothing_scrolls_sideways(browser: Browser, tmp_path: Path, name: str) -> None:
    opened = Opened(browser, tmp_path, PAGES[name], 390, "dark")
    for width in (390, 320, 1440):
        opened.page.set_viewport_size({"width": width, "height": 900})
        assert int(opened.page.evaluate("document.documentElement.scrollWidth")) <= width
    assert opened.count("script,img,iframe,link,object,form,[style]") == 0
    assert opened.count("h1") == opened.count("main") == opened.count("body > footer") == 1
    assert opened.count("body > header") == 1
    assert opened.count("a[href^='javascript'],a[href*='//']") == 0
    ids = opened.page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    assert opened.trouble == []
    opened.page.close()


@pytest.mark.parametrize("name", PAGES)
def test_no_rule_of_accessibility_is_broken(browser: Browser, tmp_path: Path, name: str) -> None:
    opened = Opened(browser, tmp_path, PAGES[name], 390, "dark", bypass_csp=True)
    assert violations(opened.page) == []
    opened.page.emulate_media(color_scheme="light")
    opened.page.set_viewport_size({"width": 1440, "height": 900})
    assert violations(opened.page) == []
    opened.page.close()


@pytest.mark.parametrize("name", ["portfolio mixed", "compare invoices"])
def test_the_mark_is_on_screen_and_on_paper(browser: Browser, tmp_path: Path, name: str) -> None:
    opened = Opened(browser, tmp_path, PAGES[name], 1440, "light")
    page = opened.page
    assert page.locator("header .mark").inner_text() == "SIMULATED"
    assert "SIMULATED" in page.title()
    assert page.evaluate("document.querySelector('.band').offsetHeight") > 0
    page.emulate_media(media="print")
    assert page.locator(".print-mark").is_visible()
    assert "SIMULATED" in page.locator(".print-mark").inner_text()
    page.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_rows_of_the_portfolio_are_named_on_a_phone_too(browser: Browser, tmp_path: Path, width: int) -> None:
    opened = Opened(browser, tmp_path, PAGES["portfolio mixed"], width, "light")
    shown = opened.page.locator("thead th").first.is_visible()
    assert shown is (width > 1280)
    label = opened.page.evaluate(
        "getComputedStyle(document.querySelector('td[data-label=Failures]'), '::before').content"
    )
    assert label == ("none" if width > 1280 else '"Failures"')
    links = opened.page.locator("tbody th a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links == ["invoices/20261123-182219-3f2a/report.html"] * 3
    opened.page.close()


def test_hostile_texts_are_shown_as_text(browser: Browser, tmp_path: Path) -> None:
    for name in ("portfolio hostile", "compare hostile"):
        opened = Opened(browser, tmp_path, PAGES[name], 1440, "light")
        text = opened.page.inner_text("body")
        assert "<script>alert(1)</script>" in text
        assert "lone [U+D83D] surrogate" in text
        assert opened.trouble == []
        opened.page.close()


def test_the_policy_allows_our_style_and_no_script() -> None:
    for page in PAGES.values():
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
        assert policy is not None
        assert "script-src" not in policy[1]
        assert "default-src &#39;none&#39;" in policy[1]


def test_the_own_style_stays_tiny() -> None:
    assert len(style(OVERVIEW_STYLES[1:]).encode()) <= 1000
    assert len(style(COMPARISON_STYLES).encode()) <= 15_000


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_an_opened_record_shows_expected_before_and_now_with_the_marks_of_a_report(
    browser: Browser, tmp_path: Path, width: int, scheme: str
) -> None:
    opened = Opened(browser, tmp_path, PAGES["compare invoices"], width, scheme)
    page = opened.page
    assert re.findall(r"<details[^>]* open>", PAGES["compare invoices"]) == [
        re.findall(r"<details[^>]*>", PAGES["compare invoices"])[0]
    ]
    table = page.locator("table.f:not(.t):has(.v-changed)").first
    assert table.locator("thead th").all_inner_texts() == ["Field", "Expected", "Before", "Now"]
    value = table.locator(".v-changed").first
    assert value.locator("svg.m-changed").is_visible()
    assert value.get_attribute("data-label") in ("Before", "Now")
    assert int(page.evaluate("document.documentElement.scrollWidth")) <= width
    assert opened.trouble == []
    page.close()


@pytest.mark.parametrize("width", [1024, 1281, 1440])
def test_no_number_and_no_heading_of_the_portfolio_breaks_inside(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    opened = Opened(browser, tmp_path, PAGES["portfolio mixed"], width, "light")
    # A word that is broken stands on two lines: its range has more than one rectangle of its own height.
    broken = opened.page.evaluate(
        """() => {
          const found = [];
          for (const cell of document.querySelectorAll('.pt th, .pt td.nb')) {
            const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
            for (let node = walk.nextNode(); node; node = walk.nextNode())
              for (const word of node.data.matchAll(/[^\\s-]+/g)) {
                const range = document.createRange();
                range.setStart(node, word.index);
                range.setEnd(node, word.index + word[0].length);
                const tops = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
                if (tops.size > 1) found.push(word[0]);
              }
          }
          return found;
        }"""
    )
    assert broken == []
    opened.page.close()
