"""Groups texts that say alike things: the free-text half of the failure clusters.

TF-IDF over character n-grams within words (3 to 5), reduced to 50 dimensions, then average-linkage
clustering by cosine distance. Character n-grams need no language and survive inflection and typing slips.
scikit-learn takes 100 MB to import: only `clusters.py` loads this module, once there is free text to group.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix
from scipy.spatial.distance import pdist
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

Vectors = NDArray[np.float64]

DIMENSIONS = 50
# Cosine distance up to which two groups are one, and up to which a failure joins one.
THRESHOLD = 0.85
# Linkage grows with the square: 2,500 texts take seconds.
MOST_CLUSTERED = 2500
_MOST_TERMS = 5
_ASSIGNED_AT_ONCE = 2000
# Character n-grams share so many columns, or texts without spaces would make millions of them.
_FEATURES = 2**16
_INPUT_WEIGHT = 0.2
_EMPTY = "(nothing)"
_WORD = r"(?u)\b[^\W\d_]{3,}\b"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextGroup:
    """Texts that are alike.

    Attributes:
        members: Their places among the texts given, ascending.
        medoid: The place of the text that is most like the others.
        terms: Words that set the group apart from the other texts, the most telling first.
    """

    members: tuple[int, ...]
    medoid: int
    terms: tuple[str, ...]


def group_texts(
    failures: Sequence[str],
    inputs: Sequence[str],
    *,
    seed: int,
    smallest: int = 1,
    clustered: int = MOST_CLUSTERED,
) -> tuple[TextGroup, ...]:
    """Groups of failures that are told in alike words, the largest first.

    Args:
        failures: What went wrong, in an order that says nothing: the first `clustered` are grouped, each
            further one joins the group it is most like on average.
        inputs: The beginning of each one's input. What failures share with inputs in general, the subject
            matter, counts little; the input itself counts a fifth of the failure.
        seed: For the randomized decomposition.
        smallest: Groups with fewer failures are left out.
        clustered: How many are compared with each other at most.

    Returns:
        Groups without common members; a failure may be in none.
    """
    if not failures:
        return ()
    texts = [_encodable(text) if text.strip() else _EMPTY for text in failures]
    # One thread: with several the last bits of a product differ from run to run.
    with threadpool_limits(limits=1):
        return _groups(texts, [_encodable(text) for text in inputs], seed, (smallest, clustered))


def _encodable(text: str) -> str:
    """Hashing needs UTF-8, which holds no half characters."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _groups(
    texts: Sequence[str], inputs: Sequence[str], seed: int, sizes: tuple[int, int]
) -> tuple[TextGroup, ...]:
    smallest, clustered = sizes
    vectors = _vectors(texts, inputs, min(clustered, len(texts)), seed)
    first = vectors[:clustered]
    labels = _linked(first)
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    members = [places for places in members if len(places) >= smallest]
    medoids = [int(places[_most_central(first[places])]) for places in members]
    rest = _nearest(vectors[clustered:], [first[places].mean(axis=0) for places in members])
    found = [
        [*map(int, places), *(int(place) + len(first) for place in np.flatnonzero(rest == group))]
        for group, places in enumerate(members)
    ]
    groups = [
        TextGroup(members=tuple(places), medoid=medoid, terms=words)
        for places, medoid, words in zip(found, medoids, _terms(texts, found), strict=True)
    ]
    return tuple(sorted(groups, key=lambda group: (-len(group.members), group.members[0])))


def _vectors(texts: Sequence[str], inputs: Sequence[str], fitted: int, seed: int) -> Vectors:
    """Unit vectors; weights and dimensions are those of the first `fitted` texts."""
    counts = HashingVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), n_features=_FEATURES, norm=None, alternate_sign=False
    )
    weights = TfidfTransformer(sublinear_tf=True)
    weights.fit(counts.transform([*texts[:fitted], *inputs[:fitted]]))

    def weighted(start: int, end: int) -> csr_matrix:
        told, given = (weights.transform(counts.transform(side[start:end])) for side in (texts, inputs))
        return told + _INPUT_WEIGHT * given

    known = weighted(0, fitted)
    used = np.flatnonzero(known.getnnz(axis=0))
    if min(len(texts), len(used)) <= DIMENSIONS:
        # There is nothing to reduce.
        return _unit(weighted(0, len(texts))[:, used].toarray())
    reduction = TruncatedSVD(min(DIMENSIONS, fitted), random_state=seed)
    # Where all texts are the same, sklearn divides by their variance, which is of no use here.
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = [reduction.fit_transform(known[:, used])]
    for start in range(fitted, len(texts), _ASSIGNED_AT_ONCE):
        parts += [reduction.transform(weighted(start, start + _ASSIGNED_AT_ONCE)[:, used])]
    return _unit(np.vstack(parts))


def _unit(vectors: Any) -> Vectors:
    # Rounded, so that the last bits, which differ between processors, decide nothing.
    unit: Vectors = np.round(normalize(vectors), 6)
    return unit


def _linked(vectors: Vectors) -> NDArray[np.int32]:
    if len(vectors) == 1:
        return np.ones(1, dtype=np.int32)
    # A text without any known n-gram is a zero vector, at no distance from anything.
    distances = np.nan_to_num(pdist(vectors, "cosine"), nan=1.0)
    labels: NDArray[np.int32] = fcluster(linkage(distances, "average"), THRESHOLD, "distance")
    return labels


def _most_central(vectors: Vectors) -> int:
    return int(np.argmax(np.round(vectors @ vectors.sum(axis=0), 6)))


def _nearest(vectors: Vectors, means: Sequence[Vectors]) -> NDArray[np.int64]:
    """The group that each text would join by average linkage, -1 where none is near enough.

    The product with a group's mean vector is the mean likeness to its members.
    """
    if not len(vectors) or not means:
        return np.full(len(vectors), -1)
    likeness = np.round(vectors @ np.array(means).T, 6)
    return np.where(likeness.max(axis=1) >= 1 - THRESHOLD, likeness.argmax(axis=1), -1)


def _terms(texts: Sequence[str], groups: Sequence[Sequence[int]]) -> list[tuple[str, ...]]:
    """Per group the words whose mean TF-IDF is most above that of all other texts."""
    vectorizer = TfidfVectorizer(token_pattern=_WORD, stop_words="english", max_features=20_000)
    try:
        weights = csr_matrix(vectorizer.fit_transform(texts))
    except ValueError:  # no text holds a word
        return [() for _ in groups]
    words = vectorizer.get_feature_names_out()
    total = np.asarray(weights.sum(axis=0)).ravel()
    found = []
    for places in groups:
        inside = np.asarray(weights[list(places)].sum(axis=0)).ravel()
        outside = (total - inside) / max(1, len(texts) - len(places))
        excess = np.round(inside / len(places) - outside, 6)
        best = sorted(range(len(words)), key=lambda place: (-excess[place], words[place]))[:_MOST_TERMS]
        found.append(tuple(str(words[place])[:30] for place in best if excess[place] > 0))
    return found
