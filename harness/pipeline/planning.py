"""What so many records can show, said before anything is spent."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from harness.analysis.stats.power import detectable_margin, records_needed
from harness.config import DecisionSettings
from harness.domain.ordering import cluster_of, order_key
from harness.pipeline.course import Course, cap_of, is_sequential
from harness.pipeline.group import Member, records_of
from harness.pipeline.sequential_run import number_of_points, points

# How often two models disagree in being right is not known before the run; most pairs lie between.
DISCORDANT = (0.1, 0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """How the records of a run hang together.

    Attributes:
        count: Clusters; a record without the tag is one by itself.
        effective: Independent records that they are worth in the worst case, where the records of a
            cluster are all right or wrong together: n^2 / sum of squared sizes.
            Source: Kish, Survey Sampling, 1965, section 5.4, with an intra-class correlation of 1.
        largest: Records of the largest one.
    """

    count: int
    effective: int
    largest: int


def power_lines(member: Member, course: Course) -> list[str]:
    """What the planned records can show, how many the margin needs, and what clusters change."""
    decision = member.config.decision
    usable = min(course.planned, member.facts.with_expected)
    if not usable:
        return ["No record has an expected answer: a run says where the models differ, not which is right."]
    lines = [_shown(usable, decision), _needed(decision)]
    if decision.cluster is not None:
        lines.append(_clustered(clusters_of(member), usable, decision))
    if is_sequential(member.config):
        lines.append(_sequential(member, course))
    return lines


def clusters_of(member: Member) -> Clusters:
    """Count the clusters of a run in one pass, with one number a cluster in memory."""
    seed, name = member.config.replay.seed, member.config.decision.cluster
    sizes = Counter(
        order_key(seed, cluster_of(record.tags, name), record.id)[0] for record in records_of(member)
    )
    return _of_sizes(list(sizes.values()))


def _of_sizes(sizes: Sequence[int]) -> Clusters:
    n, squares = sum(sizes), sum(size * size for size in sizes)
    return Clusters(count=len(sizes), effective=max(1, n * n // squares), largest=max(sizes))


def _margins(n: int, decision: DecisionSettings) -> list[float]:
    return [
        detectable_margin(n=n, discordant=discordant, alpha=decision.alpha, power=decision.power)
        for discordant in DISCORDANT
    ]


def _shown(n: int, decision: DecisionSettings) -> str:
    low, high = (number_of_points(margin) for margin in _margins(n, decision))
    few, many = (f"{share * 100:.0f} %" for share in DISCORDANT)
    return (
        f"{n:,} records can show a margin of {low} points ({decision.power * 100:.0f} % power, alpha "
        f"{decision.alpha:g} one-sided, if the models are equally good and disagree on {few} of the records; "
        f"{high} if on {many})."
    )


def _needed(decision: DecisionSettings) -> str:
    low, high = (
        records_needed(
            discordant=discordant, margin=decision.margin, alpha=decision.alpha, power=decision.power
        )
        for discordant in DISCORDANT
    )
    return f"For the margin of {points(decision.margin)} that is set, about {low:,} to {high:,} are needed."


def _clustered(clusters: Clusters, n: int, decision: DecisionSettings) -> str:
    low, high = (number_of_points(margin) for margin in _margins(min(n, clusters.effective), decision))
    return (
        f"They come from {clusters.count:,} values of `{decision.cluster}`, up to {clusters.largest:,} "
        "records each. "
        f"Were all records of one right or wrong together, they would be worth {clusters.effective:,} and "
        f"show a margin of {low} to {high} points."
    )


def _sequential(member: Member, course: Course) -> str:
    cap = "the cap" if course.planned < member.records else "all there are"
    text = (
        f"Sequential: records are called in random order, {course.planned:,} at most ({cap}), and the run "
        "ends as soon as the verdict is certain."
    )
    if course.planned < min(cap_of(member.config.decision), member.records):
        text += " Clusters are called whole."
    return text
