"""Each state of the page, and each thing that can be open on it, put before axe-core."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe import violations
from case_page import AT_CASES, CasePage
from playwright.sync_api import Browser, BrowserContext, Page, expect
from report_files import drawn
from report_runs import facts, invoices
from report_states import STATES

from harness.analysis import AnalysisSettings, analyze
from harness.domain.judgement import Judgement, Opinion
from harness.report import build_view, render

pytestmark = pytest.mark.browser

RUN = invoices(20)


def people() -> str:
    """A page on which two people judged, and disagree on one case."""
    said = [
        Judgement(record_id=RUN.pairs[place].record.id, opinion=opinion, reviewer=who)
        for place, who, opinion in (
            (7, "Ann", Opinion.ACCEPTABLE),
            (7, "Bo", Opinion.UNACCEPTABLE),
            (5, "Ann", Opinion.LABEL_WRONG),
        )
    ]
    return render(build_view(analyze(RUN.pairs, RUN.scored, AnalysisSettings(), judgements=said), facts()))


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(bypass_csp=True)
    yield context
    context.close()


def written(folder: Path, html: str) -> Path:
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    return file


def opened(context: BrowserContext, folder: Path, html: str, width: int, *, dark: bool = False) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.goto(written(folder, html).as_uri())
    return page


@pytest.mark.parametrize("name", STATES)
def test_no_rule_is_broken_in_any_state(context: BrowserContext, tmp_path: Path, name: str) -> None:
    state = STATES[name]
    page = opened(context, tmp_path, render(drawn(state.run, told=facts(**state.facts))[1]), 1440)
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.reload()
    assert violations(page) == []
    page.close()


@pytest.mark.parametrize(("width", "dark"), [(1440, True), (390, False)])
def test_what_people_said_and_what_is_folded(
    context: BrowserContext, tmp_path: Path, width: int, dark: bool
) -> None:
    page = opened(context, tmp_path, people(), width, dark=dark)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    expect(page.locator("#review a[href^='#case=']")).to_have_count(1)
    assert violations(page) == []
    page.close()


def test_a_broken_rule_is_found(context: BrowserContext, tmp_path: Path) -> None:
    page = opened(context, tmp_path, render(drawn(STATES["no pairs"].run)[1]), 1440)
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert [found.split(":")[0] for found in violations(page)] == ["html-has-lang"]
    page.close()


def more_filters(page: CasePage) -> None:
    page.page.locator("summary", has_text="More filters").click()
    expect(page.page.locator("select[name=group]")).to_be_visible()


def first_case(page: CasePage) -> None:
    page.page.locator(".row").first.click()
    expect(page.ui("tools")).to_be_visible()


def tab(name: str) -> Callable[[CasePage], None]:
    def show(page: CasePage) -> None:
        first_case(page)
        page.do(name).click()
        expect(page.page.locator(f".pane .part[data-part={name}]")).to_be_visible()

    return show


def unfolded(page: CasePage) -> None:
    first_case(page)
    page.do("equal").click()
    page.do("difference").click()


def label_wrong(page: CasePage) -> None:
    first_case(page)
    page.do("label_wrong").click()
    expect(page.ui("sides")).to_be_visible()


def judged(page: CasePage) -> None:
    first_case(page)
    for opinion in ("acceptable", "unacceptable", "unsure"):
        page.do(opinion).click()
    page.do("previous").click()
    expect(page.page.locator("[data-ui=opinions] [aria-pressed=true]")).to_be_visible()
    expect(page.ui("judged")).to_contain_text("3 of")


def export(page: CasePage) -> None:
    page.page.locator("button.export").click()
    expect(page.ui("exchange")).to_be_visible()


def keys(page: CasePage) -> None:
    page.press("?")
    expect(page.ui("help")).to_be_visible()


def without_a_hit(page: CasePage) -> None:
    page.ui("search").fill("no such words")
    expect(page.ui("none")).to_be_visible()


def unknown_case(page: CasePage) -> None:
    page.page.evaluate("location.hash = '#case=nowhere&group=gone'")
    expect(page.ui("case")).to_contain_text("not in this file")


OPEN: dict[str, Callable[[CasePage], None]] = {
    "list": lambda _: None,
    "more filters": more_filters,
    "differences": first_case,
    "unfolded": unfolded,
    "document": tab("document"),
    "raw": tab("raw"),
    "label wrong": label_wrong,
    "judged": judged,
    "export": export,
    "keys": keys,
    "without a hit": without_a_hit,
    "unknown case": unknown_case,
}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("real"), render(drawn(RUN)[1]))


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", OPEN)
def test_no_rule_is_broken_by_what_is_open(browser: Browser, real: Path, name: str, width: int) -> None:
    # A target half under a sticky bar counts as a small one: the phone is so tall that none is.
    viewport = {"width": width, "height": 900 if width > 720 else 3000}
    page = CasePage(browser, real, AT_CASES, bypass_csp=True, viewport=viewport)
    OPEN[name](page)
    # On a phone an open case is the whole page; else the rest is as in the states above.
    part = "html" if name == "differences" and width == 390 else "#cases"
    assert violations(page.page, part) == []
    page.page.emulate_media(color_scheme="dark")
    assert violations(page.page, part, only_colours=True) == []
    assert page.width() <= width
    page.close()
