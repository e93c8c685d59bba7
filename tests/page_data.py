"""Pages with made-up cases: the real template and script, an index and blocks as the report writes them."""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from report_runs import facts, invoices

from harness.analysis import Analysis, AnalysisSettings, analyze
from harness.report import build_view, render
from harness.report.model import PageData
from harness.report.wording import visible

RUN = "20261123-182219-3f2a"
SHA = "9f2c" * 16
GROUPS = (
    ("v1:line_missing|lines", "Lines after a page break are missing", 3),
    ("v1:sign_flipped|totals.net", "Credit notes lose their minus sign", 3),
    ("v1:decimal_misread|a,b & c=d", "Decimal comma read as thousands", 2),
)
QUADRANTS = (
    ("both_right", "both right", "right"),
    ("regression", "worse", "worse"),
    ("gain", "better", "better"),
    ("both_wrong", "both wrong", "wrong"),
)
KINDS = (("", "Nothing"), ("line_missing", "Line missing"), ("sign_flipped", "Sign flipped"))
SAID = ["", "acceptable", "unacceptable", "label_wrong", "unsure", "conflict"]
BLOCK = 50

FRAGMENT = Environment(autoescape=True).from_string(
    """<article class="case" data-id="{{ id }}"><header class="case-head"><p class="tags">
<span class="tag"><bdi>{{ id }}</bdi></span><span class="tag">Severe</span></p><h3>{{ title }}</h3></header>
<section class="part" data-part="differences"><table class="fields"><caption class="sr">Fields</caption>
<tbody><tr class="d"><th scope="row">gross_total</th><td class="v v-changed"><bdi>{{ answer }}</bdi></td></tr>
</tbody></table><details class="fold"><summary>30 lines are the same</summary>
<table class="fields"><tbody><tr class="d"><th scope="row">hidden</th><td>one more</td></tr></tbody></table>
</details></section>
<section class="part" data-part="document"><div class="raw"><pre tabindex="0" role="region"
aria-label="Document">{{ snippet }}</pre></div>
{%- if "message-0" in keys %}<details class="fold aside"><summary>system prompt</summary>
<div class="raw"><pre>What every case has</pre>
<button type="button" class="more-text" data-more="message-0" hidden>more</button></div></details>
{%- endif %}</section>
<section class="part" data-part="raw"><div class="raw"><pre tabindex="0" role="region" aria-label="Answer">
{{- answer }}</pre><button type="button" class="more-text" data-more="candidate" hidden>show the next 64 KB
</button></div></section></article>"""
)


@dataclass(frozen=True, kw_only=True)
class Made:
    """One made-up case."""

    id: str
    quadrant: int = 1
    group: int = -1
    kind: int = 0
    severity: int = 0
    rerun: int = 0
    said: int = 0
    amount: float | None = None
    latency: float | None = 1.5
    title: str = ""
    snippet: str = ""
    answer: str = "7146.66"
    tags: str = ""
    slices: Sequence[int] = ()
    more: Mapping[str, Sequence[str]] = field(default_factory=dict)
    full: bool = True


# Of the first invoice the answer goes on, of the tenth the system prompt, which no search looks at.
_MORE: Mapping[int, Mapping[str, Sequence[str]]] = {
    0: {"candidate": ("SECOND", "THIRD haystack")},
    9: {"message-0": ("what every case has",)},
}


def cases(worse: int = 60, better: int = 5, both_wrong: int = 4, right: int = 40) -> list[Made]:
    """Invoices of every quadrant: worse ones in three groups, then better, both wrong, and right ones.

    The first ten right ones are told in full, for the audit.
    """
    made = [_worse(place, worse) for place in range(worse)]
    made += [_other(f"better-{place:03d}", 2) for place in range(better)]
    made += [_other(f"wrong-{place:03d}", 3) for place in range(both_wrong)]
    made += [_other(f"right-{place:03d}", 0, full=place < 10) for place in range(right)]
    return made


def _worse(place: int, worse: int) -> Made:
    group = min(2, place * 3 // worse)
    return Made(
        id=f"inv-{place:05d}",
        group=group,
        kind=1 + group % 2,
        severity=GROUPS[group][2],
        rerun=1 + (place % 7 == 3),
        amount=float(place * 37 % 100) if place % 5 else None,
        latency=float(place * 13 % 11),
        title=f"Llama left out {place + 1} of {place + 41} lines and made one up.",
        snippet=("Nordwerk Logistik GmbH", "株式会社ミナト商会", "شركة النور للتجارة")[place % 3],
        answer=f"needle-{place} in <b>the</b> answer",
        slices=(0,) if place % 2 else (0, 1),
        more=_MORE.get(place, {}),
        tags="layout: modern" if place == 33 else "",
    )


def _other(name: str, quadrant: int, *, full: bool = True) -> Made:
    return Made(id=name, quadrant=quadrant, title=f"The case {name}.", snippet="Atelier Brandt", full=full)


def index_of(made: Sequence[Made], **changes: Any) -> dict[str, Any]:
    """The index as the report writes it."""
    columns = {
        name: [getattr(case, name) for case in made]
        for name in ("quadrant", "severity", "kind", "group", "rerun", "amount", "said", "latency")
    }
    texts = {
        name: [visible(getattr(case, name)) for case in made] for name in ("id", "title", "snippet", "tags")
    }
    full = sum(case.full for case in made)
    return {
        "version": 1,
        "rows": len(made),
        "full": full,
        "block": BLOCK,
        **columns,
        **texts,
        "raw": {str(row): case.id for row, case in enumerate(made) if visible(case.id) != case.id},
        "slices": [[row for row, case in enumerate(made) if place in case.slices] for place in range(2)],
        "audit": [row for row, case in enumerate(made[:full]) if case.quadrant == 0],
        "left_out": 0,
        "names": {
            "quadrant": [{"id": name, "word": word, "mark": mark} for name, word, mark in QUADRANTS],
            "kind": [{"id": name, "title": title} for name, title in KINDS],
            "group": [{"id": name, "title": title} for name, title, _ in GROUPS],
            "slice": [{"id": "0", "text": "more than 30 lines"}, {"id": "1", "text": "language is de"}],
            "said": SAID,
        },
        "run": {
            "id": RUN,
            "dataset": "invoices",
            "dataset_sha256": SHA,
            "mark": "SIMULATED",
            "incumbent": "GPT-4o",
            "candidate": "Llama-3.3-70B",
            "unit": "invoice",
        },
        **changes,
    }


def packed(value: Any) -> str:
    return base64.b64encode(gzip.compress(json.dumps(value).encode(), mtime=0)).decode()


def fragment(case: Made) -> dict[str, Any]:
    texts = {name: visible(getattr(case, name)) for name in ("id", "title", "snippet", "answer")}
    more = {key: [visible(part) for part in parts] for key, parts in case.more.items()}
    return {"html": FRAGMENT.render(texts, keys=list(case.more)), "more": more}


@cache
def _analysis() -> Analysis:
    run = invoices(30)
    return analyze(run.pairs, run.scored, AnalysisSettings(slices=("language",)))


def write_page(path: Path, made: Sequence[Made], **changes: Any) -> Path:
    """A page with these cases, those told in full first; `changes` are of the index."""
    told = [case for case in made if case.full]
    blocks = [
        packed([fragment(case) for case in told[start : start + BLOCK]])
        for start in range(0, len(told), BLOCK)
    ]
    ordered = told + [case for case in made if not case.full]
    left_out = int(changes.get("left_out", 0))
    data = PageData(index=packed(index_of(ordered, **changes)), blocks=blocks, left_out=left_out)
    cards = "".join(f'<p data-group="{name}"><span class="reviewed"></span></p>' for name, _, _ in GROUPS[:2])
    page = render(build_view(_analysis(), facts(), data)).replace("</main>", cards + "</main>")
    file = path / "report.html"
    file.write_text(page, encoding="utf-8")
    return file
