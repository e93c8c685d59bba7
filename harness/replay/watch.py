"""Who follows a replay: a display, and one that ends a run that has shown what it was to show."""

from dataclasses import dataclass
from typing import Protocol

from harness.domain.observation import Observation
from harness.domain.record import Record
from harness.replay.progress import Progress, ShowProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """Why a run needs no more calls: it has come to its end, and well.

    Attributes:
        reason: One sentence without a full stop, for a person.
        decided: What has been shown: `non_inferior` or `inferior`.
        records: Records that it rests on: the first so many of the planned order.
    """

    reason: str
    decided: str
    records: int


class Watch(Protocol):
    """Told of every record before its first call and of every call when it has ended.

    It is told of calls that were settled earlier or taken over as well, so that a run that is continued is
    judged like one that never stopped.
    """

    @property
    def behind(self) -> int:
        """Records that were planned and not looked at yet."""
        ...

    def planned(self, record: Record) -> RunEnd | None:
        """A record comes next. Called in the order of the records."""
        ...

    def ended(self, observation: Observation) -> RunEnd | None:
        """A call has ended. Called in the order in which they end."""
        ...


def show_nothing(progress: Progress) -> None:
    """A display for those who need none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Onlookers:
    """Those who follow a replay.

    Attributes:
        show: Called with the progress at most ten times a second, and at the end.
        watch: Looks at the answers and may end the run; None calls every record.
    """

    show: ShowProgress = show_nothing
    watch: Watch | None = None
