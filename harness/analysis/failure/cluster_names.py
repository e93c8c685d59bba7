"""Names of failure clusters: what the candidate does, and where, in plain words; and their ids."""

import re
from hashlib import blake2b

from harness.analysis.failure.difference import difference_kind, difference_name
from harness.analysis.failure.edits import FREE_TEXT
from harness.analysis.features.catalog import readable
from harness.domain.failure import kind_of

OTHER_EDITS = "(other edits)"
OTHER_KINDS = "other_kinds"
REST_ID = "v1:rest"
REST_NAME = "Others, with nothing in common"
_MOST_TERMS = 3
_LONGEST_ID = 160
_SWAP = re.compile(r'"(?P<actual>.*?)" for "(?P<expected>.*)"', re.DOTALL)
_MIX_UP = "Takes "
# Names of lists of references that can stand for what is cited.
_CITED = frozenset(
    {"articles", "clauses", "documents", "paragraphs", "passages", "references", "sections", "sources"}
)
# {x} is the field; a name without it is followed by "in" and the field, where there is one.
_NAMES = {
    "call_failed": "Gives no answer: the call failed",
    "timed_out": "Gives no answer in time",
    "truncated": "Is cut off before the answer is complete",
    "refusal": "Refuses to answer",
    "empty": "Gives an empty answer",
    "invalid_json": "Writes text that is not valid JSON",
    "repairable_json": "Writes broken JSON that a repair tool can mend",
    "prose_around_json": "Writes text around the JSON",
    "schema_violation": "Breaks the JSON schema",
    "line_missing": "Leaves out lines",
    "line_invented": "Makes up lines",
    "line_duplicated": "Repeats lines",
    "line_merged": "Merges lines",
    "line_split": "Splits lines",
    "decimal_misread": "Misreads the decimal sign",
    "sign_flipped": "Flips the sign",
    "digits_swapped": "Swaps digits",
    "wrong_currency": "Takes the wrong currency",
    "date_order": "Swaps day and month",
    "wrong_label": "Chooses the wrong label",
    "unknown_label": "Writes what is no label",
    "label_missing": "Leaves out labels",
    "label_surplus": "Adds labels",
    "field_missing": "Leaves out {x}",
    "field_invented": "Makes up {x}",
    "wrong_value": "Gets {x} wrong",
    "text_differs": "Words {x} differently",
    "text": "Gets {x} wrong",
    "arithmetic": "Gives amounts that do not add up",
    "judged_worse": "Is judged worse",
    "language_drift": "Answers in another language",
    "over_long": "Writes far more than asked for",
    "wrong_tool_call": "Makes a wrong tool call",
    "inconsistent": "Answers differently when asked again",
    "no_finding": "Is wrong, and the scorer does not say why",
    OTHER_KINDS: "Makes other kinds of mistake",
}
# {n} is what is cited: the name of the list, where that says it.
_CITING = {
    "hallucinated_reference": "Cites {n} that do not exist",
    "misattributed_reference": "Quotes {n} from another place",
    "misquoted_reference": "Changes words when quoting {n}",
    "reference_missing": "Does not cite {n} that apply",
    "reference_surplus": "Cites {n} that do not apply",
}
_QUOTING = {
    "a number changed": "Changes a number when quoting {n}",
    "a negation changed": 'Adds or drops a "not" when quoting {n}',
    "a modal verb changed": 'Changes "shall", "may" or the like when quoting {n}',
    "other words": "Changes words when quoting {n}",
}
_CHANGES = {
    "another value": "Gives another value for {x}",
    "another number": "Writes another number in {x}",
    "another date": "Writes another date in {x}",
    "another year": "Gets the year of {x} wrong",
    "another month": "Gets the month of {x} wrong",
    "another day": "Gets the day of {x} wrong",
    "zero instead": "Writes zero in {x}",
    "off by one": "Is off by one in {x}",
    "rounded": "Rounds {x}",
    "capitals only": "Changes only capitals in {x}",
    "spaces or punctuation only": "Changes only spaces or punctuation in {x}",
    "accents lost": "Loses accents in {x}",
    "leading zeros lost": "Loses leading zeros of {x}",
    "leading zeros added": "Adds leading zeros to {x}",
    "end lost": "Loses the end of {x}",
    "start lost": "Loses the start of {x}",
    "more at the end": "Adds to the end of {x}",
    "more at the start": "Adds to the start of {x}",
    "words around it": "Adds text around {x}",
    "a part of it": "Gives only a part of {x}",
    "look-alike characters": "Confuses look-alike characters in {x}",
    "other digits": "Changes digits in {x}",
    "one character": "Gets one character of {x} wrong",
    "other word order": "Changes the word order in {x}",
}
_TOLD_BY_EDIT = {
    **{(kind, edit): name for kind in ("wrong_value", "text_differs") for edit, name in _CHANGES.items()},
    ("invalid_json", "JSON with a mistake"): "Writes JSON with a mistake",
    ("invalid_json", "no JSON at all"): "Writes no JSON at all",
    ("invalid_json", "cut off in the middle"): "Writes JSON that ends in the middle",
    ("repairable_json", "JSON with a mistake"): _NAMES["repairable_json"],
    (
        "repairable_json",
        "cut off in the middle",
    ): "Writes JSON that ends in the middle, which a repair tool can mend",
    ("prose_around_json", "code fence"): "Puts a code fence around the JSON",
    ("prose_around_json", "other text"): "Writes text around the JSON",
    ("wrong_tool_call", "left out"): "Leaves out a tool call",
    ("wrong_tool_call", "one too many"): "Makes one tool call too many",
    ("wrong_label", "a whole text instead of a label"): "Writes a whole text instead of a label",
    ("unknown_label", "a whole text instead of a label"): "Writes a whole text instead of a label",
}


def cluster_name(
    kind: str, path: str, edit: str, terms: tuple[str, ...] = (), *, against_other: bool = False
) -> str:
    """What the candidate does in the failures with that kind, path and edit, such as "Leaves out iban".

    Args:
        kind: Name of the failure kind.
        path: Field path with open list positions, "" for the whole answer.
        edit: As `edit_of` tells it.
        terms: Words that are typical of failures that only free text tells apart.
        against_other: Whether nobody knows who is right: then it says how the answers differ.
    """
    path = readable(path, 80)
    difference = _difference(kind, path, edit, terms) if against_other else ""
    return difference or _mistake(kind, path, edit, terms)


def _mistake(kind: str, path: str, edit: str, terms: tuple[str, ...]) -> str:
    if kind in _CITING:
        return _citing(kind, path, edit)
    if kind == "decimal_misread" and edit:
        return f"Reads {_field(path) or 'an amount'} {edit}"
    swap = _SWAP.fullmatch(edit)
    if swap:
        return _swapped(kind, swap) + _in(path)
    if kind in ("label_missing", "label_surplus") and edit:
        return f'{"Leaves out" if kind == "label_missing" else "Adds"} the label "{edit}"{_in(path)}'
    told = _TOLD_BY_EDIT.get((kind, edit))
    if told:
        return _placed(told, path)
    name = _placed(_NAMES.get(kind) or _title(kind), path)
    if edit in (FREE_TEXT, OTHER_EDITS):
        return name + _ways(kind, terms)
    return name + _told(edit)


def _difference(kind: str, path: str, edit: str, terms: tuple[str, ...]) -> str:
    """How the answers differ; "" where the name of the mistake says no more than that."""
    swap = _SWAP.fullmatch(edit)
    if swap and kind != "language_drift":
        stray = ", which is no label," if kind == "unknown_label" else ""
        said = f'Says "{swap["actual"]}"{stray} where the incumbent says "{swap["expected"]}"'
        return said + _in(path)
    if kind in ("label_missing", "label_surplus") and edit:
        begin, does = ("Does not give", "does") if kind == "label_missing" else ("Gives", "does not")
        return f'{begin} the label "{edit}"{_in(path)}, the incumbent {does}'
    if kind == "decimal_misread" and edit:
        by_how_much = edit.replace("too large", "larger").replace("too small", "smaller")
        return f"Reads {_field(path) or 'an amount'} {by_how_much}"
    told = difference_name(kind, edit)
    if told or (kind, edit) in _TOLD_BY_EDIT:
        return _placed(told, path) if told else ""
    told = difference_kind(kind)
    if "{n}" in told:
        return _cited(told, path)
    if not told:
        return ""
    return _placed(told, path) + (_ways(kind, terms) if edit in (FREE_TEXT, OTHER_EDITS) else _told(edit))


def _told(edit: str) -> str:
    return f": {edit}" if edit else ""


def _ways(kind: str, terms: tuple[str, ...]) -> str:
    if not terms:
        return ", for various reasons" if kind == "judged_worse" else ", in various ways"
    words = ", ".join(terms[:_MOST_TERMS])
    return f"; the reasons speak of {words}" if kind == "judged_worse" else f", with words such as {words}"


def _swapped(kind: str, swap: re.Match[str]) -> str:
    """Which value is taken for which."""
    actual, expected = swap["actual"], swap["expected"]
    if kind == "unknown_label":
        return f'Writes "{actual}", which is no label, instead of "{expected}"'
    if kind == "language_drift":
        return f"Answers in {actual} instead of {expected}"
    if actual.isdecimal() and expected.isdecimal():
        return f"{_MIX_UP}label {expected} for {actual}"
    return f'{_MIX_UP}"{expected}" for "{actual}"'


def _citing(kind: str, path: str, edit: str) -> str:
    told = (_QUOTING.get(edit) if kind == "misquoted_reference" else None) or _CITING[kind]
    return _cited(told, path)


def _cited(told: str, path: str) -> str:
    cited = _field(path).rpartition(".")[2]
    known = cited.lower() in _CITED
    return told.replace("{n}", cited if known else "clauses") + ("" if known else _in(path))


def _placed(name: str, path: str) -> str:
    if "{x}" in name:
        return name.replace("{x}", _field(path) or "the answer")
    return name + _in(path)


def _in(path: str) -> str:
    field = _field(path)
    return f" in {field}" if field else ""


def _field(path: str) -> str:
    """A field in words: "amount of line_items" for `line_items[].amount`."""
    around, _, field = path.rpartition("[].")
    field = field.removesuffix("[]")
    return f"{field} of {around}" if around and field else field or around


def like_it(name: str, others: int, *, against_other: bool = False) -> str:
    """The name of several small clusters that are alike, by that of the most typical one."""
    noun = "difference" if against_other else "mix-up" if name.startswith(_MIX_UP) else "mistake"
    return f"{name}, and {others} similar {noun}{'' if others == 1 else 's'}"


def numbered(names: list[str]) -> list[str]:
    """The names, each once: a second "x" becomes "x (2)"."""
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told


def cluster_id(kind: str, path: str, edit: str, *more: str) -> str:
    """The id of the failures with that kind, path and edit: the same in every run, for links and for people.

    Printable and short. Where signs had to be replaced or cut, a digest of the whole follows.

    Args:
        kind: As in `cluster_name`.
        path: As in `cluster_name`.
        edit: As in `cluster_name`.
        more: Whatever else tells the cluster apart.
    """
    parts = (kind, path, edit, *more)
    told = [_printable(part) for part in parts]
    written = f"v1:{'|'.join(told)}"
    if told == list(parts) and len(written) <= _LONGEST_ID:
        return written
    whole = "\0".join(parts).encode("utf-8", "surrogatepass")
    return f"{written[:_LONGEST_ID]}#{blake2b(whole, digest_size=8).hexdigest()}"


def free_text_id(kind: str, path: str, terms: tuple[str, ...] = ()) -> str:
    """The id of failures that only their words tell apart: by the leading words, in any order."""
    return cluster_id(kind, path, f"~{','.join(sorted(terms[:_MOST_TERMS]))}")


def _printable(part: str) -> str:
    return "".join(sign if sign.isprintable() and sign != "|" else "?" for sign in part[:_LONGEST_ID])


def _title(kind: str) -> str:
    return readable(kind_of(kind).title, 60)
