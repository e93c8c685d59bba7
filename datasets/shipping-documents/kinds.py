"""What stands on a document of each kind."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from draw import Draw
from trade import (
    DATA,
    LANGUAGES,
    Line,
    air_waybill_number,
    container_number,
    draw_lines,
    other_language,
    party,
    written,
)

TEXTS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
LOOK_ALIKES = {
    "bill_of_lading": "sea_waybill",
    "sea_waybill": "bill_of_lading",
    "commercial_invoice": "pro_forma_invoice",
    "pro_forma_invoice": "commercial_invoice",
    "packing_list": "delivery_note",
    "delivery_note": "packing_list",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document before it is printed: `rows` are those of its table, `closing` what follows it."""

    issuer: list[str]
    title: str
    fields: list[tuple[str, list[str]]]
    headers: list[str]
    rows: list[list[str]]
    closing: list[str]


class Writer:
    """Draws the content of one document.

    Attributes:
        vague: Whether it has the heading that its kind shares with a look-alike.
    """

    def __init__(self, draw: Draw, label: str, language: str, lines: int, *, vague: bool) -> None:
        self.draw = draw
        self.label = label
        self.language = language
        self.vague = vague
        self.lines = draw_lines(draw, lines)
        self.issued = date(2025, 1, 1) + timedelta(days=draw.between(0, 364))
        self.sea_line, self.owner = draw.pick(DATA["sea_lines"])
        self.seller = party(draw, language)
        self.other = other_language(draw, language)
        self.buyer = party(draw, self.other)
        while self.buyer[0] == self.seller[0]:
            self.buyer = party(draw, self.other)

    def word(self, key: str) -> str:
        """A word of the form."""
        return str(TEXTS["words"][key][LANGUAGES.index(self.language)])

    def name(self, line: Line) -> str:
        """The goods in the document's language."""
        return line.good.names[LANGUAGES.index(self.language)]

    def number(self, value: float, places: int = 0) -> str:
        """A number as the document writes it."""
        return written(value, places, self.language)

    def day(self, later: int = 0) -> str:
        """A date: that of the document, or days later."""
        day = self.issued + timedelta(days=later)
        return f"{day:%d %b %Y}" if self.language == "en" else f"{day:%d.%m.%Y}"

    def field(self, key: str, *values: str) -> tuple[str, list[str]]:
        """A field with its word."""
        return self.word(key), list(values)

    def title(self) -> str:
        """The heading."""
        place = LANGUAGES.index(self.language)
        if not self.vague:
            return str(TEXTS["titles"][self.label][place])
        shared = next(one for one in (self.label, LOOK_ALIKES[self.label]) if one in TEXTS["vague"])
        return str(TEXTS["vague"][shared][place])

    def evidence(self) -> list[str]:
        """The sentences that tell the kind."""
        place = LANGUAGES.index(self.language)
        return [sentence[place] for sentence in TEXTS["evidence"][self.label]]

    def document(
        self, issuer: list[str], fields: list[tuple[str, list[str]]], table: "Table", closing: list[str]
    ) -> Document:
        """The document with what all kinds share: number, date, reference, evidence and signature."""
        head = [
            self.field("number", self.draw.pick("ABKRTX") + self.draw.digits(8)),
            self.field("date", self.day()),
        ]
        if self.draw.share() < 0.7:
            related = self.draw.pick(("B/L", "INV", "PO", "CMR", "AWB", "PL"))
            head.append(self.field("related", f"{related} {self.draw.digits(7)}"))
        place, person = issuer[-1].split(",")[-2].strip(), self.draw.pick(DATA["people"])
        signed = f"{self.word('signed')}: {place}, {self.day()} {person}"
        return Document(
            issuer=issuer,
            title=self.title(),
            fields=[*fields[:2], *head, *fields[2:]],
            headers=[self.word(key) for key in table.keys],
            rows=table.rows,
            closing=[*closing, *self.evidence(), signed],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The table of a document: the words of its columns and the rows."""

    keys: tuple[str, ...]
    rows: list[list[str]]


def ocean(writer: Writer) -> Document:
    """A bill of lading or a sea waybill: the same form."""
    draw = writer.draw
    line = [writer.sea_line, draw.pick(DATA["cities"][writer.language])]
    to_order = writer.label == "bill_of_lading"
    consignee = [f"TO ORDER OF {writer.buyer[0].upper()}"] if to_order else writer.buyer
    fields = [
        writer.field("shipper", *writer.seller),
        writer.field("consignee", *consignee),
        writer.field("notify", *writer.buyer),
        writer.field("vessel", f"{draw.pick(DATA['vessels'])} / {draw.between(101, 549)}{draw.pick('EWNS')}"),
        writer.field("loading", draw.pick(DATA["ports"])),
        writer.field("discharge", draw.pick(DATA["ports"])),
        writer.field("container", f"{container_number(draw, writer.owner)} / {draw.digits(7)}"),
    ]
    return writer.document(line, fields, _cargo(writer), [writer.word("freight")])


def _cargo(writer: Writer) -> Table:
    rows = [
        [
            f"{writer.buyer[0].split()[0].upper()[:6]} {place}",
            f"{line.packages} CTN",
            writer.name(line),
            writer.number(line.gross, 1),
            writer.number(line.packages * 0.08 + 0.1, 2),
        ]
        for place, line in enumerate(writer.lines, 1)
    ]
    return Table(keys=("marks", "packages", "goods", "gross", "volume"), rows=rows)


def air(writer: Writer) -> Document:
    """An air waybill."""
    draw = writer.draw
    air_line, prefix = draw.pick(DATA["air_lines"])
    issuer = [air_line, draw.pick(DATA["cities"][writer.language])]
    fields = [
        writer.field("shipper", *writer.seller),
        writer.field("consignee", *writer.buyer),
        ("MAWB", [air_waybill_number(draw, prefix)]),
        writer.field("departure", draw.pick(DATA["airports"])),
        writer.field("arrival", draw.pick(DATA["airports"])),
        writer.field("flight", f"{air_line[:2].upper()}{draw.digits(3)} / {writer.day(1)}"),
    ]
    rows = [
        [
            str(line.packages),
            writer.number(line.gross, 1),
            writer.number(line.gross * 1.17, 1),
            writer.name(line),
        ]
        for line in writer.lines
    ]
    return writer.document(
        issuer, fields, Table(keys=("packages", "gross", "chargeable", "goods"), rows=rows), []
    )


def road(writer: Writer) -> Document:
    """A CMR consignment note."""
    draw = writer.draw
    issuer = [DATA["hauliers"][writer.language], draw.pick(DATA["cities"][writer.language])]
    plate = f"{draw.pick('ABDFHKMS')}{draw.pick('AEKLTX')} {draw.digits(4)}"
    fields = [
        writer.field("shipper", *writer.seller),
        writer.field("consignee", *writer.buyer),
        writer.field("carrier", *issuer),
        writer.field("taking_over", writer.seller[1]),
        writer.field("place_delivery", writer.buyer[1]),
        writer.field("truck", plate),
    ]
    return writer.document(issuer, fields, _cargo(writer), [writer.word("freight")])


def packing(writer: Writer) -> Document:
    """A packing list."""
    fields = [
        writer.field("seller", *writer.seller),
        writer.field("buyer", *writer.buyer),
        writer.field("order", writer.draw.digits(7)),
        writer.field(
            "terms", f"{writer.draw.pick(DATA['incoterms'])} {writer.draw.pick(DATA['ports'])[:-6]}"
        ),
    ]
    rows = [
        [
            f"{place}",
            f"{line.packages} x {line.each} {writer.name(line)}",
            writer.number(line.net, 1),
            writer.number(line.gross, 1),
            "x".join(str(writer.draw.between(30, 120)) for _ in range(3)),
        ]
        for place, line in enumerate(writer.lines, 1)
    ]
    total = f"{writer.word('total')}: {sum(line.packages for line in writer.lines)} {writer.word('packages')}"
    table = Table(keys=("packages", "contents", "net", "gross", "dimensions"), rows=rows)
    return writer.document(writer.seller, fields, table, [total])


def delivery(writer: Writer) -> Document:
    """A delivery note."""
    draw = writer.draw
    fields = [
        writer.field("seller", *writer.seller),
        writer.field("consignee", *writer.buyer),
        writer.field("order", draw.digits(7)),
        writer.field("reference", draw.digits(5)),
    ]
    rows = []
    for line in writer.lines:
        rest = draw.pick((0, 0, 0, line.each))
        rows.append(
            [draw.digits(6), writer.name(line), *(str(n) for n in (line.pieces, line.pieces - rest, rest))]
        )
    packages = sum(line.packages for line in writer.lines)
    gross = writer.number(sum(line.gross for line in writer.lines), 1)
    table = Table(keys=("article", "goods", "ordered", "delivered", "rest"), rows=rows)
    closing = [f"{writer.word('packages')}: {packages}   {writer.word('gross')}: {gross}"]
    return writer.document(writer.seller, fields, table, closing)


def invoice(writer: Writer) -> Document:
    """A commercial or a pro forma invoice: the same form."""
    draw = writer.draw
    fields = [
        writer.field("seller", *writer.seller),
        writer.field("buyer", *writer.buyer),
        writer.field("order", draw.digits(7)),
        writer.field("terms", f"{draw.pick(DATA['incoterms'])} {draw.pick(DATA['ports'])[:-6]}"),
        writer.field("origin", draw.pick(DATA["origins"][writer.language])),
    ]
    rows = [
        [
            writer.name(line),
            line.good.code,
            str(line.pieces),
            writer.number(line.good.price, 2),
            writer.number(line.amount, 2),
        ]
        for line in writer.lines
    ]
    total = writer.number(sum(line.amount for line in writer.lines), 2)
    table = Table(keys=("goods", "tariff", "quantity", "price", "amount"), rows=rows)
    currency = draw.pick(("EUR", "EUR", "USD", "GBP"))
    return writer.document(writer.seller, fields, table, [f"{writer.word('total')} {currency} {total}"])


def customs(writer: Writer) -> Document:
    """A customs declaration."""
    draw = writer.draw
    broker = [f"{writer.seller[0].split()[-2]} Customs Services", draw.pick(DATA["cities"][writer.language])]
    country = {"en": "GB"}.get(writer.language, writer.language.upper())
    fields = [
        writer.field("exporter", *writer.seller),
        writer.field("consignee", *writer.buyer),
        ("MRN", [f"25{country}{draw.digits(8)}{draw.digits(6)}"]),
        writer.field("declarant", *broker),
        writer.field("office", f"{country}{draw.digits(6)}"),
        ("EORI", [f"{country}{draw.digits(9)}"]),
    ]
    rows = [
        [
            f"{line.good.code}00",
            writer.name(line),
            draw.pick(("1000", "4000", "3151")),
            writer.number(line.net, 1),
            writer.number(line.amount, 2),
        ]
        for line in writer.lines
    ]
    table = Table(keys=("tariff", "goods", "procedure", "net", "value"), rows=rows)
    return writer.document(broker, fields, table, [])


def origin(writer: Writer) -> Document:
    """A certificate of origin."""
    country = writer.draw.pick(DATA["origins"][writer.language])
    fields = [
        writer.field("shipper", *writer.seller),
        writer.field("consignee", *writer.buyer),
        writer.field("origin", country),
    ]
    rows = [
        [str(place), f"{line.packages} CTN {writer.name(line)}", country, writer.number(line.gross, 1)]
        for place, line in enumerate(writer.lines, 1)
    ]
    return writer.document(
        writer.seller, fields, Table(keys=("marks", "goods", "origin", "gross"), rows=rows), []
    )


def dangerous(writer: Writer) -> Document:
    """A declaration of dangerous goods."""
    draw = writer.draw
    fields = [
        writer.field("shipper", *writer.seller),
        writer.field("consignee", *writer.buyer),
        writer.field("vessel", f"{draw.pick(DATA['vessels'])} / {draw.between(101, 549)}E"),
        writer.field("container", f"{container_number(draw, writer.owner)} / {draw.digits(7)}"),
    ]
    rows = []
    for line in writer.lines[:8]:
        number, name, hazard, group = draw.pick(DATA["dangerous"])
        rows.append(
            [number, name, f"{hazard} / PG {group}", f"{line.packages} 1A1", writer.number(line.net, 1)]
        )
    table = Table(keys=("number", "goods", "class", "packages", "net"), rows=rows)
    return writer.document(writer.seller, fields, table, ["IMDG Amdt 42-24, EmS F-E, S-D"])


def notice(writer: Writer) -> Document:
    """An arrival notice."""
    draw = writer.draw
    agent = [writer.sea_line, draw.pick(DATA["cities"][writer.language])]
    fields = [
        writer.field("shipper", *writer.buyer),
        writer.field("consignee", *writer.seller),
        ("B/L", [draw.pick("NATOP") + draw.digits(9)]),
        writer.field("vessel", f"{draw.pick(DATA['vessels'])} / {draw.between(101, 549)}W"),
        writer.field("discharge", draw.pick(DATA["ports"])),
        writer.field("eta", writer.day(draw.between(2, 9))),
        writer.field("container", f"{container_number(draw, writer.owner)} / {draw.digits(7)}"),
    ]
    rows = [
        [writer.word(key), f"EUR {writer.number(draw.between(4500, 38000) / 100, 2)}"]
        for key in ("terminal", "documents", "vat")
    ]
    goods = ", ".join(writer.name(line) for line in writer.lines[:3])
    table = Table(keys=("charge", "amount"), rows=rows)
    return writer.document(agent, fields, table, [f"{writer.word('goods')}: {goods}"])


def plants(writer: Writer) -> Document:
    """A phytosanitary certificate."""
    draw = writer.draw
    country = draw.pick(DATA["origins"][writer.language])
    fields = [
        writer.field("exporter", *writer.seller),
        writer.field("consignee", *writer.buyer),
        writer.field("origin", country),
        writer.field("treatment", draw.pick(("HT 56 °C / 30 min", "Phosphine 2 g/m3 72 h", "-"))),
    ]
    rows = []
    for line in writer.lines[:6]:
        name, code = draw.pick(DATA["plants"])
        rows.append([name, code, f"{line.packages} CTN", writer.number(line.net, 1)])
    table = Table(keys=("botanical", "tariff", "packages", "net"), rows=rows)
    return writer.document(writer.seller, fields, table, [])


def weight(writer: Writer) -> Document:
    """A weight certificate."""
    draw = writer.draw
    fields = [
        writer.field("shipper", *writer.seller),
        writer.field("vessel", f"{draw.pick(DATA['vessels'])} / {draw.between(101, 549)}N"),
        writer.field("loading", draw.pick(DATA["ports"])),
    ]
    rows = []
    for _ in writer.lines[:5]:
        tare, net = draw.between(2150, 3900), draw.between(4000, 24000)
        weights = [writer.number(value) for value in (tare, net, tare + net)]
        rows.append([container_number(draw, writer.owner), draw.digits(6), *weights])
    table = Table(keys=("container", "ticket", "tare", "net", "vgm"), rows=rows)
    return writer.document(writer.seller, fields, table, [])


CONTENT: Mapping[str, Callable[[Writer], Document]] = {
    "bill_of_lading": ocean,
    "sea_waybill": ocean,
    "air_waybill": air,
    "cmr_consignment_note": road,
    "packing_list": packing,
    "delivery_note": delivery,
    "commercial_invoice": invoice,
    "pro_forma_invoice": invoice,
    "customs_declaration": customs,
    "certificate_of_origin": origin,
    "dangerous_goods_declaration": dangerous,
    "arrival_notice": notice,
    "phytosanitary_certificate": plants,
    "weight_certificate": weight,
}
