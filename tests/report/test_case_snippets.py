from collections.abc import Sequence

from harness.report.case_snippets import Snippets


def chosen(inputs: Sequence[Sequence[str]]) -> list[str]:
    snippets = Snippets()
    for place, lines in enumerate(inputs):
        snippets.add(f"r{place}", lines)
    return [snippets.of(f"r{place}") for place in range(len(inputs))]


WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "jetty")
NAMES = [f"{one} {other} Ltd" for one in WORDS for other in WORDS]


def test_a_heading_that_the_inputs_share_is_passed_over() -> None:
    assert chosen([("CASE", "From: sales", name) for name in NAMES]) == NAMES


def test_a_heading_of_some_of_the_inputs_is_passed_over_too() -> None:
    inputs = [("Facture" if place % 3 else "Rechnung", name) for place, name in enumerate(NAMES)]
    assert chosen(inputs) == NAMES


def test_numbers_make_no_heading_different_and_page_numbers_no_line() -> None:
    inputs = [("--- 1 ---", f"Act en-{place:04}", "GST 00153", name) for place, name in enumerate(NAMES)]
    assert chosen(inputs) == NAMES


def test_where_only_numbers_differ_they_tell_inputs_apart() -> None:
    inputs = [("Add these", f"{place} + 5 is what?") for place in range(100)]
    assert chosen(inputs) == [lines[1] for lines in inputs]


def test_a_line_of_numbers_says_more_than_a_heading() -> None:
    inputs = [("Find the sum", "+" * place + " 17") for place in range(1, 40)]
    assert chosen(inputs) == [lines[1] for lines in inputs]


def test_of_a_few_inputs_the_first_line_is_told() -> None:
    assert chosen([("Invoice", "Nordwerk"), ("Invoice", "Brandt"), ()]) == ["Invoice", "Invoice", ""]
    assert chosen([("42",), ("--", "17")]) == ["42", "--"]
    assert Snippets().of("unknown") == ""


def test_what_is_shared_is_learned_from_the_first_inputs_of_a_large_run() -> None:
    inputs = [("CASE", f"{NAMES[place % 100]} of {WORDS[place // 250]}") for place in range(2_400)]
    assert chosen(inputs) == [lines[1] for lines in inputs]
