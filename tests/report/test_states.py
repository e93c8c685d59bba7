"""Every state of the page in a browser: nothing breaks, what must be seen is seen, and in the right order."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from report_files import drawn
from report_runs import facts
from report_states import STATES, State

from harness.domain.mark import Mark
from harness.report import render

pytestmark = pytest.mark.browser

_P_VALUE = re.compile(r"\bp [<=] ?\d|p-value", re.IGNORECASE)


def page_of(state: State) -> str:
    return render(drawn(state.run, told=facts(**state.facts))[1])


def opened(browser: Browser, folder: Path, state: State, width: int, scheme: str = "light") -> Page:
    file = folder / "report.html"
    file.write_text(page_of(state), encoding="utf-8")
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("width", [320, 2560])
def test_each_state_fits_and_says_its_answer_first(
    browser: Browser, tmp_path: Path, name: str, width: int
) -> None:
    page = opened(browser, tmp_path, STATES[name], width)
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").bounding_box()["y"] < 450  # type: ignore[index]
    headings = page.locator("main h2").all_inner_texts()
    assert headings[0].startswith("Where Llama-3.3-70B")
    assert [one for one in headings if one in ("Noise", "Averages", "Method")] == ["Averages", "Method"]
    assert trouble == []
    page.close()


@pytest.mark.parametrize("name", [name for name in STATES if name != "hostile"])
def test_no_test_statistic_and_no_scorer_stands_above_the_averages(name: str) -> None:
    above = page_of(STATES[name]).split('<section id="averages"')[0]
    above = re.sub(r'<section id="cases".*?<section id="noise"', "", above, flags=re.DOTALL)
    body = above[above.index("<body") :]
    assert not _P_VALUE.search(body)
    assert "json_fields" not in body
    assert "non-inferior" not in body.lower()


def test_the_first_screen_shows_the_answer_and_the_first_groups(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, STATES["simulated"], 1440)
    for selector in ("#headline", ".questions", ".square", "#fails-title"):
        box = page.locator(selector).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900, selector
    titles = page.locator("#fails .card h3")
    for place in range(3):
        box = titles.nth(place).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900
    page.close()


@pytest.mark.parametrize("mark", list(Mark))
def test_the_mark_is_seen_on_the_first_screen_in_the_title_and_in_print(
    browser: Browser, tmp_path: Path, mark: Mark
) -> None:
    page = opened(
        browser, tmp_path, State(run=STATES["live"].run, facts={"mark": mark, "planned": 60}), 390, "dark"
    )
    box = page.locator("header .mark").bounding_box()
    assert box is not None
    assert box["y"] < 844
    assert mark.value in page.title()
    page.emulate_media(media="print")
    printed = page.locator(".print-mark")
    assert printed.evaluate("e => getComputedStyle(e).position") == "fixed"
    assert f"{mark.value} · invoices · run 20261123-182219-3f2a" in printed.inner_text()
    page.close()


def test_print_is_light_whatever_the_theme(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, STATES["simulated"], 1000, "dark")
    ink = "getComputedStyle(document.querySelector('h1')).color"
    assert page.evaluate(ink) == "rgb(233, 235, 237)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(ink) == "rgb(27, 29, 32)"
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert page.evaluate(ink) == "rgb(27, 29, 32)"
    page.close()


@pytest.mark.parametrize(("scheme", "theme"), [("light", "dark"), ("dark", "light")])
def test_the_theme_of_the_page_wins_over_the_system(
    browser: Browser, tmp_path: Path, scheme: str, theme: str
) -> None:
    page = opened(browser, tmp_path, STATES["no failures"], 1000, scheme)
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    assert page.evaluate(ground) != before
    page.close()


def test_buttons_of_the_script_are_hidden_without_it(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(page_of(STATES["simulated"]), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(file.as_uri())
    assert not page.locator("button.theme").is_visible()
    assert page.locator("#headline").is_visible()
    assert page.locator("#fails .card").count() > 0
    context.close()


def test_charts_have_a_sentence_and_touch_targets_are_large(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, STATES["asked twice"], 390)
    labels = page.locator("#noise [role=img], #speed [role=img]").evaluate_all(
        "all => all.map(one => one.getAttribute('aria-label'))"
    )
    assert len(labels) == 3
    assert all(len(label) > 40 for label in labels)
    heights = page.locator("button, .bar a, .card-end a, .more > summary").evaluate_all(
        "all => all.filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 40
    page.close()


def test_the_mark_is_on_each_printed_page_and_no_text_under_it(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, STATES["simulated"], 720)
    page.emulate_media(media="print")
    room = page.evaluate(
        "(style => [style.boxDecorationBreak, parseFloat(style.paddingBottom)])"
        "(getComputedStyle(document.body))"
    )
    mark = page.locator(".print-mark").bounding_box()
    assert mark is not None
    assert room[0] == "clone"
    assert room[1] >= mark["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
    wide = page.locator(".wide:visible").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
    )
    assert wide == 0
    page.close()
