"""Clusters of alike failures: by what changed, and by free text where only words tell failures apart.

A failure's signature is its kind, its field path and the type of edit. Failures with the same signature are
one cluster. Those that only free text tells apart (a judge's reason, another text, a plugin's own kind) are
grouped by `text_groups`, apart for each kind and path; so are signatures with one or two failures, once there
are many. What is left, and what is beyond the limit, is one last cluster: every failure is in exactly one.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.analysis.failure.cluster_group import (
    MOST_SHOWN,
    Group,
    Harm,
    Item,
    count_in,
    feature_counter,
    joined,
    lot_of,
    merged,
)
from harness.analysis.failure.cluster_names import (
    REST_ID,
    REST_NAME,
    cluster_id,
    cluster_name,
    like_it,
    numbered,
)
from harness.analysis.failure.edits import FREE_TEXT
from harness.analysis.failure.exposure import exposure
from harness.analysis.failure.free_text import (
    MOST_CLUSTERED,
    MOST_SIGNATURES,
    SMALL,
    FreeTexts,
    group_texts,
    told_in_words,
)
from harness.analysis.failure.incumbent_errors import IncumbentErrors
from harness.analysis.failure.severity import SeverityRules
from harness.analysis.failure.signature import Signature, signature_of
from harness.analysis.features.catalog import readable
from harness.analysis.stats.intervals import share
from harness.domain.estimate import Estimate
from harness.domain.failure import is_failure
from harness.domain.score import Finding

# So few small signatures are read one by one.
_MANY_SMALL = 10
# So few failures unlike any other are listed each by itself.
_FEW_ALONE = 5
_LONGEST_SNIPPET = 100
_MOST_FEATURES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Failures of the candidate that are alike.

    Attributes:
        id: The same in every run that has such failures, no two of a run alike: "v1:" with kind, path and
            edit, of free text with its leading words, "v1:rest" for what has nothing in common.
        name: What changed, in a few words; no two clusters have the same.
        kind: The failure kind; of a cluster of several, the most frequent one.
        path: Field path with open list positions; "" for the whole answer or where it differs.
        edit: The type of edit, "" where the kind says it all; "(free text)" where only words do.
        size: Failures in it.
        regressions: Those that the incumbent has right. Over all clusters they add up to the regressions of
            the run; without expected answers to the records on which the candidate differs or failed alone.
        incumbent: Records on which the incumbent makes the same mistake (same kind, path and edit); None
            where only free text tells mistakes apart.
        only_incumbent: Those of them that the candidate has right; None as above.
        severity: 1 (light) to 3 (severe): that of most of its failures, the worse of two as frequent.
        share, regressions_share, incumbent_share: Size, regressions and the incumbent's records over all
            compared records; the last is None where `incumbent` is.
        medoid: Id of the most typical record; "" where no record is kept.
        worst: Id of the most harmful: by severity, then money at risk, then number of findings.
        example: Id of a record drawn at random under the run's seed.
        record_ids: Up to fifty, the worst first, then in random order.
        more: Records beyond these.
        terms: Words typical of it, for free text only.
        common: Input features that it shares and other failures do not, as "language de (31 of 33)".
    """

    id: str
    name: str
    kind: str
    path: str
    edit: str
    size: int
    regressions: int
    incumbent: int | None
    only_incumbent: int | None
    severity: int
    share: Estimate
    regressions_share: Estimate
    incumbent_share: Estimate | None
    medoid: str
    worst: str
    example: str
    record_ids: tuple[str, ...]
    more: int
    terms: tuple[str, ...]
    common: tuple[str, ...]

    @property
    def excess(self) -> int:
        """How many more records get this mistake from the candidate alone than from the incumbent alone.

        Where only free text tells mistakes apart nothing is taken off the regressions.
        """
        return self.regressions - (self.only_incumbent or 0)

    @property
    def is_rest(self) -> bool:
        """Whether it is the last one, of failures that are unlike each other."""
        return self.id == REST_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """All failures in clusters.

    Attributes:
        clusters: The most harmful first, what has nothing in common last.
        of_failure: For each failure, in the order in which they were added, the place of its cluster.
    """

    clusters: tuple[Cluster, ...]
    of_failure: "array[int]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    compared: int
    seed: int
    level: float

    def share(self, count: int) -> Estimate:
        return share(count, self.compared, level=self.level)


class ClusterKeeper:
    """Takes every failure of the candidate, keeps what clustering needs in bounded memory."""

    def __init__(self, rules: SeverityRules | None = None) -> None:
        self._rules = rules or SeverityRules()
        self._groups: dict[Signature, Group] = {}
        self._free = FreeTexts()
        self._features = feature_counter(5000)
        self._incumbent = IncumbentErrors()
        self.failures = 0

    def add(
        self,
        record_id: str,
        findings: Sequence[Finding],
        kind: str,
        *,
        is_regression: bool,
        features: Mapping[str, str],
        snippet: str = "",
    ) -> None:
        """Count one wrong answer of the candidate.

        Args:
            record_id: Its record.
            findings: All findings of the answer.
            kind: The primary kind among them.
            is_regression: Whether the incumbent is right.
            features: Features of the input, each a short name and value.
            snippet: The beginning of the input.
        """
        place, self.failures = self.failures, self.failures + 1
        signature, told = signature_of(findings, kind)
        failing = [finding for finding in findings if is_failure(finding)]
        item = Item(
            place=place,
            record_id=record_id,
            signature=signature,
            is_regression=is_regression,
            harm=Harm(
                severity=int(self._rules.worst(failing)),
                exposure=float(exposure(failing) or 0),
                findings=len(failing),
            ),
            features=_feature_texts(features),
            text=told_in_words(told) if told else "",
            snippet=snippet[:_LONGEST_SNIPPET],
            lot=lot_of(record_id),
        )
        for feature in item.features:
            self._features.add(feature)
        if signature.edit == FREE_TEXT:
            self._free.add(item)
        else:
            count_in(self._groups, item.without_text(), MOST_SIGNATURES)

    def add_incumbent(self, findings: Sequence[Finding], kind: str, *, alone: bool) -> None:
        """Count one wrong answer of the incumbent.

        Args:
            findings: All findings of the answer.
            kind: The primary kind among them.
            alone: Whether the candidate is right.
        """
        self._incumbent.add(signature_of(findings, kind)[0], alone=alone)

    def grouped(
        self, *, compared: int, seed: int, level: float, limit: int = 30, against_other: bool = False
    ) -> Grouped:
        """All failures in clusters, each in one: severity times the excess over the incumbent orders them.

        Args:
            compared: Compared records, which shares refer to.
            seed: For the random example, and for the text method.
            level: Confidence level of the shares.
            limit: How many clusters at most, besides the last one for all other failures.
            against_other: Whether nobody knows who is right: then names say how the answers differ.
        """
        groups = list(self._groups.values()) if self._few_small() else self._joined_small(seed)
        groups = _each_id_once([*groups, *self._free.groups(seed)])
        groups, rest = _set_apart(groups, self._harm, limit)
        names = numbered([_name(group, against_other) for group in groups])
        if rest is not None:
            groups, names = [*groups, rest], [*names, REST_NAME]
        of_failure = array("I", [0]) * self.failures
        for place, group in enumerate(groups):
            for failure in group.places:
                of_failure[failure] = place
        run = _Run(compared=compared, seed=seed, level=level)
        told = (self._cluster(name, group, run) for name, group in zip(names, groups, strict=True))
        return Grouped(clusters=tuple(told), of_failure=of_failure)

    def _harm(self, group: Group) -> tuple[int, int, int, Signature, str]:
        """Severity times excess over the incumbent, then times regressions, then size: the worst first."""
        counted = self._incumbent.of(group.signatures)
        excess = group.regressions - (counted.alone if counted else 0)
        severity = group.severity()
        return -severity * excess, -severity * group.regressions, -group.size, group.signature, group.id

    def _few_small(self) -> bool:
        return sum(group.size < SMALL for group in self._groups.values()) <= _MANY_SMALL

    def _joined_small(self, seed: int) -> list[Group]:
        """All signatures; alike ones of one kind with one or two failures as one."""
        found = [group for group in self._groups.values() if group.size >= SMALL]
        small = [group for group in self._groups.values() if group.size < SMALL]
        for kind in sorted({group.signature.kind for group in small}):
            pool = sorted(
                (group for group in small if group.signature.kind == kind), key=lambda group: group.signature
            )
            texts = [" ".join(group.signature[1:]) for group in pool]
            for alike in group_texts(texts, [""] * len(texts), seed=seed, clustered=MOST_CLUSTERED):
                medoid = pool[alike.medoid]
                if len(alike.members) == 1:
                    found.append(medoid)
                    continue
                whole = joined([pool[place] for place in alike.members])
                whole.titled = medoid.signature
                whole.named = cluster_id(*medoid.signature, "+")
                found.append(whole)
        return found

    def _cluster(self, name: str, group: Group, run: _Run) -> Cluster:
        typical, drawn = group.typical(), group.drawn(run.seed)
        worst = group.worst.record_id if group.worst else ""
        named = [worst, typical, drawn, *(item.record_id for item in group.sample())]
        shown = tuple(dict.fromkeys(named))[:MOST_SHOWN]
        incumbent = None if group.id == REST_ID else self._incumbent.of(group.signatures)
        return Cluster(
            id=group.id,
            name=name,
            kind=group.signature.kind,
            path=group.signature.path,
            edit=group.signature.edit,
            size=group.size,
            regressions=group.regressions,
            incumbent=incumbent.all if incumbent else None,
            only_incumbent=incumbent.alone if incumbent else None,
            severity=group.severity(),
            share=run.share(group.size),
            regressions_share=run.share(group.regressions),
            incumbent_share=run.share(incumbent.all) if incumbent else None,
            medoid=typical,
            worst=worst,
            example=drawn,
            record_ids=shown,
            more=group.size - len(shown),
            terms=group.terms,
            common=group.common(self._features, self.failures),
        )


def _set_apart(
    groups: Sequence[Group], harm: Callable[[Group], Any], limit: int
) -> tuple[list[Group], Group | None]:
    """The groups in order of harm, and one of what is beyond the limit or, where that is many, alone."""
    alone = [group for group in groups if group.size == 1]
    few = len(alone) <= _FEW_ALONE
    ranked = sorted((group for group in groups if few or group.size > 1), key=harm)
    others = [*ranked[limit:], *([] if few else alone)]
    if not others:
        return ranked, None
    rest = joined(sorted(others, key=lambda group: group.id))
    rest.named, rest.signature = REST_ID, rest.signature._replace(path="", edit="")
    return ranked[:limit], rest


def _each_id_once(groups: Sequence[Group]) -> list[Group]:
    """The groups; those of one id, which no reader could tell apart, as one."""
    found: dict[str, list[Group]] = {}
    for group in sorted(groups, key=lambda group: (-group.size, group.signature)):
        found.setdefault(group.id, []).append(group)
    return [same[0] if len(same) == 1 else merged(same) for same in found.values()]


def _feature_texts(features: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(readable(f"{name} {value}", 80) for name, value in list(features.items())[:_MOST_FEATURES])


def _name(group: Group, against_other: bool) -> str:
    if group.titled and group.likes:
        title = cluster_name(*group.titled, against_other=against_other)
        return like_it(title, group.likes, against_other=against_other)
    return cluster_name(*group.signature, group.terms, against_other=against_other)
