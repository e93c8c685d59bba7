"""What a comparison of two runs is told and what it shows, as text."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from harness.analysis.cases import Case
from harness.domain.mark import Mark
from harness.domain.pair import Pair
from harness.report.setting_changes import SettingChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two runs.

    Attributes:
        candidate: Its candidate model.
        finished: Whether it came to its end.
        link: Address of its report relative to the page, "" where it is not written.
    """

    run_id: str
    date: str
    mark: Mark
    incumbent: str
    candidate: str
    link: str
    finished: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRuns:
    """What is told of two runs besides their records.

    Attributes:
        unit: What one record is, in the singular.
        settings: What was set otherwise.
        groups: Names of the groups of failures, by id.
    """

    dataset: str
    unit: str
    before: Side
    now: Side
    settings: tuple[SettingChange, ...]
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """How many records changed in one way; `rows` of a comparison add up to its shared records."""

    mark: str
    name: str
    count: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A group of alike failures before and now."""

    name: str
    before: str
    now: str
    left: str
    joined: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPair:
    """One pair of a run; `case` is None where the scorers cannot tell."""

    pair: Pair
    case: Case | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedCase:
    """One record before and now; `html` is the open case, the links lead to it in both reports."""

    record_id: str
    anchor: str
    told: str
    severity: str
    severity_mark: str
    html: Markup
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedSection:
    """The records of one change: some opened, some by id."""

    title: str
    lead: str
    cases: tuple[ChangedCase, ...]
    rest_words: str
    rest: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """The whole page, top to bottom."""

    title: str
    subject: str
    about: str
    mark: str
    mark_sentence: str
    settings: tuple[SettingChange, ...]
    settings_note: str
    headline: str
    lead: tuple[str, ...]
    runs: tuple[tuple[str, str], ...]
    counts: tuple[CountRow, ...]
    shared: str
    notes: tuple[str, ...]
    groups: tuple[GroupRow, ...]
    groups_note: str
    sections: tuple[ChangedSection, ...]
