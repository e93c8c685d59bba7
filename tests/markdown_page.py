"""Markdown as a reader sees it: what tags it has, and its text."""

from html.parser import HTMLParser

from markdown_it import MarkdownIt


class Tags(HTMLParser):
    """The tags and the text outside code of a rendered page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text: list[str] = []
        self.prose: list[str] = []
        self._code = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if not self._code:
            self.prose.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.add("!--")


def rendered(markdown: str) -> Tags:
    """Raw HTML is let through, as GitHub's own renderer does before it cleans up."""
    return Tags(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))
