"""What invoices say in four languages, and what a forwarder charges for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The fixed words of one language; months for dates written out."""

    invoice: str
    credit_note: str
    number: str
    date: str
    due: str
    at_once: str
    buyer: str
    customer: str
    vat_id: str
    pos: str
    article: str
    description: str
    quantity: str
    price: str
    discount: str
    vat: str
    amount: str
    carried: str
    brought: str
    page: str
    net: str
    vat_sum: str
    gross: str
    all_in: str
    reference: str
    thanks: str
    months: tuple[str, ...]


WORDS = {
    "de": Words(
        invoice="Rechnung",
        credit_note="Gutschrift",
        number="Nr.",
        date="Datum",
        due="Zahlbar bis",
        at_once="Zahlbar sofort ohne Abzug.",
        buyer="Rechnungsempfänger",
        customer="Kundennummer",
        vat_id="USt-IdNr.",
        pos="Pos.",
        article="Art.-Nr.",
        description="Bezeichnung",
        quantity="Menge",
        price="Einzelpreis",
        discount="Rabatt",
        vat="MwSt.",
        amount="Betrag",
        carried="Übertrag",
        brought="Übertrag von Seite",
        page="Seite {} von {}",
        net="Summe netto",
        vat_sum="MwSt. {} auf {}",
        gross="Gesamtbetrag",
        all_in="Alle Beträge in {}",
        reference="Bezug: Rechnung",
        thanks="Wir danken für Ihren Auftrag.",
        months=(
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ),
    ),
    "en": Words(
        invoice="Invoice",
        credit_note="Credit Note",
        number="No.",
        date="Date",
        due="Due date",
        at_once="Payable immediately upon receipt.",
        buyer="Bill to",
        customer="Customer no.",
        vat_id="VAT Reg. No.",
        pos="#",
        article="Item",
        description="Description",
        quantity="Qty",
        price="Unit price",
        discount="Disc.",
        vat="VAT",
        amount="Amount",
        carried="Carried forward",
        brought="Brought forward from page",
        page="Page {} of {}",
        net="Subtotal",
        vat_sum="VAT {} on {}",
        gross="Total",
        all_in="All amounts in {}",
        reference="Relates to invoice",
        thanks="Thank you for your business.",
        months=(
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ),
    ),
    "fr": Words(
        invoice="Facture",
        credit_note="Avoir",
        number="n°",
        date="Date",
        due="Échéance",
        at_once="Payable à réception.",
        buyer="Facturé à",
        customer="N° client",
        vat_id="N° TVA",
        pos="N°",
        article="Réf.",
        description="Désignation",
        quantity="Qté",
        price="P.U. HT",
        discount="Rem.",
        vat="TVA",
        amount="Montant HT",
        carried="À reporter",
        brought="Report de la page",
        page="Page {} sur {}",
        net="Total HT",
        vat_sum="TVA {} sur {}",
        gross="Total TTC",
        all_in="Montants exprimés en {}",
        reference="Facture d'origine",
        thanks="Nous vous remercions de votre confiance.",
        months=(
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ),
    ),
    "es": Words(
        invoice="Factura",
        credit_note="Factura rectificativa (abono)",
        number="n.º",
        date="Fecha",
        due="Vencimiento",
        at_once="Pago al contado.",
        buyer="Cliente",
        customer="N.º de cliente",
        vat_id="NIF-IVA",
        pos="Lín.",
        article="Ref.",
        description="Concepto",
        quantity="Cant.",
        price="Precio",
        discount="Dto.",
        vat="IVA",
        amount="Importe",
        carried="Suma y sigue",
        brought="Suma anterior de la página",
        page="Página {} de {}",
        net="Base imponible",
        vat_sum="IVA {} sobre {}",
        gross="Total",
        all_in="Importes en {}",
        reference="Rectifica la factura",
        thanks="Gracias por su confianza.",
        months=(
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """Something charged for.

    Attributes:
        names: Its name by language.
        lowest, highest: Unit price, in the invoice's currency.
        unit: pcs, h, kg, km or flat; kg and km have prices of more than two decimals.
        reduced: Whether the reduced VAT rate may apply (food, books, passenger transport).
    """

    names: dict[str, str]
    lowest: float
    highest: float
    unit: str = "pcs"
    reduced: bool = False


def _good(names: str, lowest: float, highest: float, unit: str = "pcs", reduced: bool = False) -> Good:
    english, german, french, spanish = (part.strip() for part in names.split("|"))
    by_language = {"en": english, "de": german, "fr": french, "es": spanish}
    return Good(names=by_language, lowest=lowest, highest=highest, unit=unit, reduced=reduced)


GOODS = (
    _good("Groupage freight | Stückgutfracht | Fret messagerie | Flete de grupaje", 80, 900),
    _good(
        "Full truck load | Komplettladung | Camion complet | Carga completa de camión",
        600,
        3200,
    ),
    _good("Sea freight LCL | Seefracht LCL | Fret maritime LCL | Flete marítimo LCL", 45, 260),
    _good(
        "Sea freight container 40' HC | Seefracht Container 40' HC | Fret maritime conteneur 40' HC "
        "| Flete marítimo contenedor 40' HC",
        1400,
        6900,
    ),
    _good("Air freight | Luftfracht | Fret aérien | Flete aéreo", 1.15, 6.8, "kg"),
    _good("Distance charge | Kilometergeld | Frais kilométriques | Kilometraje", 0.89, 2.4, "km"),
    _good(
        "Fuel surcharge | Dieselzuschlag | Surcharge carburant | Recargo por combustible",
        12,
        240,
        "flat",
    ),
    _good("Toll | Maut | Péage | Peaje", 9, 180, "flat"),
    _good(
        "Import customs clearance | Zollabfertigung Import | Dédouanement import "
        "| Despacho de aduanas importación",
        55,
        190,
        "flat",
    ),
    _good(
        "Export declaration | Ausfuhranmeldung | Déclaration d'exportation | Declaración de exportación",
        35,
        95,
        "flat",
    ),
    _good(
        "Transit document T1 | Versandschein T1 | Document de transit T1 | Documento de tránsito T1", 45, 120
    ),
    _good("Waiting time | Wartezeit | Temps d'attente | Tiempo de espera", 38, 85, "h"),
    _good("Storage per pallet | Lagergeld je Palette | Stockage par palette | Almacenaje por palé", 2.1, 9.5),
    _good(
        "Order picking per position | Kommissionierung je Position | Préparation par ligne "
        "| Preparación por línea",
        0.35,
        1.9,
    ),
    _good("Goods in, per pallet | Einlagerung je Palette | Entrée par palette | Entrada por palé", 3.2, 8.9),
    _good(
        "Euro pallet, exchange | Europalette, Tausch | Palette Europe, échange | Europalé, cambio", 8.5, 17.9
    ),
    _good(
        "Stretch film roll | Stretchfolie Rolle | Film étirable, rouleau | Film estirable, rollo", 6.4, 19.8
    ),
    _good(
        "Cardboard box 60x40x40 | Faltkarton 60x40x40 | Caisse carton 60x40x40 | Caja de cartón 60x40x40",
        0.95,
        3.6,
    ),
    _good("Labelling | Etikettierung | Étiquetage | Etiquetado", 0.08, 0.6),
    _good(
        "Tail lift delivery | Zustellung mit Hebebühne | Livraison avec hayon | Entrega con plataforma",
        25,
        95,
    ),
    _good(
        "Second delivery attempt | Zweite Zustellung | Seconde présentation | Segunda entrega", 22, 75, "flat"
    ),
    _good(
        "Dangerous goods surcharge ADR | Gefahrgutzuschlag ADR | Supplément matières dangereuses ADR "
        "| Recargo mercancías peligrosas ADR",
        35,
        160,
    ),
    _good(
        "Cargo insurance | Transportversicherung | Assurance marchandises | Seguro de mercancías",
        15,
        320,
        "flat",
    ),
    _good(
        "Reefer plug-in per day | Kühlanschluss je Tag | Branchement frigo par jour "
        "| Conexión frigorífica por día",
        28,
        75,
    ),
    _good("Demurrage per day | Standgeld je Tag | Surestaries par jour | Demora por día", 60, 180),
    _good(
        "Terminal handling | Terminalumschlag | Manutention portuaire | Manipulación en terminal", 120, 320
    ),
    _good("Crane lift | Kranhub | Levage à la grue | Izado con grúa", 45, 140),
    _good("Night delivery | Nachtzustellung | Livraison de nuit | Entrega nocturna", 60, 210),
    _good(
        "Drinking water for drivers, case | Trinkwasser für Fahrer, Kasten | Eau pour chauffeurs, pack "
        "| Agua para conductores, caja",
        3.2,
        8.4,
        reduced=True,
    ),
    _good(
        "Transport regulations handbook | Handbuch Transportrecht | Manuel du droit des transports "
        "| Manual de derecho del transporte",
        19,
        64,
        reduced=True,
    ),
)

PLACES = (
    "Hamburg - Lyon",
    "Rotterdam - Zaragoza",
    "Felixstowe - Leeds",
    "Valencia - Milano",
    "Le Havre - Paris",
    "Bremen - Basel",
    "Bilbao - Bordeaux",
    "Antwerpen - Köln",
    "Genova - München",
    "Dover - Lille",
    "Gdynia - Praha",
    "Newark - Chicago",
)
