"""The random order of a run, the same in every process and known before the first call.

The replay calls records in this order, and the analysis tests them in it: both take it from here.
"""

from collections.abc import Mapping
from hashlib import blake2b

LAST = (2**64, 0)
"""Comes after the order key of every record."""


def order_key(seed: int, cluster: str | None, record_id: str) -> tuple[int, int]:
    """Where a record stands in the random order: sort by it.

    The first number is that of the record's cluster, so that its records stand together; the second is
    the record's own. Both are 64-bit keyed hashes, so that they depend on nothing but the seed and the
    names, least of all on what a model answers.

    Args:
        seed: Of the run.
        cluster: What the record's cluster is called, from `cluster_of`; None where it stands alone.
        record_id: The record's id.
    """
    alone = _hash(seed, "record", record_id)
    return (alone if cluster is None else _hash(seed, "cluster", cluster)), alone


def cluster_of(tags: Mapping[str, str], name: str | None) -> str | None:
    """The cluster of a record by the tag of that name; None where it stands alone.

    Args:
        tags: The record's.
        name: `[decision] cluster`, or None.
    """
    return None if name is None else tags.get(name)


def _hash(seed: int, kind: str, name: str) -> int:
    digest = blake2b(name.encode(errors="surrogatepass"), digest_size=8, key=f"{kind} {seed}".encode())
    return int.from_bytes(digest.digest(), "big")
