"""Takes docs/report.png from the latest invoices run: `python docs/make_screenshot.py`."""

import os
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]

if __name__ == "__main__":
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, color_scheme="light")
        page.goto((ROOT / "reports" / "invoices" / "latest" / "report.html").resolve().as_uri())
        page.screenshot(path=ROOT / "docs" / "report.png")
        browser.close()
