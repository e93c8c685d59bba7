"""The browser of cases on a phone, without script, in old browsers, with hostile texts, by keys, on paper."""

from pathlib import Path
from typing import Any

import pytest
from case_page import AT_CASES, CasePage
from page_data import Made, cases, write_page
from playwright.sync_api import Browser, expect
from report_runs import HOSTILE

pytestmark = pytest.mark.browser

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("states"), cases())


def test_on_a_phone_list_and_case_are_two_screens(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, AT_CASES, **PHONE)
    expect(opened.ui("pane")).to_be_hidden()
    expect(opened.ui("bar")).to_be_hidden()
    opened.page.locator(".row").nth(4).tap()
    opened.expect_case("inv-00004")
    expect(opened.ui("list")).to_be_hidden()
    expect(opened.page.locator("#fails")).to_be_hidden()
    expect(opened.page.locator("nav.bar")).to_be_hidden()
    expect(opened.ui("place")).to_have_text("5 of 60 · inv-00004")
    assert opened.page.evaluate("scrollY") == 0
    opened.page.go_back()
    expect(opened.ui("list")).to_be_visible()
    expect(opened.ui("pane")).to_be_hidden()
    opened.page.locator(".row").nth(1).tap()
    opened.expect_case("inv-00001")
    opened.ui("opinions").get_by_role("button", name="Label wrong").tap()
    opened.expect_case("inv-00002")
    expect(opened.ui("sides")).to_be_in_viewport()
    opened.do("list").tap()
    expect(opened.ui("list")).to_be_visible()
    expect(opened.page.locator("#fails")).to_be_visible()
    assert opened.width() <= 390
    opened.close()


def test_the_list_of_a_phone_scrolls_in_its_own_box_and_stays_where_it_was(
    browser: Browser, tmp_path: Path
) -> None:
    opened = CasePage(browser, write_page(tmp_path, cases(worse=500)), AT_CASES, **PHONE)
    opened.expect_found("500 of 549 pairs")
    box = opened.ui("list").bounding_box()
    assert box
    assert 500 < box["height"] <= 0.7 * 844
    assert len(opened.ids()) < 60
    opened.ui("list").evaluate("list => list.scrollTop = 300 * 76")
    row = opened.page.locator(".row", has_text="inv-00303")
    row.tap()
    opened.expect_case("inv-00303")
    opened.page.go_back()
    expect(row).to_be_in_viewport()
    assert opened.ui("list").evaluate("list => list.scrollTop") == 300 * 76
    row.tap()
    opened.do("next").tap()
    opened.expect_case("inv-00304")
    opened.do("list").tap()
    expect(row).to_be_in_viewport()
    opened.ui("list").focus()
    opened.press("ArrowDown")  # nothing is open: the first
    opened.expect_case("inv-00000")
    opened.do("list").tap()
    expect(opened.page.locator(".row", has_text="inv-00000")).to_be_in_viewport()
    opened.ui("search").fill("nothing such")
    expect(opened.ui("none")).to_be_visible()
    assert opened.ui("none").evaluate("e => e.offsetHeight") < 60
    opened.close()


@pytest.mark.parametrize("width", [320, 390])
def test_a_link_opens_the_case_screen_and_its_buttons_are_large(
    browser: Browser, file: Path, width: int
) -> None:
    opened = CasePage(
        browser, file, "#case=inv-00003", viewport={"width": width, "height": 700}, has_touch=True
    )
    opened.expect_case("inv-00003")
    for button in opened.page.locator("#cases button:visible, #cases input:visible").all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 44
    assert opened.width() <= width
    opened.do("list").tap()
    expect(opened.ui("list")).to_be_visible()
    assert opened.hash() == "#quadrant=regression"
    for button in opened.page.locator("#cases button:visible, #cases input:visible").all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 44
    assert opened.width() <= width
    opened.close()


def test_without_script_the_rendered_cases_are_read(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, lives=False, java_script_enabled=False)
    expect(opened.page.locator(".static-cases")).to_be_visible()
    expect(opened.page.locator("[data-ui=browser]")).to_be_hidden()
    expect(opened.page.locator("dialog")).to_have_count(3)
    expect(opened.page.locator("dialog:visible")).to_have_count(0)
    opened.close()


def test_an_old_browser_is_told_and_keeps_the_rendered_cases(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, lives=False, before="delete window.DecompressionStream")
    expect(opened.ui("refused")).to_contain_text("it has no DecompressionStream")
    expect(opened.page.locator(".static-cases")).to_be_visible()
    expect(opened.ui("browser")).to_be_hidden()
    opened.close()


def test_a_damaged_index_is_told(browser: Browser, file: Path, tmp_path: Path) -> None:
    page = file.read_text(encoding="utf-8")
    start = page.index('id="case-index">') + len('id="case-index">') + 60
    broken = tmp_path / "broken.html"
    broken.write_text(page[:start] + "AAAAAAAA" + page[start + 8 :], encoding="utf-8")
    opened = CasePage(browser, broken, lives=False)
    expect(opened.ui("refused")).to_contain_text("this file is damaged")
    expect(opened.page.locator(".static-cases")).to_be_visible()
    opened.close()


def test_hostile_texts_are_shown_as_text_everywhere(browser: Browser, tmp_path: Path) -> None:
    made = [
        Made(
            id=f"{place} {text[:90]}",
            title=text[:240],
            snippet=text[:80],
            answer=text[:65536],
            amount=1.0,
            more={"candidate": (text[:65536], text[:100])},
        )
        for place, text in enumerate(HOSTILE)
    ]
    opened = CasePage(browser, write_page(tmp_path, made), AT_CASES)
    expect(opened.page.locator(".row")).to_have_count(len(made))
    listed = opened.ui("rows").inner_text()
    assert '<img src=x onerror="alert(2)">' in listed
    assert "[U+202E]gnp.exe" in listed
    opened.press("3")
    for case in made:
        expect(opened.ui("case")).not_to_be_empty()
        opened.ui("case").locator(".more-text").click()
        opened.press("w")
        assert case
    for text in HOSTILE[:9]:
        opened.ui("search").fill(text[:60])
    opened.page.evaluate(
        "location.hash = '#case=' + encodeURIComponent('</script><img src=x onerror=alert(1)>')"
    )
    expect(opened.ui("case")).to_contain_text("</script><img src=x onerror=alert(1)>")
    opened.page.evaluate("location.hash = '#group=%E0%A4%A&q=%&case=%&sort=constructor&kind=__proto__'")
    expect(opened.ui("unknown")).to_be_visible()
    for bad in ("script:not([type]):not(:last-of-type)", "img", "iframe", "[style*=display]", "[onerror]"):
        assert opened.page.locator(f"#cases {bad}").count() == 0
    assert opened.width() <= 1440
    opened.close()


def test_single_keys_can_be_switched_off_for_good(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, AT_CASES)
    opened.press("?")
    expect(opened.ui("help")).to_be_visible()
    opened.press("j")
    opened.ui("single").uncheck()
    opened.press("Escape")
    expect(opened.ui("help")).to_be_hidden()
    opened.press("j", "a", "?", "/")
    expect(opened.ui("help")).to_be_hidden()
    opened.expect_case("inv-00000")
    opened.ui("list").focus()
    opened.press("ArrowDown")
    opened.expect_case("inv-00001")
    assert opened.hash().startswith("#case=inv-00001")
    opened.page.reload()
    expect(opened.ui("section")).to_have_class("live")
    opened.press("j")
    opened.expect_case("inv-00001")
    opened.page.get_by_role("button", name="Keys").click()
    opened.ui("single").check()
    opened.ui("help").get_by_role("button", name="Close").click()
    opened.press("j")
    opened.expect_case("inv-00002")
    opened.press("Control+a", "Alt+u")
    expect(opened.ui("judged")).to_have_text("0 of 60 judged")
    opened.close()


def test_every_key_of_the_table_does_what_a_button_does(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    acts = opened.page.locator("[data-key]").evaluate_all("all => all.map(kbd => kbd.dataset.key)")
    buttons = set(opened.page.locator("[data-do]").evaluate_all("all => all.map(one => one.dataset.do)"))
    assert set(acts) - buttons == {"note", "find"}  # both are text fields that Tab reaches
    for place, target in (("v", "#answer"), ("f", "#fails"), ("c", "#cases")):
        opened.press("g", place)
        assert opened.page.evaluate("location.hash") == target
    opened.close()


def test_tab_reaches_everything_and_focus_is_never_under_a_bar(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, AT_CASES)
    opened.expect_case("inv-00000")
    opened.ui("search").focus()
    wanted = opened.page.evaluate(
        "[...document.querySelectorAll('#cases :is(button,input,select,summary,[tabindex=\"0\"])')]"
        ".filter(e => e.checkVisibility() && e.tabIndex >= 0 && !e.closest('dialog')).length"
    )
    seen = set()
    for _ in range(wanted + 2):
        told = opened.page.evaluate(
            "(() => { const e = document.activeElement, r = e.getBoundingClientRect();"
            "const bar = document.querySelector('nav.bar').getBoundingClientRect();"
            "return [e.outerHTML.slice(0, 120) + r.top + r.left,"
            "!!e.closest('#cases'), r.bottom > bar.bottom]; })()"
        )
        if told[1]:
            seen.add(told[0])
            assert told[2], told[0]
        opened.press("Tab")
    assert len(seen) >= wanted - 3  # those above the search: keys; below an open end: none
    opened.close()


def test_the_theme_goes_round_and_is_kept(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    button = opened.page.locator("button.theme")
    root = opened.page.locator("html")
    expect(button).to_have_text("Theme: system")
    button.click()
    expect(root).to_have_attribute("data-theme", "light")
    button.click()
    expect(root).to_have_attribute("data-theme", "dark")
    opened.page.add_init_script(
        "new MutationObserver(() => {"
        "if (document.body) window.first ??= document.documentElement.dataset.theme ?? 'none';"
        "}).observe(document, { childList: true, subtree: true })"
    )
    opened.page.reload()
    assert opened.page.evaluate("first") == "dark"  # known before anything was painted
    expect(root).to_have_attribute("data-theme", "dark")
    button.click()
    expect(button).to_have_text("Theme: system")
    expect(root).to_have_attribute("data-theme", "system")
    opened.close()


def test_on_paper_the_rendered_cases_stand_instead_of_the_list(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, viewport={"width": 640, "height": 900})
    opened.page.locator(".row").first.click()
    opened.expect_case("inv-00000")
    opened.page.emulate_media(media="print")  # paper is as narrow as a phone
    expect(opened.page.locator("#answer")).to_be_visible()
    expect(opened.page.locator("#method")).to_be_visible()
    expect(opened.ui("browser")).to_be_hidden()
    expect(opened.page.locator(".static-cases")).to_be_visible()
    opened.close()
