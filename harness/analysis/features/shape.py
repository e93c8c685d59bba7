"""The shape of a text: its bytes with every digit as 0 and every letter as a.

Patterns of figures, dates and broken words are then fixed strings, which bytes count in one fast pass.
No regular expression walks over foreign text here, so that a hostile one costs no more than any other.
"""

from dataclasses import dataclass

_LONE_LETTERS = frozenset(b"bcdfghjklmnpqrstvwz")


def _classes() -> bytes:
    """Digits as 0, ASCII letters as a, controls and signs that misreading makes as ^."""
    table = bytearray(range(256))
    for byte in range(256):
        if 48 <= byte <= 57:
            table[byte] = ord("0")
        elif bytes([byte]).isalpha():
            table[byte] = ord("a")
        elif byte in b"\n\r\f\v":
            table[byte] = ord("\n")
        elif (byte < 32 and byte != ord("\t")) or byte in b"~^`\x7f":
            table[byte] = ord("^")
    return bytes(table)


def _lone() -> bytes:
    """Small letters that are no word alone as a, blanks and line ends as a blank, all else as x.

    Capitals alone are tax codes and initials, and x stands between quantity and price.
    """
    blanks = b" \n\r\t"
    return bytes(97 if byte in _LONE_LETTERS else 32 if byte in blanks else 120 for byte in range(256))


def _only_digits() -> bytes:
    return bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))


_CLASSES, _LONE, _DIGITS = _classes(), _lone(), _only_digits()
_NO_FIGURES = bytes(byte for byte in range(256) if byte > 127 or bytes([byte]).isalpha() or byte in b"$'")
_DATES = (
    ("dots", b"0.0", (b"00.00.0000", b"0.0.0000")),
    ("slashes", b"/", (b"00/00/0000", b"0000/00/00", b"00/00/00", b"0/00/0000", b"00/0/0000", b"0/0/0000")),
    ("dashes", b"0-0", (b"0000-00-00", b"00-00-0000", b"00-00-00")),
)
_NOT_AMOUNT_OR_LINE = bytes(set(range(256)) - set(b"A\n"))
_ODD = (b"a0a", b"0a.00", b" a a ")
_BROKEN_TEXT = ("\ufffd".encode(), b"\xc3\x83")  # the replacement character; UTF-8 read as Latin-1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Counts of patterns in a text.

    Attributes:
        numbers: Runs of digits; points, commas and apostrophes inside a number do not part it.
        commas, points: Amounts with two decimals after a comma or a point.
        item_lines: Lines with two or more amounts.
        negatives: Amounts with a minus sign before or behind them, or in brackets.
        dates: Dates, by how they are written: dots, slashes, dashes.
        odd_words: Words that look misread: a digit inside letters, a lone consonant, letters parted by
            blanks, a letter in an amount, control or replacement characters. Neighbours that share a
            blank may count as one.
    """

    numbers: int
    commas: int
    points: int
    item_lines: int
    negatives: int
    dates: dict[str, int]
    odd_words: int


def shape_of(data: bytes) -> Shape:
    """The shape of a text in UTF-8; time grows linearly with its length."""
    # Figures are looked at without the words between them, which makes them half as long.
    dates, undated = _dates(data.translate(_CLASSES, _NO_FIGURES))
    commas, points, marked = _amounts(undated)
    return Shape(
        numbers=len(data.translate(_DIGITS, b".,'").split()),
        commas=commas,
        points=points,
        item_lines=_lines_with_two(marked) if commas + points > 1 else 0,
        negatives=_negatives(marked) if commas + points else 0,
        dates=dates,
        odd_words=_odd_words(data),
    )


def _dates(shape: bytes) -> tuple[dict[str, int], bytes]:
    """Dates by way of writing, and the shape without them, so that 05.06.2018 holds no amount."""
    found: dict[str, int] = {}
    for name, begin, patterns in _DATES:
        if begin not in shape:
            continue
        for pattern in patterns:
            before = len(shape)
            shape = shape.replace(pattern, b"d")
            if before > len(shape):
                found[name] = found.get(name, 0) + (before - len(shape)) // (len(pattern) - 1)
    return found, shape


def _amounts(shape: bytes) -> tuple[int, int, bytes]:
    """Amounts with a decimal comma and with a point, and the shape with each amount as `A`.

    Points and commas between thousands go first; 12.34.56 is no amount.
    """
    shape = shape.replace(b",000", b"000").replace(b".000", b"000").replace(b".00.0", b"..0")
    without_commas = shape.replace(b"0,00", b"A")
    marked = without_commas.replace(b"0.00", b"A")
    return (len(shape) - len(without_commas)) // 3, (len(without_commas) - len(marked)) // 3, marked


def _lines_with_two(marked: bytes) -> int:
    lines = marked.translate(None, _NOT_AMOUNT_OR_LINE).split(b"\n")
    return sum([len(line) > 1 for line in lines])


def _negatives(marked: bytes) -> int:
    """Further digits are dropped first: what then stands before `A` is its sign."""
    bare = marked.translate(None, b"0")
    before, behind = bare.count(b"-A"), bare.count(b"A-")
    ranges = 2 * bare.count(b"A-A") if before and behind else 0
    return before + behind + bare.count(b"(A)") - ranges


def _odd_words(data: bytes) -> int:
    shape = data.translate(_CLASSES)
    odd = sum([shape.count(pattern) for pattern in _ODD])
    odd += shape.count(b"^") + data.translate(_LONE).count(b" a ")
    return odd + sum([data.count(pattern) for pattern in _BROKEN_TEXT if pattern[:1] in data])
