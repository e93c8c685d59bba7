"""Mistakes of optical character recognition, of three strengths."""

from draw import Draw

RATES = {"clean": 0.0, "light": 0.012, "heavy": 0.055}
"""Share of characters that are misread."""

_CONFUSED = {
    "0": "O", "O": "0", "1": "l", "l": "1", "I": "l", "5": "S", "S": "5", "8": "B", "B": "8", "e": "c",
    "c": "e", "a": "o", "n": "ri", "m": "rn", "u": "v", "t": "f", "i": "í", "ü": "u", "ä": "a", "ö": "o",
    "ß": "B", "é": "e", "è": "e", "à": "a", "ç": "c", "ñ": "n", "h": "b", "r": "t", "g": "q", "Z": "2",
    "G": "6",
}  # fmt: skip


def misread(text: str, strength: str, draw: Draw) -> str:
    """The text with characters confused, dropped, and words torn apart."""
    rate = RATES[strength]
    if not rate:
        return text
    return "".join(_character(one, draw) if draw.share() < rate else one for one in text)


def _character(character: str, draw: Draw) -> str:
    if not character.strip():
        return "" if character == " " and draw.share() < 0.5 else character
    kind = draw.share()
    if kind < 0.7:
        return _CONFUSED.get(character, character)
    if kind < 0.85:
        return f"{character} "
    return "" if character.isalpha() else draw.pick(".,'")
