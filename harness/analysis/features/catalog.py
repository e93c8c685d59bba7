"""The automatic features: what each one means and how a rule about it reads."""

from dataclasses import dataclass
from enum import StrEnum

from harness.analysis.features.record import DAY, HOUR, TAG, WEEKDAY


class Kind(StrEnum):
    """How the values of a feature are told."""

    CATEGORY = "category"
    COUNT = "count"
    SHARE = "share"
    DAY = "day"
    HOUR = "hour"
    TAG = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A property of a record's input.

    Attributes:
        name: As in `analysis.json`.
        title: For a reader, such as "number format".
        unit: Of a count, in the plural ("lines"); "" otherwise.
        meaning: One line for the documentation.
        phrases: How a value reads in a rule, where "title is value" would not do.
        absent: How a missing value reads.
    """

    name: str
    kind: Kind
    title: str
    meaning: str
    unit: str = ""
    phrases: tuple[tuple[str, str], ...] = ()
    absent: str = ""


def _count(name: str, unit: str, meaning: str) -> Feature:
    return Feature(name=name, kind=Kind.COUNT, title=f"number of {unit}", unit=unit, meaning=meaning)


def _share(name: str, title: str, meaning: str) -> Feature:
    return Feature(name=name, kind=Kind.SHARE, title=title, meaning=meaning)


def _category(
    name: str, title: str, meaning: str, phrases: tuple[tuple[str, str], ...] = (), absent: str = ""
) -> Feature:
    return Feature(
        name=name, kind=Kind.CATEGORY, title=title, meaning=meaning, phrases=phrases, absent=absent
    )


_FORMATS = (
    ("comma", "decimal comma"),
    ("point", "decimal point"),
    ("mixed", "decimal commas and decimal points"),
    ("none", "no amounts"),
)
_DATE_FORMATS = (
    ("dots", "dates with dots"),
    ("slashes", "dates with slashes"),
    ("dashes", "dates with dashes"),
)
_TABLES = (
    ("pipes", "a table drawn with |"),
    ("html", "an HTML table"),
    ("tabs", "columns parted by tabs"),
    ("aligned", "columns aligned by blanks"),
    ("none", "no table"),
)
_MARKUP = (
    ("json", "input is JSON"),
    ("tags", "HTML or XML tags"),
    ("fenced", "a fenced block of code"),
    ("none", "plain text"),
)

FEATURES = (
    _count("length", "characters", "Characters of the conversation without the instructions."),
    _count("lines", "lines", "Lines of it."),
    _count("longest_line", "characters in the longest line", "Characters of its longest line."),
    _count("pages", "pages", "Pages parted by form feeds, as PDF text layers have them."),
    _category(
        "language",
        "language",
        "Language of its first 1,000 characters, where no tag `language` tells it.",
        absent="language not told",
    ),
    _category("script", "script", "Script most letters are of.", absent="no letters"),
    _count("numbers", "numbers", "Numbers; 1.234,56 is one."),
    _count("amounts", "amounts", "Numbers with two decimals."),
    _count(
        "item_lines", "lines with two or more amounts", "Lines with two or more amounts: rows of a table."
    ),
    _count("negative_amounts", "negative amounts", "Amounts with a minus sign or in brackets."),
    _category("number_format", "number format", "Decimal sign of the amounts.", _FORMATS),
    _category("currency", "currency", "Currency named most often, by sign or code.", absent="no currency"),
    _count("percentages", "percent signs", "Percent signs."),
    _count("dates", "dates", "Dates written in figures."),
    _category("date_format", "dates", "How most dates are written.", _DATE_FORMATS, "no dates in figures"),
    _category("table", "table", "How rows are set, three or more of them.", _TABLES),
    _category("markup", "markup", "JSON, tags or a fenced block of code.", _MARKUP),
    _count("questions", "question marks", "Question marks."),
    _share(
        "noise",
        "share of misread words",
        "Words that look misread by OCR, over all words: a digit inside "
        "letters, a lone consonant, a control or replacement character.",
    ),
    _share("uppercase", "share of capitals", "Capitals over all letters from a to z."),
    _share("digits", "share of digits", "Digits over all characters."),
    _count("instructions", "characters of instructions", "Characters of system and developer messages."),
    _count("messages", "messages", "Messages of the conversation, instructions too."),
    _count("images", "images", "Images in the messages."),
    _count("tools", "tools", "Tools offered to the model."),
    _count(
        "answer_fields", "fields in the answer's schema", "Named fields in the JSON schema of the answer."
    ),
    Feature(
        name=f"sent{DAY}",
        kind=Kind.DAY,
        title="sent",
        meaning="Day of the recorded call, in UTC.",
        absent="time of the call unknown",
    ),
    _category(
        f"sent{WEEKDAY}",
        "sent on",
        "Weekday of the recorded call, in UTC.",
        absent="time of the call unknown",
    ),
    Feature(
        name=f"sent{HOUR}",
        kind=Kind.HOUR,
        title="sent",
        meaning="Hour of the recorded call, in UTC.",
        absent="time of the call unknown",
    ),
)

_BY_NAME = {feature.name: feature for feature in FEATURES}


def feature_of(name: str) -> Feature:
    """The feature of that name; a tag's feature is made from its name."""
    known = _BY_NAME.get(name)
    if known is not None:
        return known
    tag = name.removeprefix(TAG)
    for ending, kind in ((DAY, Kind.DAY), (WEEKDAY, Kind.CATEGORY), (HOUR, Kind.HOUR)):
        if tag.endswith(ending):
            title = readable(tag.removesuffix(ending))
            shown = f"{title} on" if kind is Kind.CATEGORY else title
            return Feature(name=name, kind=kind, title=shown, meaning="", absent=f"no {title}")
    title = readable(tag)
    return Feature(name=name, kind=Kind.TAG, title=title, meaning="", absent=f"no {title}")


def readable(text: str, limit: int = 60) -> str:
    """Foreign text on one line, without control or half characters, cut to a length."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
