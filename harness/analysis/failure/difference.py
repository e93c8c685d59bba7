"""How a mistake reads where no expected answer says who is right: as a difference between two answers.

Kinds that an answer shows by itself (no answer, broken JSON, amounts that do not add up) read the same on
either basis and are not in these tables.
"""

from harness.domain.failure import kind_of

_TITLES = {
    "line_missing": "Line item only the incumbent has",
    "line_invented": "Line item only the candidate has",
    "line_duplicated": "Line item given more often",
    "line_merged": "Several line items given as one",
    "line_split": "One line item given as several",
    "decimal_misread": "Decimal separator read differently",
    "sign_flipped": "Sign differs",
    "digits_swapped": "Digits in another order",
    "wrong_currency": "Currency differs",
    "date_order": "Day and month the other way round",
    "wrong_label": "Label differs",
    "label_missing": "Label only the incumbent gives",
    "label_surplus": "Label only the candidate gives",
    "wrong_value": "Value differs",
    "field_missing": "Field only the incumbent has",
    "field_invented": "Field only the candidate has",
    "reference_missing": "Reference only the incumbent gives",
    "reference_surplus": "Reference only the candidate gives",
    "wrong_tool_call": "Tool call differs",
}
# {x} is the field, {n} what is cited, as in the names of mistakes.
_NAMES = {
    "line_missing": "Does not give lines that the incumbent gives",
    "line_invented": "Gives lines that the incumbent does not",
    "line_duplicated": "Gives lines more often",
    "line_merged": "Gives several lines as one",
    "line_split": "Gives one line as several",
    "decimal_misread": "Reads the decimal sign differently",
    "sign_flipped": "Gives the other sign",
    "digits_swapped": "Gives digits in another order",
    "wrong_currency": "Gives another currency",
    "date_order": "Gives day and month the other way round",
    "wrong_label": "Gives another label",
    "label_missing": "Does not give labels that the incumbent gives",
    "label_surplus": "Gives labels that the incumbent does not",
    "field_missing": "Does not give {x}",
    "field_invented": "Gives {x}, the incumbent does not",
    "wrong_value": "Gives another value for {x}",
    "text": "Gives another value for {x}",
    "reference_missing": "Does not cite {n} that the incumbent cites",
    "reference_surplus": "Cites {n} that the incumbent does not",
    "wrong_tool_call": "Makes another tool call",
    "no_finding": "Differs, and the scorer does not say how",
    "other_kinds": "Differs in other ways",
}
_BY_EDIT = {
    ("wrong_value", "another year"): "Gives another year in {x}",
    ("wrong_value", "another month"): "Gives another month in {x}",
    ("wrong_value", "another day"): "Gives another day in {x}",
    ("wrong_value", "off by one"): "Differs by one in {x}",
    ("wrong_value", "accents lost"): "Gives {x} without accents",
    ("wrong_value", "leading zeros lost"): "Gives {x} without leading zeros",
    ("wrong_value", "leading zeros added"): "Gives {x} with leading zeros",
    ("wrong_value", "end lost"): "Gives {x} without its end",
    ("wrong_value", "start lost"): "Gives {x} without its beginning",
    ("wrong_value", "look-alike characters"): "Differs in look-alike characters of {x}",
    ("wrong_value", "one character"): "Differs in one character of {x}",
    ("wrong_tool_call", "left out"): "Does not make a tool call that the incumbent makes",
    ("wrong_tool_call", "one too many"): "Makes a tool call that the incumbent does not",
}


def title_of(kind: str, *, against_other: bool) -> str:
    """The title of a kind; where nobody knows who is right, as a difference between two answers."""
    return (_TITLES.get(kind, "") if against_other else "") or kind_of(kind).title


def difference_name(kind: str, edit: str) -> str:
    """What the candidate does differently, "" where the name of the mistake says no more than that."""
    kind_of_edit = "wrong_value" if kind == "text_differs" else kind
    return _BY_EDIT.get((kind_of_edit, edit), "")


def difference_kind(kind: str) -> str:
    """What the candidate does differently in failures of that kind; "" as above."""
    return _NAMES.get(kind, "")
