"""The list of cases, its filters and its links, clicked in Chromium."""

from pathlib import Path
from urllib.parse import quote

import pytest
from case_page import AT_CASES, CasePage
from page_data import GROUPS, Made, cases, write_page
from playwright.sync_api import Browser, expect

from harness.report.wording import visible

pytestmark = pytest.mark.browser

LINES, CREDIT, COMMA = (title for _, title, _ in GROUPS)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("list"), cases())


def test_the_page_opens_with_the_worse_cases_and_the_first_of_them(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    opened.expect_found("60 of 109 pairs")
    opened.expect_case("inv-00000")
    expect(opened.quadrant("worse 60")).to_have_attribute("aria-pressed", "true")
    expect(opened.quadrant("both right 40")).to_have_attribute("aria-pressed", "false")
    expect(opened.page.locator(".static-cases")).to_be_hidden()
    assert opened.page.evaluate("location.hash") == ""
    opened.close()


def test_filters_show_what_they_hide_and_count_what_they_would_show(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    opened.pick("group", f"{CREDIT} (20)")
    opened.expect_found("20 of 109 pairs")
    opened.expect_case("inv-00020")
    expect(opened.quadrant("worse 20")).to_be_visible()
    expect(opened.ui("all")).to_have_text("Show the other 89")
    opened.pick("rerun", "flaky (3)")
    opened.expect_found("3 of 109 pairs")
    assert opened.ids() == ["inv-00024", "inv-00031", "inv-00038"]
    expect(opened.page.locator(".row .state").first).to_have_text("flaky")
    assert opened.page.locator("select[name=group] option").all_inner_texts() == [
        "all",
        f"{LINES} (3)",
        f"{CREDIT} (3)",
        f"{COMMA} (3)",
    ]
    opened.ui("chips").get_by_role("button", name="Reruns").click()
    opened.expect_found("20 of 109 pairs")
    opened.ui("all").click()
    opened.expect_found("109 of 109 pairs")
    expect(opened.ui("all")).to_be_hidden()
    expect(opened.ui("chips").locator("button")).to_have_count(0)
    opened.close()


def test_each_further_filter(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    for name, label, found in (
        ("kind", "Line missing (40)", "40 of 109 pairs"),
        ("slice", "language is de (30)", "30 of 109 pairs"),
        ("severity", "moderate (20)", "20 of 109 pairs"),
        ("said", "not judged (60)", "60 of 109 pairs"),
        ("rerun", "confirmed (51)", "51 of 109 pairs"),
    ):
        opened.pick(name, label)
        opened.expect_found(found)
        opened.ui("chips").locator("button").click()
        opened.expect_found("60 of 109 pairs")
        expect(opened.ui("list")).to_be_focused()
    opened.close()


def test_quadrants_add_up_and_an_empty_list_says_so(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    opened.quadrant("better").click()
    opened.expect_found("65 of 109 pairs")
    opened.quadrant("worse").click()
    opened.expect_found("5 of 109 pairs")
    opened.expect_case("better-000")
    opened.ui("search").fill("no such text")
    opened.expect_found("0 of 109 pairs")
    expect(opened.ui("none")).to_be_visible()
    expect(opened.ui("list")).to_be_hidden()
    expect(opened.ui("case")).to_contain_text("No case is open")
    expect(opened.ui("bar")).to_be_hidden()
    opened.ui("all").click()
    opened.expect_found("109 of 109 pairs")
    opened.close()


def test_the_order_can_be_chosen(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    opened.page.locator("summary", has_text="More filters").click()
    amounts = {case.id: -1.0 if case.amount is None else case.amount for case in cases()}
    times = {case.id: case.latency or 0.0 for case in cases()}
    for order, values in (("amount", amounts), ("slowest", times)):
        opened.ui("sort").select_option(order)
        listed = [values[record_id] for record_id in opened.ids()]
        assert listed == sorted(listed, reverse=True)
        assert f"sort={order}" in opened.hash()
    opened.ui("sort").select_option("id")
    assert opened.ids() == sorted(opened.ids())
    opened.close()


def test_search_finds_ids_titles_and_first_lines_at_once(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    opened.press("/")
    opened.page.keyboard.type("ミナト LEFT out")
    opened.expect_found("20 of 109 pairs")
    expect(opened.ui("chips").get_by_role("button")).to_contain_text("“ミナト LEFT out”")
    opened.press("Escape")
    expect(opened.ui("list")).to_be_focused()
    opened.ui("search").fill("layout: Modern")
    opened.expect_found("1 of 109 pairs")
    opened.expect_case("inv-00033")
    opened.ui("search").fill("inv-00007")
    opened.expect_found("1 of 109 pairs")
    assert "q=inv-00007" in opened.hash()
    opened.close()


def test_search_inside_answers_walks_all_blocks(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    opened.ui("search").fill("needle-57 in <b>the</b>")
    opened.expect_found("0 of 109 pairs")
    opened.ui("inside").click()
    opened.expect_found("1 of 109 pairs")
    opened.expect_case("inv-00057")
    assert "inside=1" in opened.hash()
    opened.ui("search").fill("haystack")  # stands only in what follows a cut text
    opened.ui("inside").click()
    opened.expect_found("1 of 109 pairs")
    opened.expect_case("inv-00000")
    opened.ui("search").fill("what every case has")
    opened.ui("inside").click()
    expect(opened.ui("walk")).to_be_hidden()
    opened.expect_found("0 of 109 pairs")
    opened.ui("search").fill("data-part")  # markup is no text
    opened.ui("inside").click()
    expect(opened.ui("walk")).to_be_hidden()
    opened.expect_found("0 of 109 pairs")
    opened.page.goto(opened.address + "#q=needle-57&inside=1")
    opened.page.reload()
    opened.expect_found("1 of 109 pairs")
    opened.close()


def test_search_inside_can_be_stopped(browser: Browser, file: Path) -> None:
    slow = "const s = setTimeout; window.setTimeout = (f, ms) => s(f, ms || 2000)"
    opened = CasePage(browser, file, before=slow)
    opened.ui("search").fill("needle-57")
    opened.ui("inside").click()
    expect(opened.ui("progress")).to_be_visible()
    opened.do("cancel").click()
    expect(opened.ui("walk")).to_be_hidden()
    expect(opened.ui("inside")).to_be_visible()
    opened.expect_found("0 of 109 pairs")
    opened.close()


def test_a_link_opens_its_case_whatever_the_filters(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, "#case=better-003")
    opened.expect_case("better-003")
    opened.expect_found("5 of 109 pairs")
    assert opened.page.locator(".row[aria-selected=true] .id").inner_text() == "better-003"
    opened.close()


def test_a_link_to_an_unknown_case_or_group_says_so(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, "#case=%3Cimg%20src%3Dx%3E&group=v1:gone")
    expect(opened.ui("case")).to_contain_text("This case is not in this file")
    expect(opened.ui("case")).to_contain_text("<img src=x>")
    expect(opened.ui("unknown")).to_have_text("Not in this file: Group “v1:gone”.")
    expect(opened.ui("bar")).to_be_hidden()
    opened.press("j")
    opened.expect_case("inv-00000")
    opened.close()


def test_links_hold_the_filters_and_the_back_button_goes_through_them(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    opened.page.evaluate("location.hash = '#group=' + encodeURIComponent('v1:decimal_misread|a,b & c=d')")
    opened.expect_found("20 of 109 pairs")
    opened.expect_case("inv-00040")
    assert opened.page.evaluate("document.querySelector('#cases').getBoundingClientRect().top") < 100
    opened.page.locator(".row").nth(2).click()
    opened.expect_case("inv-00042")
    link = opened.hash()
    assert link.startswith(
        "#case=inv-00042&quadrant=regression&group=v1%3Adecimal_misread%7Ca%2Cb%20%26%20c%3Dd"
    )
    opened.quadrant("worse").click()
    opened.expect_found("20 of 109 pairs")
    opened.ui("chips").get_by_role("button").click()
    opened.expect_found("109 of 109 pairs")
    opened.page.go_back()
    opened.page.go_back()
    opened.expect_found("20 of 109 pairs")
    opened.page.go_back()
    opened.expect_case("inv-00040")
    opened.page.go_back()
    opened.expect_found("60 of 109 pairs")
    opened.page.go_forward()
    opened.expect_found("20 of 109 pairs")
    other = CasePage(browser, file, link + "&slice=1&severity=2&said=none&q=llama&sort=id")
    other.expect_found("10 of 109 pairs")
    other.expect_case("inv-00042")
    other.close()
    opened.close()


def test_section_links_leave_the_filters_alone(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, "#quadrant=gain")
    opened.expect_found("5 of 109 pairs")
    opened.page.locator("nav.bar a[href='#method']").click()
    opened.expect_found("5 of 109 pairs")
    opened.press("g", "c")
    assert opened.page.evaluate("location.hash") == "#cases"
    opened.close()


def test_rows_tell_screen_readers_where_they_are(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    opened.ui("list").focus()
    opened.press("ArrowDown", "ArrowDown", "ArrowUp")
    opened.expect_case("inv-00001")
    active = opened.ui("list").get_attribute("aria-activedescendant")
    row = opened.page.locator(f"#{active}")
    assert [
        row.get_attribute(name) for name in ("role", "aria-selected", "aria-setsize", "aria-posinset")
    ] == [
        "option",
        "true",
        "60",
        "2",
    ]
    assert row.locator(".sr").text_content() == "worse"
    opened.press("End")
    opened.expect_case("inv-00059")
    opened.press("PageUp")
    opened.expect_case("inv-00051")
    opened.press("Home", "Enter")
    opened.expect_case("inv-00000")
    expect(opened.ui("pane")).to_be_focused()
    opened.close()


def test_a_long_list_keeps_few_rows_and_answers_at_once(browser: Browser, tmp_path: Path) -> None:
    made = cases() + [Made(id=f"far-{place:06d}", quadrant=0, full=False) for place in range(100_000)]
    opened = CasePage(browser, write_page(tmp_path, made, left_out=7), "#quadrant=all")
    opened.expect_found("100,109 of 100,109 pairs")
    expect(opened.page.get_by_text("7 further pairs of this run not in this file")).to_be_visible()
    opened.ui("list").focus()
    opened.press("End")
    expect(opened.ui("place").locator("bdi")).to_have_text("far-099999")
    expect(opened.ui("case")).to_contain_text("the answers are in the run folder")
    assert "far-099999" in opened.ids()
    assert len(opened.ids()) < 60
    opened.ui("list").evaluate("list => list.scrollTop = list.scrollHeight / 2")
    expect(opened.page.locator(".row .id", has_text="far-049941")).to_be_visible()
    assert len(opened.ids()) < 60
    opened.ui("search").fill("far-012345")
    opened.expect_found("1 of 100,109 pairs")
    opened.close()


def test_ids_of_any_signs_are_found_by_their_link(browser: Browser, tmp_path: Path) -> None:
    ids = ["100 % & more #1", "a+b=c&case=d", "🧾 東京/../?q=1", "%41", " between spaces "]
    ids += ["a\u202eb\u200b", "tab\x1b\x7f\r\n"]
    opened = CasePage(browser, write_page(tmp_path, [Made(id=one, title="T.") for one in ids]))
    for record_id in ids:
        opened.page.evaluate("hash => location.hash = hash", f"#case={quote(record_id, safe='')}")
        expect(opened.ui("case").locator(".case")).to_have_attribute("data-id", visible(record_id))
    opened.page.evaluate("location.hash = '#case=a[U%2B202E]b[U%2B200B]'")
    opened.expect_case("a[U+202E]b[U+200B]")
    opened.page.goto("about:blank")
    for record_id in ids[:2]:
        opened.page.goto(f"{opened.address}#case={quote(record_id, safe='')}")
        expect(opened.ui("case").locator(".case")).to_have_attribute("data-id", record_id)
        opened.press("j")
        opened.expect_case(ids[ids.index(record_id) + 1])
        assert opened.hash().startswith(f"#case={quote(ids[ids.index(record_id) + 1], safe='')}&")
    opened.close()


def test_a_title_takes_the_place_of_a_first_line_that_tells_nothing(browser: Browser, tmp_path: Path) -> None:
    title = "Llama-3.3-70B cited clause 3.3 of the contract, which does not exist in it; 1 more difference."
    made = [Made(id=f"c-{place}", title=title, snippet="CASE", rerun=2) for place in range(9)]
    made.append(Made(id="c-9", title=title, snippet="Atelier Brandt"))
    opened = CasePage(browser, write_page(tmp_path, made), AT_CASES)
    rows = opened.page.locator(".row")
    assert rows.first.locator(".line").all_inner_texts()[1] == ""
    heights = [row.locator(".line").first.evaluate("e => e.offsetHeight") for row in rows.all()]
    assert heights[:9] == [40] * 9
    assert heights[9] < 30
    expect(rows.last).to_contain_text("Atelier Brandt")
    expect(rows.first.locator(".state .m-flaky")).to_be_visible()
    opened.press("u")
    expect(rows.first.locator(".state .m-unacceptable")).to_be_visible()
    expect(rows.first.locator(".state")).to_have_text("unacceptableflaky")
    right = opened.page.evaluate(
        "[...document.querySelectorAll('.row, .row .state')].slice(0, 2)"
        ".map(e => e.getBoundingClientRect().right)"
    )
    assert right[0] - right[1] < 20
    opened.close()
