"""The pane of the open case, clicked in Chromium."""

from pathlib import Path

import pytest
from case_page import CasePage
from page_data import cases, write_page
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("pane"), cases())


def test_tabs_by_click_arrow_and_number_are_remembered(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    part = opened.ui("case").locator(".part:visible")
    expect(part).to_have_attribute("data-part", "differences")
    opened.do("raw").click()
    expect(part).to_have_attribute("data-part", "raw")
    expect(opened.ui("legend")).to_be_hidden()
    opened.press("ArrowRight")
    expect(part).to_have_attribute("data-part", "differences")
    expect(opened.do("differences")).to_be_focused()
    opened.press("ArrowLeft", "ArrowLeft")
    expect(part).to_have_attribute("data-part", "document")
    opened.press("3", "j")
    opened.expect_case("inv-00001")
    expect(part).to_have_attribute("data-part", "raw")
    opened.page.reload()
    expect(part).to_have_attribute("data-part", "raw")
    opened.close()


def test_cut_texts_go_on_in_steps(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, "#case=inv-00000")
    opened.press("3")
    text = opened.ui("case").locator("[data-part=raw] pre")
    expect(text).to_have_text("needle-0 in <b>the</b> answer")
    button = opened.ui("case").locator(".more-text")
    button.click()
    expect(text).to_have_text("needle-0 in <b>the</b> answerSECOND")
    button.click()
    expect(text).to_have_text("needle-0 in <b>the</b> answerSECONDTHIRD haystack")
    expect(button).to_be_hidden()
    opened.press("j")
    opened.expect_case("inv-00001")
    expect(button).to_be_hidden()
    opened.close()


def test_from_difference_to_difference_and_folds(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    opened.expect_case("inv-00000")
    fold = opened.ui("case").locator("details.fold")
    opened.press("d")
    expect(opened.ui("case").locator(".now th")).to_have_text("gross_total")
    opened.do("difference").click()
    expect(opened.ui("case").locator(".now th")).to_have_text("hidden")
    expect(opened.ui("case").locator(".now")).to_be_focused()
    expect(fold).to_have_attribute("open", "")
    opened.press("d")
    expect(opened.ui("case").locator(".now th")).to_have_text("gross_total")
    opened.press("e")
    expect(fold).not_to_have_attribute("open", "")
    opened.do("equal").click()
    expect(fold).to_have_attribute("open", "")
    opened.close()


def test_the_link_of_a_case_can_be_copied(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, permissions=["clipboard-read", "clipboard-write"])
    opened.press("j")
    opened.expect_case("inv-00001")
    opened.do("copy").click()
    expect(opened.ui("told")).to_have_text("Link copied.")
    copied = opened.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{opened.address}#case=inv-00001&quadrant=regression"
    opened.close()


def test_these_cases_can_be_printed(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, before="window.print = () => document.body.classList.add('printed')")
    opened.pick("rerun", "flaky (9)")
    opened.do("print").click()
    expect(opened.page.locator("body.printed")).to_be_attached()
    opened.page.emulate_media(media="print")
    sheet = opened.ui("paper").locator(".case:visible")
    expect(sheet).to_have_count(9)
    expect(opened.ui("browser")).to_be_hidden()
    expect(opened.page.locator("#answer")).to_be_hidden()
    expect(opened.page.locator(".static-cases")).to_be_hidden()
    expect(opened.ui("paper").locator(".part:not([data-part=differences])")).to_have_count(0)
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(opened.ui("paper").locator(".case")).to_have_count(0)
    expect(opened.page.locator(".static-cases")).to_be_visible()
    expect(opened.page.locator("#answer")).to_be_visible()
    opened.close()


def test_at_most_200_cases_are_printed(browser: Browser, tmp_path: Path) -> None:
    opened = CasePage(browser, write_page(tmp_path, cases(worse=230)), before="window.print = () => 0")
    expect(opened.do("print")).to_have_text("Print the first 200 cases")
    opened.do("print").click()
    expect(opened.ui("paper").locator(".case")).to_have_count(200)
    opened.close()


def test_a_case_without_texts_says_where_they_are(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, "#case=right-020")
    expect(opened.ui("case")).to_contain_text("the answers are in the run folder")
    expect(opened.ui("tools")).to_be_hidden()
    expect(opened.ui("bar")).to_be_visible()
    opened.press("k")
    opened.page.wait_for_timeout(100)
    opened.close()


def test_a_damaged_block_says_so_and_the_others_open(browser: Browser, file: Path, tmp_path: Path) -> None:
    page = file.read_text(encoding="utf-8")
    start = page.index('class="case-block">') + len('class="case-block">') + 40
    broken = tmp_path / "broken.html"
    broken.write_text(page[:start] + "AAAA" + page[start + 4 :], encoding="utf-8")
    opened = CasePage(browser, broken)
    expect(opened.ui("case")).to_contain_text("This case cannot be read.")
    opened.page.goto(opened.address + "#case=inv-00055")
    opened.expect_case("inv-00055")
    opened.close()


def test_eight_blocks_are_kept(browser: Browser, tmp_path: Path) -> None:
    count = "const D = DecompressionStream; window.opens = 0;" + (
        "window.DecompressionStream = function (...all) { window.opens++; return new D(...all); };"
    )
    opened = CasePage(browser, write_page(tmp_path, cases(worse=600, right=0)), before=count)
    opened.expect_case("inv-00000")
    opened.ui("list").focus()
    for _ in range(20):
        opened.press("PageDown")
    opened.expect_case("inv-00160")
    assert opened.page.evaluate("opens") == 1 + 4
    opened.press("Home")
    opened.expect_case("inv-00000")
    assert opened.page.evaluate("opens") == 1 + 4
    opened.press("End")
    opened.expect_case("inv-00599")
    opened.close()
