"""Which fields are money, and how much of it a difference puts at risk.

A field is money where `types` says so. Without a declaration a number is money where its name is that of
an amount and the reference names a currency, or where the text itself does ("12.50 EUR"): a total of
pages is none.
"""

import re
from decimal import Decimal, localcontext
from math import isfinite
from typing import Any

from harness.scorers.json_paths import PathRules, joined
from harness.scorers.json_values import ARITHMETIC, FieldType, is_absent, number_of
from harness.scorers.notation import currency_codes

_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\s-]+")
_AMOUNT_NAME = re.compile(
    r"(?:^|_)(?:amount|total|subtotal|sum|net|gross|price|fee|cost|charge|discount|balance|deposit|premium"
    r"|betrag|summe|netto|brutto|preis|montant|prix|importe|precio|importo|prezzo)s?(?:_|$)"
)
_NO_AMOUNT_NAME = re.compile(
    r"(?:^|_)(?:weight|mass|volume|quantity|qty|count|number|items|lines|pages|days|hours|units|pieces"
    r"|packages|points|score|rate|percent|percentage|pct|share|kg|id|code|year|month)(?:_|$)"
)
_CURRENCY_NAME = re.compile(r"currency(?:_code)?$", re.IGNORECASE)
_AROUND_A_NUMBER = re.compile(r"[\d.,'\u2019+\-()\s]")
_DEEPEST_CURRENCY = 3
_LONGEST_NAME = 80


class MoneyFields:
    """Answers for one pair of answers what is money and how much is at risk."""

    def __init__(self, paths: PathRules, expected: Any, language: str) -> None:
        self._paths = paths
        self._language = language
        self._expected = expected
        self._names_currency: bool | None = None  # looked up once something differs, which is rare

    def at_risk(self, expected: Any, actual: Any, pattern: str) -> float | None:
        """By how much a field is off; all of it where one side is missing or cannot be read.

        Args:
            expected: The reference's value.
            actual: The answer's value.
            pattern: The field's path, list indexes left out.

        Returns:
            None where the field is not money, where nothing is off and where no number can hold it.
        """
        wanted, got = self.amount(expected, pattern), self.amount(actual, pattern)
        if wanted is None and not (is_absent(expected) and got is not None):
            return None
        with localcontext(ARITHMETIC):
            return _number(abs((wanted or Decimal(0)) - (got or Decimal(0))))

    def line(self, line: Any, pattern: str) -> float | None:
        """What a whole line amounts to: the largest of its amounts; None where it has none."""
        amount = self.amount(line, pattern)
        with localcontext(ARITHMETIC):
            return None if amount is None else _number(abs(amount))

    def amount(self, value: Any, pattern: str) -> Decimal | None:
        """A field's amount; of an object the largest of its amounts, of a list the sum of its items'."""
        with localcontext(ARITHMETIC):
            if isinstance(value, dict):
                return self._largest(value, pattern)
            if isinstance(value, list):
                amounts = [self.amount(item, pattern) for item in value]
                known = [abs(amount) for amount in amounts if amount is not None]
                return sum(known, Decimal(0)) if known else None
        return number_of(value, self._language) if self._is_money(value, pattern) else None

    def _largest(self, value: dict[str, Any], pattern: str) -> Decimal | None:
        # A price is per piece, so it is not what the line amounts to.
        amounts = (
            self.amount(member, joined(pattern, key))
            for key, member in value.items()
            if "price" not in key[:_LONGEST_NAME].lower()
        )
        known = [amount for amount in amounts if amount is not None and amount.is_finite()]
        return max(known, key=abs, default=None)

    def _is_money(self, value: Any, pattern: str) -> bool:
        if is_absent(value) or isinstance(value, bool):
            return False
        declared = self._paths.declared_type(pattern)
        if declared is not None:
            return declared is FieldType.MONEY
        if self._paths.type_of(pattern, value) is not FieldType.NUMBER:
            return False
        if isinstance(value, str) and currency_codes(_AROUND_A_NUMBER.sub("", value)):
            return True
        if not _is_amount_name(pattern.rpartition(".")[2]):
            return False
        if self._names_currency is None:
            self._names_currency = _names_currency(self._expected, _DEEPEST_CURRENCY)
        return self._names_currency


def _is_amount_name(name: str) -> bool:
    words = _WORD_STARTS.sub("_", name[:_LONGEST_NAME]).lower()
    return bool(_AMOUNT_NAME.search(words)) and not _NO_AMOUNT_NAME.search(words)


def _names_currency(value: Any, depth: int) -> bool:
    """Whether the reference says, at its top or a little below, in which currency its amounts are."""
    if not isinstance(value, dict) or not depth:
        return False
    return any(
        (isinstance(member, str) and member.strip() != "" and bool(_CURRENCY_NAME.search(key)))
        or _names_currency(member, depth - 1)
        for key, member in value.items()
    )


def _number(amount: Decimal) -> float | None:
    """As a float; None for nothing, and for what an answer only claims: 1e999 is no amount."""
    number = float(amount) if amount.is_finite() else 0.0
    return number if number and isfinite(number) else None
