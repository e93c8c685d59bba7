"""Prints an invoice as the text layer of its PDF would read."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from amounts import Invoice, Line
from words import WORDS, Words

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF"}
UNITS = {
    "de": {"pcs": "Stk.", "h": "Std.", "kg": "kg", "km": "km", "flat": "psch."},
    "en": {"pcs": "pcs", "h": "hrs", "kg": "kg", "km": "km", "flat": "flat"},
    "fr": {"pcs": "pce", "h": "h", "kg": "kg", "km": "km", "flat": "forf."},
    "es": {"pcs": "ud.", "h": "h", "kg": "kg", "km": "km", "flat": "fijo"},
}
WIDTHS = {"p": 4, "a": 7, "d": 38, "q": 9, "u": 6, "e": 13, "r": 7, "v": 7, "t": 14}
LEFT = "aud"
NARROW_NBSP, NBSP = "\u202f", "\u00a0"
_SEPARATORS = {
    "1.234,56": (".", ","),
    "1 234,56": (NARROW_NBSP, ","),
    "1_234,56": (NBSP, ","),
    "1234,56": ("", ","),
    "1,234.56": (",", "."),
    "1'234.56": ("'", "."),
}
"""Style of numbers -> sign between thousands, decimal sign."""


def document(invoice: Invoice) -> tuple[str, int]:
    """The text and the number of pages; pages are parted by a form feed."""
    printer = Printer(invoice)
    chunks = list(_chunks(invoice.lines, invoice.vendor.per_page))
    pages = [printer.page(number, len(chunks), chunk) for number, chunk in enumerate(chunks, 1)]
    return "\n\f\n".join("\n".join(page) for page in pages), len(pages)


def _chunks(lines: tuple[Line, ...], size: int) -> Iterator[tuple[Line, ...]]:
    first = max(5, size - 8)  # the first page has the addresses
    yield lines[:first]
    for start in range(first, len(lines), size):
        yield lines[start : start + size]


class Printer:
    """Prints the pages of one invoice."""

    def __init__(self, invoice: Invoice) -> None:
        self.invoice = invoice
        self.vendor = invoice.vendor
        self.words: Words = WORDS[invoice.vendor.language]
        self.sign = -1 if invoice.credit and invoice.vendor.minus else 1
        self._carried = Decimal(0)
        self._position = 0

    def page(self, number: int, pages: int, lines: tuple[Line, ...]) -> list[str]:
        """One page: heading, table, carried sums, totals on the last, footer."""
        rows = self._heading() if number == 1 else self._short_heading(number)
        rows += [self._row({column: self._title(column) for column in self.vendor.columns})]
        for line in lines:
            rows += self._line(line)
            self._carried += line.amount
        if number < pages and self.vendor.carries:
            rows.append(f"{self.words.carried} {self.money(self._carried)}")
        if number == pages:
            rows += self._closing()
        return [*rows, *self._footer(number, pages)]

    def money(self, value: Decimal) -> str:
        """An amount of the document, with its sign and, where usual here, the currency."""
        written = self.number(value * self.sign, 2)
        if not self.vendor.symbol:
            return written
        symbol = SYMBOLS[self.vendor.currency]
        if symbol in {"£", "$"}:
            return f"-{symbol}{written[1:]}" if written.startswith("-") else f"{symbol}{written}"
        return f"{written} {symbol}"

    def number(self, value: Decimal, places: int) -> str:
        """A number in the vendor's notation."""
        thousands, point = _SEPARATORS[self.vendor.numbers]
        written = f"{value:,.{places}f}"
        return "".join({",": thousands, ".": point}.get(character, character) for character in written)

    def day(self, value: date) -> str:
        """A date in the vendor's notation."""
        if self.vendor.dates == "words":
            month = self.words.months[value.month - 1]
            middle = {"de": f"{value.day}. {month}", "es": f"{value.day} de {month} de"}
            return f"{middle.get(self.vendor.language, f'{value.day} {month}')} {value.year}"
        parts = {"d": f"{value.day:02}", "m": f"{value.month:02}", "y": str(value.year)}
        return "".join(parts.get(character, character) for character in self.vendor.dates)

    def _heading(self) -> list[str]:
        blocks = {"s": self._seller, "b": self._buyer, "m": self._facts}
        return [row for block in self.vendor.head for row in blocks[block]()] + [""]

    def _short_heading(self, number: int) -> list[str]:
        rows = [f"{self.vendor.name}  {self._kind()} {self.invoice.number}"]
        if self.vendor.carries:
            rows.append(f"{self.words.brought} {number - 1} {self.money(self._carried)}")
        return rows

    def _kind(self) -> str:
        return self.words.credit_note if self.invoice.credit else self.words.invoice

    def _seller(self) -> list[str]:
        vendor = self.vendor
        if vendor.ruled == "single":
            return [
                f"{vendor.name} - {vendor.street} - {vendor.city}",
                f"{self.words.vat_id} {vendor.vat_id}",
            ]
        return [vendor.name, vendor.street, vendor.city, f"{self.words.vat_id}: {vendor.vat_id}"]

    def _buyer(self) -> list[str]:
        return [self.words.buyer, self.invoice.buyer, f"{self.words.customer} {self.invoice.customer}"]

    def _facts(self) -> list[str]:
        words, invoice = self.words, self.invoice
        title = f"{self._kind()} {words.number} {invoice.number}"
        rows = [title.upper() if self.vendor.ruled == "bar" else title]
        rows.append(f"{words.date}: {self.day(invoice.issued)}")
        if invoice.refers_to:
            rows.append(f"{words.reference} {invoice.refers_to}")
        if invoice.due:
            rows.append(f"{words.due}: {self.day(invoice.due)}")
        if not self.vendor.symbol:
            rows.append(words.all_in.format(self.vendor.currency))
        return rows

    def _title(self, column: str) -> str:
        words = self.words
        titles = {
            "p": words.pos,
            "a": words.article,
            "d": words.description,
            "q": words.quantity,
            "u": "",
            "e": words.price,
            "r": words.discount,
            "v": words.vat,
            "t": words.amount,
        }
        return titles[column]

    def _line(self, line: Line) -> list[str]:
        self._position += 1
        first, *rest = _wrapped(line.description, WIDTHS["d"])
        places = max(2, -int(line.price.as_tuple().exponent))
        quantity_places = max(0, -int(line.quantity.normalize().as_tuple().exponent))
        cells = {
            "p": str(self._position),
            "a": line.article,
            "d": first,
            "q": self.number(line.quantity, quantity_places),
            "u": UNITS[self.vendor.language][line.unit],
            "e": self.number(line.price, places),
            "r": f"{self._percent(line.discount)}" if line.discount else "",
            "v": self._percent(line.rate),
            "t": self.money(line.amount),
        }
        return [self._row(cells), *(f"{self._indent()}{more}" for more in rest)]

    def _percent(self, rate: Decimal) -> str:
        places = max(0, -int(rate.normalize().as_tuple().exponent))
        return (
            f"{self.number(rate, places)} %"
            if self.vendor.language != "en"
            else f"{self.number(rate, places)}%"
        )

    def _indent(self) -> str:
        return "     " if self.vendor.ruled == "wide" else ""

    def _row(self, cells: dict[str, str]) -> str:
        row = [(column, cells[column]) for column in self.vendor.columns]
        if self.vendor.ruled == "single":
            return " ".join(cell for _, cell in row if cell)
        if self.vendor.ruled == "bar":
            return " | ".join(cell or "-" for _, cell in row)
        padded = (
            cell.ljust(WIDTHS[column]) if column in LEFT else cell.rjust(WIDTHS[column])
            for column, cell in row
        )
        return " ".join(padded).rstrip()

    def _closing(self) -> list[str]:
        invoice, words = self.invoice, self.words
        rows = ["", f"{words.net} {self.money(invoice.net)}"]
        for rate, (base, tax) in invoice.by_rate.items():
            rows.append(f"{words.vat_sum.format(self._percent(rate), self.money(base))} {self.money(tax)}")
        rows.append(f"{words.gross} {self.vendor.currency} {self.money(invoice.net + invoice.vat)}")
        if invoice.due is None and not invoice.credit:
            rows.append(words.at_once)
        return [*rows, words.thanks]

    def _footer(self, number: int, pages: int) -> list[str]:
        page = self.words.page.format(number, pages)
        return [f"{self.vendor.name}, {self.vendor.city}   {self.words.vat_id} {self.vendor.vat_id}   {page}"]


def _wrapped(text: str, width: int) -> list[str]:
    rows = [""]
    for word in text.split():
        if rows[-1] and len(rows[-1]) + 1 + len(word) > width:
            rows.append(word)
        else:
            rows[-1] = f"{rows[-1]} {word}".strip()
    return rows
