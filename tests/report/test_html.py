import base64
import hashlib
import re

import pytest
from factories import pair, record
from report_files import drawn
from report_runs import HOSTILE, Run, agreement_run, changed, facts, hostile_run, invoices, scored

from harness.report import render
from harness.report.html import unbroken


def page_of(run: Run, **changes: object) -> str:
    return render(drawn(run, told=facts(**changes))[1])


@pytest.mark.parametrize("run", [invoices(40), agreement_run(), hostile_run(), Run(pairs=[], scored=[])])
def test_same_input_same_bytes(run: Run) -> None:
    assert page_of(run) == page_of(run)


def test_the_policy_allows_our_style_and_nothing_else() -> None:
    page = page_of(invoices(10))
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    first, last = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    style_hash, first_hash, last_hash = (
        base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (style, first, last)
    )
    policy = (
        f"default-src 'none'; script-src 'sha256-{first_hash}' 'sha256-{last_hash}'; "
        f"style-src 'sha256-{style_hash}'; base-uri 'none'; form-action 'none'"
    )
    assert policy in page.replace("&#39;", "'")
    scripts = re.findall(r"<script[^>]*>", page)
    assert set(scripts) == {
        "<script>",
        '<script type="text/plain" id="case-index">',
        '<script type="text/plain" class="case-block">',
    }
    assert scripts.count("<script>") == 2
    assert page.index("<script>") < page.index("</head>")
    assert not re.search(r"<(img|iframe|link|object|embed|form)\b", page)
    assert not re.search(
        r"\s(style|on\w+)=", re.sub(r"<(style|script)>.*?</\1>|>[^<]*<", "><", page, flags=re.DOTALL)
    )
    assert "url(" not in style
    assert "@import" not in style


def test_hostile_texts_are_escaped() -> None:
    page = page_of(hostile_run(), dataset=HOSTILE[0], stopped=HOSTILE[1], command=HOSTILE[7])
    assert re.findall(r"<script(?! type=.text/plain)", page) == ["<script"] * 2
    assert not re.search(r"<(img|iframe|link)\b", page)
    assert "{{7*7}}" in page
    assert "49" not in re.findall(r"<h3>[^<]*</h3>", page)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200b\ufeff\ud800-\udfff]", page)
    page.encode("utf-8")


def test_a_kind_that_a_plugin_took_from_an_answer_is_escaped() -> None:
    of = record("r1", expected="x")
    found = changed("field", "a", "", kind="red\x1b[31m</td>\u202e")
    page = page_of(Run(pairs=[pair("x", "y", of=of)], scored=[scored(pair(of=of), (), (found,))]))
    assert "ed\u241b[31m&lt;/td&gt;[U+202E]" in page  # with a capital where it is a title
    assert not re.search("[\x1b\u202e]", page)


@pytest.mark.parametrize(
    "nested", ['{"a":' * 1000 + "1" + "}" * 1000, '{"a":' + "[" * 1000 + "]" * 1000 + "}"]
)
def test_a_deeply_nested_expected_answer_does_not_end_the_report(nested: str) -> None:
    of = record("r1", expected=nested)
    found = changed("a[0].b", "1", "2")
    page = page_of(Run(pairs=[pair("x", "y", of=of)], scored=[scored(pair(of=of), (), (found,))]))
    assert re.search("<bdi>b</bdi> of entry 1 of <bdi>a</bdi>", page)


def test_the_page_stays_small_whatever_the_run() -> None:
    assert len(page_of(invoices(2000)).encode()) < 5_000_000
    assert len(page_of(hostile_run()).encode()) < 5_000_000


def test_the_page_stays_small_with_long_hostile_texts() -> None:
    text = "\x00<&" * 7000
    found = tuple(changed(f"{text[:300]}{place}", text, text, note=text) for place in range(60))
    pairs = [pair(text, text, of=record(f"r{place}", text, expected=f"{text}!")) for place in range(60)]
    page = page_of(Run(pairs=pairs, scored=[scored(one, (), found) for one in pairs]))
    assert len(page.encode()) < 20_000_000, len(page.encode())


def test_averages_stand_at_the_bottom() -> None:
    page = page_of(invoices(40))
    order = [
        page.index(f'<section id="{name}"')
        for name in ("answer", "fails", "cases", "speed", "averages", "method")
    ]
    assert order == sorted(order)


def test_names_are_kept_on_one_line_and_escaped() -> None:
    assert str(unbroken("GPT-4o <b> x", ("GPT-4o", "y" * 50))) == '<span class="nb">GPT-4o</span> &lt;b&gt; x'
    assert str(unbroken("a span", ("span", "class"))) == 'a <span class="nb">span</span>'
    assert str(unbroken("<i>", ("y" * 50,))) == "&lt;i&gt;"
