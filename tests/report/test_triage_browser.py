"""Judging cases in the page, by keys and buttons, in Chromium."""

from pathlib import Path

import pytest
from case_page import AT_CASES, CasePage
from page_data import GROUPS, RUN, SHA, cases, write_page
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("triage"), cases())


def test_twenty_cases_by_keys_alone(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, AT_CASES)
    opened.expect_case("inv-00000")
    for place in range(20):
        opened.press("auws"[place % 4])
        if place in (9, 18):  # the tenth judgement, and with the one between the twentieth
            expect(opened.ui("dealt")).to_be_visible()
            opened.press("a")
    opened.expect_case("inv-00020")
    expect(opened.ui("judged")).to_have_text("20 of 60 judged")
    expect(opened.ui("kept")).to_have_text("saved in this browser")
    kept = opened.kept()
    words = ("acceptable", "unacceptable", "label_wrong", "unsure")
    assert [kept[f"inv-{place:05d}"]["opinion"] for place in range(20)] == [
        words[place % 4] for place in range(20)
    ]
    assert len(kept) == 22
    opened.page.reload()
    expect(opened.ui("judged")).to_have_text("20 of 60 judged")
    expect(opened.page.locator(".row .state").nth(2)).to_have_text("label wrong")
    opened.close()


def test_no_key_judges_what_is_out_of_sight(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file)
    opened.expect_case("inv-00000")
    opened.press("a")
    expect(opened.ui("pane")).to_be_in_viewport()
    expect(opened.ui("judged")).to_have_text("0 of 60 judged")
    opened.press("a")
    expect(opened.ui("judged")).to_have_text("1 of 60 judged")
    opened.close()


def test_buttons_judge_too_and_pressing_again_withdraws(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, AT_CASES)
    opened.do("unacceptable").click()
    opened.expect_case("inv-00001")
    expect(opened.ui("told")).to_have_text("inv-00000: unacceptable.")
    expect(opened.page.locator(".row").first.locator(".state")).to_have_text("unacceptable")
    opened.page.locator(".row").first.click()
    opened.expect_case("inv-00000")
    expect(opened.do("unacceptable")).to_have_attribute("aria-pressed", "true")
    opened.do("unacceptable").click()
    expect(opened.ui("told")).to_have_text("inv-00000: judgement withdrawn.")
    expect(opened.do("unacceptable")).to_have_attribute("aria-pressed", "false")
    expect(opened.ui("judged")).to_have_text("0 of 60 judged")
    expect(opened.ui("open")).to_be_hidden()
    opened.page.reload()
    expect(opened.ui("judged")).to_have_text("0 of 60 judged")
    opened.close()


def test_undo_by_key_and_button_and_the_line_goes_away(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, AT_CASES)
    opened.page.clock.install()
    opened.press("a", "u")
    opened.expect_case("inv-00002")
    opened.press("z")
    opened.expect_case("inv-00001")
    expect(opened.ui("told")).to_have_text("Undone: inv-00001.")
    opened.ui("undo").click()
    opened.expect_case("inv-00000")
    expect(opened.ui("judged")).to_have_text("0 of 60 judged")
    opened.press("z")
    expect(opened.ui("told")).to_have_text("Nothing to undo.")
    opened.press("s")
    expect(opened.ui("line")).to_be_visible()
    opened.page.clock.run_for(5100)
    expect(opened.ui("line")).to_be_hidden()
    opened.close()


def test_who_is_right_where_the_label_is_wrong(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, AT_CASES)
    opened.press("w")
    opened.expect_case("inv-00001")
    expect(opened.ui("sides").locator("b")).to_have_text("inv-00000: label wrong. Who is right instead?")
    opened.press("n")
    opened.page.keyboard.type("of the next")
    opened.press("Enter", "j")
    expect(opened.ui("told")).to_have_text("inv-00001: note kept as unsure.")
    expect(opened.ui("sides").locator("b")).to_be_visible()
    opened.press("k")
    assert opened.ui("sides").locator("button").all_inner_texts() == [
        "Llama-3.3-70B",
        "GPT-4o",
        "both",
        "neither",
        "Not now",
    ]
    opened.ui("sides").get_by_role("button", name="Llama").click()
    expect(opened.ui("told")).to_have_text("inv-00000: label wrong; right: Llama-3.3-70B.")
    expect(opened.ui("sides")).to_be_hidden()
    opened.expect_case("inv-00001")
    assert opened.kept()["inv-00000"]["right"] == "candidate"
    assert opened.kept()["inv-00001"]["right"] is None
    opened.press("w")
    expect(opened.ui("sides")).to_contain_text("inv-00001: label wrong.")
    opened.press("a")
    expect(opened.ui("sides")).to_be_hidden()
    assert opened.kept()["inv-00001"]["right"] is None
    opened.press("w")
    opened.ui("sides").get_by_role("button", name="Not now").click()
    expect(opened.ui("line")).to_be_hidden()
    expect(opened.ui("pane")).to_be_focused()
    opened.press("w", "z")
    expect(opened.ui("sides")).to_be_hidden()
    expect(opened.ui("told")).to_have_text("Undone: inv-00004.")
    opened.close()


def test_a_note_is_kept_and_keys_are_letters_while_it_is_written(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, AT_CASES)
    opened.press("n")
    opened.page.keyboard.type("was auf Seite 2 steht")
    opened.press("Enter")
    expect(opened.ui("told")).to_have_text("inv-00000: note kept as unsure.")
    expect(opened.ui("judged")).to_have_text("0 of 60 judged")
    expect(opened.ui("open")).to_have_text("1 not exported")
    opened.press("u", "k")
    opened.expect_case("inv-00000")
    expect(opened.ui("note")).to_have_value("was auf Seite 2 steht")
    kept = opened.kept()["inv-00000"]
    assert (kept["opinion"], kept["note"]) == ("unacceptable", "was auf Seite 2 steht")
    opened.press("n")
    opened.page.keyboard.type("!")
    opened.press("Enter")
    expect(opened.ui("told")).to_have_text("inv-00000: note kept.")
    opened.close()


def test_judging_goes_to_the_next_unjudged_in_the_list(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, "#rerun=flaky&said=none")
    opened.expect_case("inv-00003")
    opened.press("j", "j")
    opened.expect_case("inv-00017")
    opened.press("a")
    opened.expect_case("inv-00024")
    opened.expect_found("8 of 109 pairs")
    for _ in range(8):
        opened.press("u")
    opened.expect_found("0 of 109 pairs")
    expect(opened.ui("told")).to_contain_text("All in this list are judged.")
    opened.close()


def test_a_case_dealt_at_random_says_so_and_the_list_goes_on(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, AT_CASES)
    for _ in range(10):
        opened.press("u")
    expect(opened.ui("dealt")).to_contain_text("Dealt at random")
    expect(opened.ui("place")).to_contain_text("not in the list · right-00")
    opened.press("a")
    expect(opened.ui("dealt")).to_be_hidden()
    opened.expect_case("inv-00010")
    expect(opened.ui("judged")).to_have_text("10 of 60 judged")
    assert len(opened.kept()) == 11
    opened.close()


def test_a_group_is_judged_at_once_after_one_question(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, AT_CASES)
    expect(opened.ui("bulk")).to_be_hidden()
    opened.press("a")
    opened.pick("group", f"{GROUPS[0][1]} (20)")
    opened.ui("bulk").click()
    expect(opened.ui("bulkTitle")).to_have_text("Judge all 19 in this group?")
    opened.ui("bulkAsk").get_by_role("button", name="Cancel").click()
    expect(opened.ui("judged")).to_have_text("1 of 60 judged")
    opened.ui("bulk").click()
    opened.ui("bulkAsk").get_by_role("button", name="Unacceptable").click()
    expect(opened.ui("told")).to_have_text("19 cases: unacceptable, judged in bulk.")
    kept = opened.kept()
    assert [kept[f"inv-{place:05d}"]["bulk"] for place in (0, 1, 19)] == [False, True, True]
    assert kept["inv-00000"]["opinion"] == "acceptable"
    reviewed = opened.page.locator("[data-group] .reviewed")
    expect(reviewed.nth(0)).to_contain_text("20 of 20 reviewed")
    expect(reviewed.nth(1)).to_contain_text("0 of 20 reviewed")
    opened.press("z")
    expect(opened.ui("told")).to_have_text("Undone: 19 judgements.")
    expect(reviewed.nth(0)).to_contain_text("1 of 20 reviewed")
    opened.close()


def test_two_tabs_of_a_file_lose_nothing_of_each_other(browser: Browser, file: Path) -> None:
    one = CasePage(browser, file, AT_CASES)
    other = CasePage(one.context, file, "#group=v1%3Asign_flipped%7Ctotals.net")
    one.press("a", "a")
    other.expect_case("inv-00020")
    other.press("u", "u", "u")
    for tab in (one, other):
        expect(tab.ui("judged")).to_have_text("5 of 60 judged")
        expect(tab.ui("open")).to_have_text("5 not exported")
    other.page.goto(other.address + "#case=inv-00000")
    other.expect_case("inv-00000")
    other.press("s")
    expect(one.page.locator(".row .state").first).to_have_text("unsure")
    assert other.trouble == []
    one.close()


def test_judgements_belong_to_run_and_dataset(browser: Browser, file: Path, tmp_path: Path) -> None:
    opened = CasePage(browser, file, AT_CASES)
    opened.press("a")
    keys = opened.page.evaluate("Object.keys(localStorage)")
    assert f"shadow {RUN} {SHA} inv-00000" in keys
    run = {"id": "other", "dataset": "invoices", "dataset_sha256": SHA, "mark": "LIVE", "unit": "invoice"}
    other = CasePage(opened.context, write_page(tmp_path, cases(), run=run))
    expect(other.ui("judged")).to_have_text("0 of 60 judged")
    opened.close()


def test_what_the_file_says_counts_as_judged_until_one_says_otherwise(
    browser: Browser, tmp_path: Path
) -> None:
    said = [5, 1] + [0] * 107
    opened = CasePage(browser, write_page(tmp_path, cases(), said=said), AT_CASES)
    expect(opened.ui("judged")).to_have_text("2 of 60 judged")
    expect(opened.ui("kept")).to_be_hidden()  # nothing is: the file says so
    expect(opened.page.locator(".row .state").first).to_have_text("reviewers disagree")
    opened.press("u")
    expect(opened.ui("kept")).to_be_visible()
    opened.expect_case("inv-00002")
    expect(opened.page.locator(".row .state").first).to_have_text("unacceptable")
    opened.press("z")
    expect(opened.page.locator(".row .state").first).to_have_text("reviewers disagree")
    opened.close()


def test_leaving_with_judgements_not_exported_asks(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, AT_CASES)
    opened.press("a")
    expect(opened.ui("open")).to_have_text("1 not exported")
    opened.page.reload()
    expect(opened.ui("open")).to_have_text("1 not exported")
    assert opened.asked == 1
    opened.press("z")
    opened.page.locator(".row").first.click()
    opened.press("a")
    expect(opened.ui("open")).to_be_hidden()
    opened.page.reload()
    assert opened.asked == 1
    opened.close()


def test_storage_refused_is_said_and_judging_works(browser: Browser, file: Path) -> None:
    refused = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no'); }})"
    opened = CasePage(browser, file, AT_CASES, before=refused)
    expect(opened.ui("failed")).to_contain_text("not saved")
    expect(opened.ui("kept")).to_be_hidden()
    opened.press("a", "u")
    expect(opened.ui("judged")).to_have_text("2 of 60 judged")
    opened.page.locator("button.theme").click()
    expect(opened.page.locator("html")).to_have_attribute("data-theme", "light")
    opened.close()


def test_full_storage_is_said(browser: Browser, file: Path) -> None:
    full = "Storage.prototype.setItem = (k) => { if (k.includes('inv-00001')) throw new Error('full'); }"
    opened = CasePage(browser, file, AT_CASES, before=full)
    opened.press("a")
    expect(opened.ui("kept")).to_be_visible()
    opened.press("a")
    expect(opened.ui("failed")).to_be_visible()
    opened.close()


def test_a_note_stays_with_the_case_under_which_it_was_begun(browser: Browser, file: Path) -> None:
    opened = CasePage(browser, file, AT_CASES)
    opened.page.locator(".row").nth(2).click()
    opened.expect_case("inv-00002")
    opened.ui("note").fill("of the third")
    opened.page.go_back()
    opened.expect_case("inv-00000")
    expect(opened.ui("note")).to_have_value("")
    assert {record: entry["note"] for record, entry in opened.kept().items()} == {"inv-00002": "of the third"}
    opened.page.go_forward()
    expect(opened.ui("note")).to_have_value("of the third")
    opened.press("a")
    opened.page.reload()
    opened.page.locator(".row").nth(2).click()
    expect(opened.ui("note")).to_have_value("of the third")
    opened.close()
