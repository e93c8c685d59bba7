"""axe-core in a page of the browser: which accessibility rules does it break?"""

import gzip
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _source() -> str:
    return gzip.decompress((Path(__file__).parent / "data" / "axe" / "axe.min.js.gz").read_bytes()).decode()


def violations(page: Page, within: str = "html", *, only_colours: bool = False) -> list[str]:
    """One line per violated rule: its name, what it asks, and the first places that break it.

    Args:
        page: The page as it is now.
        within: Selector of the part to look at; rules about the whole page need the whole page.
        only_colours: Look at the contrasts alone, of a page that is seen in its other theme.
    """
    page.evaluate(f"window.axe || (() => {{ {_source()}; }})()")
    found = page.evaluate(
        "([part, only]) => axe.run(part, {runOnly: only, resultTypes: ['violations']})",
        [
            within,
            {"type": "rule", "values": ["color-contrast"]}
            if only_colours
            else {"type": "tag", "values": RULES},
        ],
    )
    return [
        f"{entry['id']}: {entry['help']}: {[node['html'][:200] for node in entry['nodes'][:3]]}"
        for entry in found["violations"]
    ]
