"""Two runs of one dataset, record by record: what was fixed, what broke, whether that is more than noise."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sys import intern

from harness.analysis.outcome import Quadrant
from harness.analysis.stats.clustered import ClusterTally, clustered_difference
from harness.analysis.stats.paired import net_difference
from harness.analysis.trend import FAILURES, Change, Standing, change_of, judged_otherwise, standing
from harness.domain.case_row import CaseRow
from harness.domain.estimate import Estimate
from harness.domain.record_digest import RecordDigest

IMPROVED = frozenset({Change.FIXED, Change.GAIN_WON})
WORSENED = frozenset({Change.NEW, Change.GAIN_LOST})
LISTED = (Change.NEW, Change.GAIN_LOST, Change.FIXED, Change.GAIN_WON, Change.STILL)
"""The changes whose records are kept, in the order in which they are read."""

_INCUMBENT_RIGHT = frozenset({Quadrant.BOTH_RIGHT, Quadrant.REGRESSION})
_OF_INCUMBENT = frozenset({*_INCUMBENT_RIGHT, Quadrant.GAIN, Quadrant.BOTH_WRONG})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One record as one run has it."""

    row: CaseRow
    digest: RecordDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Records that are not compared, by reason; each counts under the first that holds.

    Attributes:
        only_before, only_now: In one run alone.
        input_changed: The messages other than the prompt are not the same.
        expected_changed: The expected answer is not the same.
        judged: People moved it in one of the runs only, or not alike: its change may be theirs.
        not_counted: Neither right nor wrong in one of the runs, or not judged on the same grounds.
    """

    only_before: int = 0
    only_now: int = 0
    input_changed: int = 0
    expected_changed: int = 0
    judged: int = 0
    not_counted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """A group of alike failures of the candidate in both runs; counts of compared records.

    Attributes:
        group: Its id, "" for failures that belong to no group.
        before, now: Failures in it.
        left: Records in it before and not now; they may have gone to another group.
        joined: Records in it now and not before.
        change: Share of records that left minus the share that joined; its interval is widened so that all
            groups hold at once.
    """

    group: str
    before: int
    now: int
    left: int
    joined: int
    change: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRecord:
    """One record that is worth reading.

    Attributes:
        severity: That of the failure, before or now, that the change is about.
        flaky: Whether asking the same model again changed the outcome in either run.
    """

    record_id: str
    change: Change
    severity: int
    before_group: str
    now_group: str
    flaky: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that was counted; every count is of records that both runs share.

    Attributes:
        shared: Records that are compared.
        left_out: Those that are not.
        prompt_changed, parameters_changed: Shared records whose request changed there.
        changes: Shared records by change; they add up to `shared`.
        failures_before, failures_now: Records where the candidate is worse than the incumbent (or does not
            agree with it).
        flaky: Shared records with a flaky failure in either run.
        incumbent_changed: Shared records on which the incumbent is right in one run and wrong in the other.
        judged: Shared records that people moved alike in both runs.
        agreement: Whether nobody knows who is right, so that all this is about agreement.
        net: Share of right answers of the candidate now minus before, paired.
        groups: By size of the larger side.
        records: Those of `LISTED`, each change worst first.
    """

    shared: int
    left_out: LeftOut
    prompt_changed: int
    parameters_changed: int
    changes: Mapping[Change, int]
    failures_before: int
    failures_now: int
    flaky: int
    incumbent_changed: int
    judged: int
    agreement: bool
    net: Estimate
    groups: tuple[GroupChange, ...]
    records: tuple[ChangedRecord, ...]

    def of(self, change: Change) -> tuple[ChangedRecord, ...]:
        """The records of one change, worst first."""
        return tuple(record for record in self.records if record.change is change)


def compare(
    before: Iterable[RunRecord],
    now: Iterable[RunRecord],
    *,
    level: float = 0.95,
    with_changed_input: bool = False,
) -> Comparison:
    """Compare the candidate of two runs on the records that both have.

    Args:
        before: The earlier run, each record once, in any order.
        now: The later run.
        level: Confidence level.
        with_changed_input: Compare records whose messages changed as well: for prompts that stand in the
            user's message.
    """
    tally = _Tally({entry.row.record_id: _held(entry) for entry in before}, with_changed_input)
    for entry in now:
        tally.add(entry.row.record_id, _held(entry))
    return tally.comparison(level)


@dataclass(frozen=True, slots=True)
class _Held:
    """What is kept of a record: short, as a run may have a million of them."""

    standing: Standing
    group: str
    severity: int
    harm: int
    flaky: bool
    digest: RecordDigest

    @property
    def quadrant(self) -> str:
        return self.standing.quadrant


def _held(entry: RunRecord) -> _Held:
    row = entry.row
    stands = standing(row.quadrant, row.review, row.candidate_kind)
    return _Held(stands, intern(row.group), row.severity, row.harm, row.rerun == "flaky", entry.digest)


@dataclass(slots=True)
class _Group:
    before: int = 0
    now: int = 0
    left: int = 0
    joined: int = 0


@dataclass(slots=True)
class _Tally:
    before: dict[str, _Held]
    with_changed_input: bool
    left_out: Counter[str] = field(default_factory=Counter)
    seen: int = 0
    changes: Counter[Change] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    groups: dict[str, _Group] = field(default_factory=dict)
    clusters: ClusterTally = field(default_factory=ClusterTally)
    clustered: bool = False
    records: list[tuple[tuple[int, int, int, str], ChangedRecord]] = field(default_factory=list)

    def add(self, record_id: str, now: _Held) -> None:
        """Count one record of the later run."""
        before = self.before.get(record_id)
        if before is None:
            self.left_out["only_now"] += 1
            return
        self.seen += 1
        reason = self._reason(before, now)
        change = change_of(before.quadrant, now.quadrant)
        if reason or change is None:
            self.left_out[reason or "not_counted"] += 1
            return
        self._count(before, now, change)
        self._count_groups(before.group, now.group)
        self._count_cluster(record_id, now.digest.cluster, change)
        if change in LISTED:
            self._keep(record_id, before, now, change)

    def _reason(self, before: _Held, now: _Held) -> str:
        if before.digest.messages != now.digest.messages and not self.with_changed_input:
            return "input_changed"
        if before.digest.expected != now.digest.expected:
            return "expected_changed"
        return "judged" if judged_otherwise(before.standing, now.standing) else ""

    def _count(self, before: _Held, now: _Held, change: Change) -> None:
        self.changes[change] += 1
        self.told["prompt"] += before.digest.prompt != now.digest.prompt
        self.told["parameters"] += before.digest.parameters != now.digest.parameters
        self.told["before"] += before.quadrant in FAILURES
        self.told["now"] += now.quadrant in FAILURES
        self.told["judged"] += bool(now.standing.moved_by)
        self.told["flaky"] += before.flaky or now.flaky
        if now.quadrant in _OF_INCUMBENT:
            right = (before.quadrant in _INCUMBENT_RIGHT, now.quadrant in _INCUMBENT_RIGHT)
            self.told["incumbent"] += right[0] is not right[1]
        else:
            self.told["agreement"] += 1

    def _count_groups(self, before: str, now: str) -> None:
        if before:
            self._group(before).before += 1
            self._group(before).left += before != now
        if now:
            self._group(now).now += 1
            self._group(now).joined += before != now

    def _group(self, name: str) -> _Group:
        return self.groups.setdefault(name, _Group())

    def _count_cluster(self, record_id: str, cluster: str | None, change: Change) -> None:
        self.clustered = self.clustered or cluster is not None
        name = f"record {record_id}" if cluster is None else f"cluster {cluster}"
        self.clusters.add(name, int(change in IMPROVED) - int(change in WORSENED))

    def _keep(self, record_id: str, before: _Held, now: _Held, change: Change) -> None:
        about = before if change in IMPROVED else now
        kept = ChangedRecord(
            record_id=record_id,
            change=change,
            severity=about.severity,
            before_group=before.group,
            now_group=now.group,
            flaky=before.flaky or now.flaky,
        )
        self.records.append(((LISTED.index(change), -about.severity, about.harm, record_id), kept))

    def comparison(self, level: float) -> Comparison:
        """What was counted."""
        shared = self.changes.total()
        self.records.sort(key=lambda entry: entry[0])
        return Comparison(
            shared=shared,
            left_out=LeftOut(**self.left_out, only_before=len(self.before) - self.seen),
            prompt_changed=self.told["prompt"],
            parameters_changed=self.told["parameters"],
            changes={change: self.changes[change] for change in Change},
            failures_before=self.told["before"],
            failures_now=self.told["now"],
            flaky=self.told["flaky"],
            incumbent_changed=self.told["incumbent"],
            judged=self.told["judged"],
            agreement=self.told["agreement"] > 0,
            net=self._net(shared, level),
            groups=self._groups(shared, level),
            records=tuple(record for _, record in self.records),
        )

    def _net(self, shared: int, level: float) -> Estimate:
        if self.clustered:
            return clustered_difference(self.clusters.sums(), level=level)
        better = sum(self.changes[change] for change in IMPROVED)
        worse = sum(self.changes[change] for change in WORSENED)
        return net_difference(better, worse, shared, level=level)

    def _groups(self, shared: int, level: float) -> tuple[GroupChange, ...]:
        ordered = sorted(
            self.groups.items(), key=lambda entry: (-max(entry[1].before, entry[1].now), entry[0])
        )
        # Bonferroni: all groups are looked at, and some would seem to change by chance.
        own = 1 - (1 - level) / max(1, len(ordered))
        return tuple(
            GroupChange(
                group=name,
                before=group.before,
                now=group.now,
                left=group.left,
                joined=group.joined,
                change=net_difference(group.left, group.joined, shared, level=own),
            )
            for name, group in ordered
        )
