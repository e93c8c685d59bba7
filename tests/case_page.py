"""A page with cases, open in the browser, and everything that it did and must not do."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

AT_CASES = "#quadrant=regression"
"""A link that scrolls to the list: keys judge only what is in sight."""


class CasePage:
    """One tab; `trouble` lists dialogs, console messages, errors and requests; `asked` counts "leave?".

    Args:
        browser: A browser, or the context that another tab has already.
        file: The report.
        link: What follows the address, with its "#".
        before: Script that runs before those of the page.
        lives: Whether the browser of cases is expected to start.
        settings: Of a new context.
    """

    def __init__(
        self,
        browser: Browser | BrowserContext,
        file: Path,
        link: str = "",
        *,
        before: str = "",
        lives: bool = True,
        **settings: Any,
    ) -> None:
        if isinstance(browser, Browser):
            settings = {"viewport": {"width": 1440, "height": 900}, **settings}
            browser = browser.new_context(**settings)
        self.context = browser
        self.trouble: list[str] = []
        self.page: Page = browser.new_page()
        self.page.set_default_timeout(5000)
        self.address = file.as_uri()
        if before:
            self.page.add_init_script(before)
        self.asked = 0
        self.page.on("dialog", self._dialog)
        self.page.on("console", lambda message: self.trouble.append(f"console {message.text}"))
        self.page.on("pageerror", lambda error: self.trouble.append(f"error {error}"))
        self.page.on("request", self._request)
        self.page.goto(self.address + link)
        if lives:
            expect(self.ui("section")).to_have_class("live")

    def _dialog(self, dialog: Any) -> None:
        if dialog.type == "beforeunload":
            self.asked += 1
        else:
            self.trouble.append(f"dialog {dialog.message}")
        dialog.accept()

    def _request(self, request: Any) -> None:
        if request.url.split("#")[0] != self.address:
            self.trouble.append(f"request {request.url}")

    def ui(self, name: str) -> Locator:
        return self.page.locator(f"[data-ui={name}]")

    def do(self, name: str) -> Locator:
        """The button with that effect; there may be several."""
        return self.page.locator(f"[data-do={name}]").first

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def expect_case(self, record_id: str) -> None:
        """The place names the case and the pane shows it."""
        expect(self.ui("place").locator("bdi")).to_have_text(record_id)
        expect(self.ui("case").locator(".case")).to_have_attribute("data-id", record_id)

    def expect_found(self, words: str) -> None:
        expect(self.ui("found")).to_have_text(words)

    def pick(self, name: str, label: str) -> None:
        """Choose in one of the further filters."""
        select = self.page.locator(f"select[name={name}]")
        if not select.is_visible():
            self.page.locator("summary", has_text="More filters").click()
        select.select_option(label=label)

    def quadrant(self, word: str) -> Locator:
        return self.ui("quadrants").get_by_role("button", name=word)

    def ids(self) -> list[str]:
        """Ids of the rows that exist now, in their order."""
        return self.page.locator(".row .id").all_inner_texts()

    def hash(self) -> str:
        """What stands in the address after its moment of delay."""
        self.page.wait_for_timeout(300)
        return str(self.page.evaluate("location.hash"))

    def width(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    def kept(self) -> dict[str, Any]:
        """The judgements in the browser's storage, by record."""
        found = self.page.evaluate(
            "Object.fromEntries(Object.keys(localStorage).filter(key => key.split(' ').length > 3)"
            ".map(key => [key.split(' ').slice(3).join(' '), JSON.parse(localStorage[key])]))"
        )
        return dict(found)

    def close(self) -> None:
        assert self.trouble == []
        self.context.close()
