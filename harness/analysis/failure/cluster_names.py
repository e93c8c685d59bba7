"""Names of failure clusters: what changed, where, in words a reader takes in at a glance; and their ids."""

from hashlib import blake2b

from harness.analysis.failure.edits import FREE_TEXT
from harness.analysis.features.catalog import readable
from harness.domain.failure import kind_of

OTHER_EDITS = "(other edits)"
OTHER_KINDS = "other_kinds"
REST_ID = "v1:rest"
REST_NAME = "Others, with nothing in common"
_TITLES = {"no_finding": "Wrong, the scorer names no finding", OTHER_KINDS: "Other kinds of failure"}
# The edit alone says what happened: "air waybill" instead of "bill of lading".
_TOLD_BY_EDIT = frozenset({"wrong_label", "unknown_label", "wrong_currency"})
_SUBJECTS = {"field_missing": "missing", "field_invented": "made up"}
_MOST_TERMS = 3
_LONGEST_ID = 160


def cluster_name(kind: str, path: str, edit: str, terms: tuple[str, ...] = ()) -> str:
    """The name of the failures with that kind, path and edit.

    Args:
        kind: Name of the failure kind.
        path: Field path with open list positions, "" for the whole answer.
        edit: As `edit_of` tells it.
        terms: Words that are typical of failures that only free text tells apart.
    """
    title, path = _title(kind), readable(path, 80)
    edit = edit.replace('" for "', '" instead of "', 1) if edit.startswith('"') else edit
    where = f" in {path}" if path else ""
    if kind == "decimal_misread" and edit:
        return f"{path or 'Amount'} {edit}"
    if kind in _TOLD_BY_EDIT and edit.startswith('"'):
        return f"{edit}{where}"
    if kind in _SUBJECTS and path:
        return f"{path} {_SUBJECTS[kind]}"
    if edit in (FREE_TEXT, OTHER_EDITS):
        told = f"words such as {', '.join(terms[:_MOST_TERMS])}" if terms else "various"
        return f"{title}{where}: {told}"
    return f"{title}{where}{f': {edit}' if edit else ''}"


def like_it(name: str, others: int) -> str:
    """The name of several small clusters that are alike, by that of the most typical one."""
    return f"{name} and {others} like it"


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
    return _TITLES.get(kind) or readable(kind_of(kind).title, 60)
