"""How well an answer lists the entities of a sentence: ten types, one text each.

`SoftF1` is the benchmark's measure: a text counts by the characters it shares with the expected one. The
mean of its values is the published score. `exact` is what a program sees: every text as expected, none
missing, none invented. SOURCE.md tells the rule.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from harness import Answer, Finding, Score, ScoringContext, scorer

TYPES = (
    "犯罪嫌疑人",
    "受害人",
    "被盗货币",
    "物品价值",
    "盗窃获利",
    "被盗物品",
    "作案工具",
    "时间",
    "地点",
    "组织机构",
)
# What stands for "none" and "not mentioned".
NOTHING = ("无", "未提及")
# Beyond this no real answer goes; it keeps hostile text cheap.
LONGEST_ANSWER = 100_000
MENTION = re.compile(f"(?P<type>{'|'.join(TYPES)})[:\\uff1a]")  # the second is the colon of Chinese text
VALUE = re.compile(r"\s*(?P<value>[^\n ]{0,1000})")

Entities = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftF1:
    """F1 over entity types, each counted by the F1 of its characters.

    Attributes:
        pass_at: The value from which an answer counts as right, above 0 and up to 1.
    """

    pass_at: float = 0.8

    def __post_init__(self) -> None:
        if not 0.0 < self.pass_at <= 1.0:
            raise ValueError(f"pass_at must lie above 0 and be 1 at most, not {self.pass_at}")

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """The benchmark's measure; 1 where neither side has an entity."""
        wanted, got = entities(reference), entities(answer)
        value = soft_f1(got, wanted)
        found = () if value >= 1.0 - 1e-9 else tuple(differences(got, wanted))
        reason = f"{sum(one in got for one in wanted)} of {len(wanted)} types found, {len(got)} given."
        return Score(value=value, reason=reason, findings=found, pass_at=self.pass_at)


@scorer
def exact(answer: Answer, reference: Answer, context: ScoringContext) -> Score:
    """Right where every type has the expected text, punctuation aside, and no other type has one."""
    wanted, got = entities(reference), entities(answer)
    found = tuple(differences(got, wanted))
    if not found:
        return Score(value=1.0, reason="All entities are right.")
    return Score(value=0.0, reason=f"{len(found)} of the types differ.", findings=found)


def entities(answer: Answer) -> dict[str, str]:
    """Type to text: of a JSON object its members, of other text what follows each `TYPE:`.

    A text ends at a blank or a line break. Of several mentions the last counts.
    """
    text = (answer.text or "")[:LONGEST_ANSWER]
    expected = as_object(text)
    if expected is not None:
        return expected
    found: dict[str, str] = {}
    for mention in MENTION.finditer(text):
        value = VALUE.match(text, mention.end())
        # A mention at the very end has no room for a text.
        if value is None or mention.end() > len(text) - 2:
            continue
        if value["value"] not in NOTHING:
            found[mention["type"]] = value["value"]
    return found


def as_object(text: str) -> dict[str, str] | None:
    """The members of a JSON object of texts whose names are types; None where the text is none."""
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    fits = isinstance(value, dict) and all(isinstance(held, str) for held in value.values())
    return {key: held for key, held in value.items() if key in TYPES} if fits else None


def soft_f1(got: Entities, wanted: Entities) -> float:
    """Harmonic mean of precision and recall over types; a shared type counts by its characters."""
    if not wanted or not got:
        return float(not wanted and not got)
    shared = sum(characters_f1(text, wanted[one]) for one, text in got.items() if one in wanted)
    return 2.0 * shared / (len(got) + len(wanted))


def characters_f1(first: str, second: str) -> float:
    """F1 over the letters and digits of two texts, whatever their order."""
    ours, theirs = letters(first), letters(second)
    if not ours or not theirs:
        return float(ours == theirs)
    shared = (Counter(ours) & Counter(theirs)).total()
    return 2.0 * shared / (len(ours) + len(theirs))


def letters(text: str) -> str:
    """The letters and digits of a text, in small letters."""
    return "".join(character for character in text.lower() if character.isalnum())


def differences(got: Entities, wanted: Entities) -> list[Finding]:
    """One finding for each type that is missing, invented or has another text."""
    found = []
    for one in TYPES:
        expected, actual = wanted.get(one), got.get(one)
        if expected is None and actual is not None:
            found.append(Finding(kind="field_invented", path=one, actual=shown(actual)))
        elif expected is not None and actual is None:
            found.append(Finding(kind="field_missing", path=one, expected=shown(expected)))
        elif expected is not None and actual is not None and letters(expected) != letters(actual):
            kind = "text_differs" if characters_f1(actual, expected) >= 0.5 else "wrong_value"
            found.append(Finding(kind=kind, path=one, expected=shown(expected), actual=shown(actual)))
    return found


def shown(text: str) -> str:
    """A short text that any file can hold."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 300 else text[:299] + "…"
