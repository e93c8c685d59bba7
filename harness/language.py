"""Which language a text is written in.

Used by the scorers (an answer that drifts into another language) and by the features that failures are
sliced by. Pure: the same text gives the same language in every process.
"""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNKNOWN = ""
"""No language can be told: too few words, or none that fits well enough."""

_WORD = re.compile(r"[^\W\d_]{2,}")
# Chinese, Japanese and Korean are written without spaces: so many characters stand for a word.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONGEST = 2000
_LEAST_WORDS = 5
_SURE = 0.7


def language_of(text: str, *, least_words: int = _LEAST_WORDS) -> str:
    """The language of a text as a two-letter ISO 639-1 code, "" where it cannot be told.

    Args:
        text: Any text; the words of its first 2,000 characters are looked at, figures are not.
        least_words: A text of fewer words has no language; two characters of a script without
            spaces count as a word.
    """
    start = text[:_LONGEST]
    words = _WORD.findall(start)
    # This runs on every record: words are found once where that is enough.
    count = word_count(start) if _UNSPACED.search(start) else len(words)
    if count < least_words:
        return UNKNOWN
    code, sure = _identifier().classify(" ".join(words).lower())
    return code if sure >= _SURE and len(code) == 2 else UNKNOWN


def word_count(text: str) -> int:
    """How many words a text has, figures aside; two characters of a script without spaces are a word."""
    unspaced = len(_UNSPACED.findall(text))
    spaced = _UNSPACED.sub(" ", text) if unspaced else text
    return len(_WORD.findall(spaced)) + unspaced // 2


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
