"""Scores an answer by whether its own amounts add up; it needs no expected answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import ClassVar

from harness.domain.chat import Answer
from harness.domain.score import Finding, Score
from harness.scorers.amounts import Amount, Amounts, amounts_of
from harness.scorers.base import ScoringContext
from harness.scorers.json_parse import json_text, parse_json, shown
from harness.scorers.json_values import ARITHMETIC

_HALF_A_CENT = Decimal("0.005")
_MOST_FINDINGS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """Amounts of an answer that must agree.

    Attributes:
        name: What is worked out, the same for the same equation of another answer.
        told: The calculation in words.
        path: Where the amount stands that it is compared with.
        computed, stated: Both sides.
        allowed: How far they may be apart by rounding.
    """

    name: str
    told: str
    path: str
    computed: Decimal
    stated: Decimal
    allowed: Decimal

    @property
    def holds(self) -> bool:
        """Whether both sides agree but for rounding."""
        return abs(self.computed - self.stated) <= self.allowed

    def finding(self) -> Finding:
        """What is wrong, for a reader."""
        return Finding(
            kind="arithmetic",
            path=self.path,
            expected=_written(self.computed),
            actual=_written(self.stated),
            note=shown(f"{self.told} = {_written(self.computed)}, but {_written(self.stated)} is stated."),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """The amounts of an answer must agree: quantity x price, the sum of lines, net + VAT, rate x net.

    An equation whose parts are missing is not checked. One that the expected answer breaks as well is the
    document's own and not reported.

    Attributes:
        lines: Path of the list of line items; "" for the longest list of objects with an amount.
        quantity: Member of a line; "" for the usual names, as for all that follow.
        unit_price: Member of a line.
        amount: Member of a line: its total after discount.
        net: Path of the sum of lines before tax.
        vat: Path of the tax.
        gross: Path of the sum after tax.
        vat_rate: Path of the tax rate in per cent; without one, the rates of the lines are taken.
        tolerance: How far an amount may be off by rounding; for sums, for each line.
        language_tag: The record's tag with the language numbers in texts are written in.
    """

    lines: str = ""
    quantity: str = ""
    unit_price: str = ""
    amount: str = ""
    net: str = ""
    vat: str = ""
    gross: str = ""
    vat_rate: str = ""
    tolerance: float = 0.005
    language_tag: str = "language"
    needs_reference: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not 0.0 <= self.tolerance < float("inf"):
            raise ValueError(f"tolerance must be 0 or more, not {self.tolerance}")

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """The share of equations that hold; None where there is none to check."""
        parsed = parse_json(json_text(answer))
        if not parsed.is_valid:
            return Score(value=None, reason="The answer is not JSON, so no amounts can be checked.")
        language = context.record.tags.get(self.language_tag, "")
        with localcontext(ARITHMETIC):
            equations = self._equations(parsed.value, language)
            broken = [equation for equation in equations if not equation.holds]
            if broken:
                own = self._broken_by(reference, language)
                broken = [equation for equation in broken if equation.name not in own]
            findings = tuple(equation.finding() for equation in broken[:_MOST_FINDINGS])
        if not equations:
            return Score(value=None, reason="The answer has no amounts that must agree.")
        held = len(equations) - len(broken)
        return Score(
            value=held / len(equations),
            reason=f"{held} of {len(equations)} sums are right.",
            findings=findings,
        )

    def _broken_by(self, reference: Answer, language: str) -> frozenset[str]:
        """The equations that the expected answer breaks too."""
        parsed = parse_json(json_text(reference))
        if not parsed.is_valid:
            return frozenset()
        found = self._equations(parsed.value, language)
        return frozenset(equation.name for equation in found if not equation.holds)

    def _equations(self, value: object, language: str) -> list[Equation]:
        names = ("lines", "quantity", "unit_price", "amount", "net", "vat", "gross", "vat_rate")
        paths = {name: getattr(self, name) for name in names}
        found = amounts_of(value, paths, language)
        tolerance = Decimal(str(self.tolerance))
        return [*_line_equations(found, tolerance), *_total_equations(found, tolerance)]


def _line_equations(found: Amounts, tolerance: Decimal) -> Iterator[Equation]:
    for line in found.lines:
        quantity, price, amount = (line.get(part) for part in ("quantity", "unit_price", "amount"))
        if quantity is None or price is None or amount is None:
            continue
        computed, told = _product(line, quantity, price)
        # A price is only known to its last digit: 20 x 2.77 may stand for 20 x 2.773.
        unsure = min(_HALF_A_CENT, Decimal(5).scaleb(_exponent(price.value) - 1)) * abs(quantity.value)
        yield Equation(
            name=f"line {told} = {amount.value}",
            told=told,
            path=amount.path,
            computed=computed,
            stated=amount.value,
            allowed=tolerance + unsure,
        )


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _product(line: Mapping[str, Amount], quantity: Amount, price: Amount) -> tuple[Decimal, str]:
    computed = quantity.value * price.value
    told = f"{_written(quantity.value)} x {_written(price.value)}"
    per, percent, discount = (line.get(part) for part in ("per", "discount_percent", "discount"))
    if per is not None and per.value:
        computed, told = computed / per.value, f"{told} / {_written(per.value)}"
    if percent is not None and percent.value:
        computed = computed * (100 - percent.value) / 100
        told += f" - {_written(percent.value)} %"
    elif discount is not None and discount.value:
        computed, told = computed - abs(discount.value), f"{told} - {_written(abs(discount.value))}"
    return computed, told


def _total_equations(found: Amounts, tolerance: Decimal) -> Iterator[Equation]:
    totals = found.totals
    net, vat, gross = (totals.get(part) for part in ("net", "vat", "gross"))
    amounts = [line["amount"].value for line in found.lines if "amount" in line]
    whole = amounts and len(amounts) == len(found.lines)
    of_lines = tolerance * (len(amounts) + 1)
    if whole:
        yield from _sum_equation(found, sum(amounts, Decimal(0)), of_lines)
    if net is not None and vat is not None and gross is not None and _are_different(net, vat, gross):
        yield Equation(
            name="gross",
            told=f"{_written(net.value)} + {_written(vat.value)}",
            path=gross.path,
            computed=net.value + vat.value,
            stated=gross.value,
            allowed=2 * tolerance,
        )
    if net is not None and vat is not None:
        yield from _tax_equation(found, net, vat, of_lines)


def _are_different(*amounts: Amount) -> bool:
    return len({amount.path for amount in amounts}) == len(amounts)


def _sum_equation(found: Amounts, total: Decimal, allowed: Decimal) -> Iterator[Equation]:
    """The sum of lines is the net amount; of prices with tax in them, the gross amount."""
    totals = found.totals
    less, more = (totals[part].value if part in totals else Decimal(0) for part in ("allowances", "charges"))
    adjusted = total - abs(less) + more
    net, gross, vat = (totals.get(part) for part in ("net", "gross", "vat"))
    stated = net or gross
    if stated is None:
        return
    # Allowances and charges may be lines already.
    readings = [adjusted, total]
    targets = [one.value for one in (net, gross) if one is not None]
    if net is None and vat is not None:
        readings += [adjusted + vat.value, total + vat.value]
    pairs = ((abs(reading - target), reading, target) for reading in readings for target in targets)
    gap, computed, target = min(pairs, key=lambda pair: pair[0])
    if gap > allowed:
        computed, target = adjusted, stated.value
    yield Equation(
        name="sum",
        told=f"The sum of {len(found.lines)} lines",
        path=stated.path,
        computed=computed,
        stated=target,
        allowed=allowed,
    )


def _tax_equation(found: Amounts, net: Amount, vat: Amount, allowed: Decimal) -> Iterator[Equation]:
    rate = found.totals.get("vat_rate")
    if rate is not None:
        computed = net.value * _share(rate.value, [rate.value])
        told, slack = f"{_written(rate.value)} % of {_written(net.value)}", 2 * allowed
    else:
        bases = _bases(found)
        # Where allowances are not in the lines, nobody knows which rate they reduce.
        if not bases or abs(sum(bases.values(), Decimal(0)) - net.value) > allowed:
            return
        computed = sum((base * _share(one, list(bases)) for one, base in bases.items()), Decimal(0))
        told = " + ".join(f"{_written(one)} % of {_written(base)}" for one, base in list(bases.items())[:5])
        slack = 2 * allowed
    yield Equation(name="vat", told=told, path=vat.path, computed=computed, stated=vat.value, allowed=slack)


def _bases(found: Amounts) -> dict[Decimal, Decimal]:
    """Net amount by tax rate; empty unless every line has both."""
    bases: dict[Decimal, Decimal] = {}
    for line in found.lines:
        if "vat_rate" not in line or "amount" not in line:
            return {}
        rate = line["vat_rate"].value
        bases[rate] = bases.get(rate, Decimal(0)) + line["amount"].value
    return bases


def _share(rate: Decimal, rates: list[Decimal]) -> Decimal:
    """A rate as a share: 19 and 0.19 both stand for 19 %."""
    return rate if max(rates) <= 1 else rate / 100


def _written(number: Decimal) -> str:
    """A number for a reader: two places at least where it has any, no exponent."""
    rounded = round(number, 4)
    text = format(rounded.normalize(), "f")
    whole, point, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(2, '0')}" if point else whole
