"""The 25 vendors: all invented, each with a layout of its own."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """Who sends invoices, and what they look like.

    Attributes:
        numbers: Style of numbers: `1.234,56`, `1 234,56` (narrow or plain no-break space), `1234,56`,
            `1,234.56`, `1'234.56`.
        dates: Style of dates: `d.m.y`, `d/m/y`, `m/d/y`, `d-m-y`, `y-m-d`, `words`.
        columns: Columns in order: p(osition), a(rticle), d(escription), q(uantity), u(nit), e (unit price),
            r (discount), v(AT rate), t (amount).
        ruled: How columns are set apart: `wide` (aligned), `single` (one space), `bar` ( | ).
        rates: VAT rates: standard, reduced.
        symbol: Whether each amount carries the currency sign.
        per_page: Lines of the table on a page.
        carries: Whether pages end with a carried-forward sum.
        minus: Whether credit notes are printed with negative amounts.
        head: Order of the blocks at the top: s(eller), b(uyer), m (number and dates).
    """

    name: str
    street: str
    city: str
    vat_id: str
    language: str
    currency: str
    numbers: str
    dates: str
    columns: str
    ruled: str
    rates: tuple[Decimal, Decimal]
    symbol: bool
    per_page: int
    carries: bool
    minus: bool
    head: str


_RATES = {
    "DE": ("19", "7"),
    "CH": ("8.1", "2.6"),
    "GB": ("20", "5"),
    "US": ("8.25", "0"),
    "IE": ("23", "9"),
    "FR": ("20", "5.5"),
    "ES": ("21", "10"),
    "AT": ("20", "10"),
    "BE": ("21", "6"),
}


def _vendor(who: str, layout: str) -> Vendor:
    name, street, city, vat_id, language, currency = (part.strip() for part in who.split("|"))
    numbers, dates, columns, ruled, symbol, per_page, carries, minus, head = layout.split("|")
    standard, reduced = _RATES[vat_id[:2] if vat_id[:2] in _RATES else "US"]
    return Vendor(
        name=name,
        street=street,
        city=city,
        vat_id=vat_id,
        language=language,
        currency=currency,
        numbers=numbers,
        dates=dates,
        columns=columns,
        ruled=ruled,
        rates=(Decimal(standard), Decimal(reduced)),
        symbol=symbol == "symbol",
        per_page=int(per_page),
        carries=carries == "carries",
        minus=minus == "minus",
        head=head,
    )


VENDORS = (
    _vendor(
        "Nordkai Spedition GmbH | Am Speicher 14 | 20457 Hamburg | DE811222001 | de | EUR",
        "1.234,56|d.m.y|pdquervt|wide|plain|22|carries|minus|sbm",
    ),
    _vendor(
        "Havelfracht Logistik AG | Werftstraße 3 | 14770 Brandenburg | DE811222002 | de | EUR",
        "1.234,56|d.m.y|padqevt|single|symbol|30|carries|plus|mbs",
    ),
    _vendor(
        "Lindner & Quast Transporte OHG | Bahnhofring 77 | 90402 Nürnberg | DE811222003 | de | EUR",
        "1234,56|words|pqudevt|wide|plain|18|none|plus|bsm",
    ),
    _vendor(
        "Rheinbogen Lagerhaus KG | Hafenbecken 9 | 47119 Duisburg | DE811222004 | de | EUR",
        "1.234,56|y-m-d|aqdervt|bar|plain|26|carries|minus|smb",
    ),
    _vendor(
        "Alpenpass Cargo AG | Gotthardweg 5 | 6460 Altdorf | CHE-100.200.301 | de | CHF",
        "1'234.56|d.m.y|pdqevt|wide|plain|24|carries|plus|sbm",
    ),
    _vendor(
        "Donaulenker Spedition GmbH | Kaistraße 21 | 4020 Linz | ATU81122206 | de | EUR",
        "1.234,56|d.m.y|dqurevt|single|symbol|28|none|minus|bms",
    ),
    _vendor(
        "Küstenfuchs Kurier GmbH | Deichtor 2 | 27568 Bremerhaven | DE811222007 | de | EUR",
        "1234,56|d.m.y|pdvqet|bar|symbol|20|carries|plus|mbs",
    ),
    _vendor(
        "Tamefield Haulage Ltd | 4 Quarry Lane | Leeds LS9 0XX | GB300100201 | en | GBP",
        "1,234.56|d/m/y|pdquervt|wide|symbol|25|carries|plus|sbm",
    ),
    _vendor(
        "Brackwater Forwarding plc | Dock Gate 8 | Southampton SO14 0XX | GB300100202 | en | GBP",
        "1,234.56|words|qdervt|single|plain|32|none|minus|bsm",
    ),
    _vendor(
        "Merrow & Pike Warehousing | Unit 12, Ferry Park | Hull HU9 0XX | GB300100203 | en | GBP",
        "1,234.56|d-m-y|padqevt|bar|plain|21|carries|plus|mbs",
    ),
    _vendor(
        "Bluestem Freight Lines Inc. | 2200 Prairie Rd | Joliet, IL 60400 | US-TAX 36-0000001 | en | USD",
        "1,234.56|m/d/y|pdqurevt|wide|symbol|27|carries|minus|smb",
    ),
    _vendor(
        "Harborline Drayage LLC | 77 Pier Ave | Newark, NJ 07100 | US-TAX 36-0000002 | en | USD",
        "1,234.56|m/d/y|adqevt|single|symbol|30|none|plus|sbm",
    ),
    _vendor(
        "Liffey Gate Logistics DAC | 9 North Quay | Dublin D01 XX00 | IE3001002W | en | EUR",
        "1,234.56|y-m-d|pdvqert|bar|plain|23|carries|plus|bms",
    ),
    _vendor(
        "Ostrea Shipping Services Ltd | 31 Saltmarsh Rd | Harwich CO12 0XX | GB300100207 | en | EUR",
        "1,234.56|words|pqdevt|wide|plain|19|carries|minus|msb",
    ),
    _vendor(
        "Transports Valdargent SAS | 18 rue du Quai | 69007 Lyon | FR40300100201 | fr | EUR",
        "1 234,56|d/m/y|padquervt|wide|symbol|24|carries|minus|sbm",
    ),
    _vendor(
        "Messagerie du Ponant SARL | 5 allée des Docks | 76600 Le Havre | FR40300100202 | fr | EUR",
        "1_234,56|words|dquevt|single|symbol|28|carries|plus|bsm",
    ),
    _vendor(
        "Fretex Garonne SA | 240 avenue de la Gare | 33800 Bordeaux | FR40300100203 | fr | EUR",
        "1234,56|d.m.y|pdqervt|bar|plain|22|none|plus|mbs",
    ),
    _vendor(
        "Léman Transit SA | Chemin du Port 6 | 1202 Genève | CHE-100.200.304 | fr | CHF",
        "1'234.56|d.m.y|pdquevt|wide|plain|26|carries|minus|smb",
    ),
    _vendor(
        "Entrepôts Beauchêne SNC | ZI Nord, lot 11 | 59000 Lille | FR40300100205 | fr | EUR",
        "1 234,56|y-m-d|aqdervt|single|plain|20|carries|plus|bms",
    ),
    _vendor(
        "Meuse et Sambre Cargo SRL | Quai des Péniches 2 | 5000 Namur | BE0300100206 | fr | EUR",
        "1_234,56|d-m-y|pvdqet|bar|symbol|25|carries|plus|sbm",
    ),
    _vendor(
        "Transportes Sierraclara S.L. | Polígono Norte 40 | 50014 Zaragoza | ESB30010021 | es | EUR",
        "1.234,56|d/m/y|pdquervt|wide|plain|24|carries|minus|sbm",
    ),
    _vendor(
        "Naviera Puertoalto S.A. | Muelle Sur 1 | 46024 Valencia | ESA30010022 | es | EUR",
        "1.234,56|words|qdervt|single|symbol|29|carries|plus|mbs",
    ),
    _vendor(
        "Almacenes Río Manso S.L. | Calle del Muelle 8 | 41012 Sevilla | ESB30010023 | es | EUR",
        "1234,56|d-m-y|padqevt|bar|plain|21|none|plus|bsm",
    ),
    _vendor(
        "Aduanas Cantábrico S.A. | Avenida del Puerto 55 | 48009 Bilbao | ESA30010024 | es | EUR",
        "1.234,56|d/m/y|dvquret|wide|symbol|18|carries|minus|smb",
    ),
    _vendor(
        "Mensajería Ondaviva S.L. | Paseo Marítimo 3 | 29016 Málaga | ESB30010025 | es | USD",
        "1,234.56|d/m/y|pdqevt|single|symbol|31|none|plus|bms",
    ),
)

BUYERS = {
    "de": (
        "Petzold Maschinenbau GmbH",
        "Kornblum Lebensmittel AG",
        "Möbelwerk Aurich GmbH & Co. KG",
        "Sanitas Klinikbedarf e.K.",
    ),
    "en": (
        "Hadley Bearings Ltd",
        "Northmoor Foods plc",
        "Calder Street Furniture Co.",
        "Osprey Medical Supplies Inc.",
    ),
    "fr": (
        "Ateliers Mornay SAS",
        "Biscuiterie des Dunes SA",
        "Mobilier Hautvent SARL",
        "Pharmadoc Distribution SAS",
    ),
    "es": (
        "Talleres Monreal S.A.",
        "Conservas La Ría S.L.",
        "Muebles Encinar S.L.",
        "Suministros Clínicos Vega S.A.",
    ),
}
