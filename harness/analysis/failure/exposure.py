"""Money at risk: what wrong answers would have cost, in the currency of the document.

Exposure of one wrong answer: the largest difference among the amounts of the document itself, or the sum
over its lines, whichever is larger. They are never added, because a total holds the same money as its lines.
Of one line only the largest amount counts (net, tax and gross are one line's money), and of several lists
only the one with the largest sum (a tax table repeats the line items).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from math import isnan

import orjson

from harness.analysis.failure.severity import SeveritySettings
from harness.analysis.stats.intervals import share
from harness.domain.chat import Answer
from harness.domain.estimate import Estimate
from harness.domain.failure import is_failure
from harness.domain.paths import without_indexes
from harness.domain.score import Finding

UNKNOWN_CURRENCY = ""
OTHER_CURRENCIES = "(other)"
# Answers may claim any number; beyond a quadrillion it is no money, and would hide every real amount.
MOST_MONEY = Decimal(10) ** 15
_MOST_CURRENCIES = 50
_LONGEST_CURRENCY = 12
_SYMBOLS = {"€": "EUR", "£": "GBP", "₹": "INR", "zł": "PLN", "EURO": "EUR", "US$": "USD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureRow:
    """Money at risk in one currency, over all compared records; amounts in units of that currency.

    Attributes:
        currency: ISO code or what the record writes; "" where no record says.
        regressions: Sum over records that only the candidate has wrong.
        candidate, incumbent: Sum over all wrong answers of that arm.
        candidate_records, incumbent_records: Wrong answers of that arm with money at risk.
        candidate_share, incumbent_share: Those over all compared records.
        largest: The largest exposure of one answer of the candidate, of record `largest_record_id`;
            0 and "" where it has none.
        not_counted: Wrong answers, of either arm, with amounts beyond a quadrillion, which are left out.
    """

    currency: str
    regressions: float
    candidate: float
    incumbent: float
    candidate_records: int
    incumbent_records: int
    candidate_share: Estimate
    incumbent_share: Estimate
    largest: float
    largest_record_id: str
    not_counted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureSummary:
    """Money at risk per currency, the largest sum of the candidate first; empty where no money is off."""

    rows: tuple[ExposureRow, ...] = ()


def exposure(findings: Iterable[Finding]) -> Decimal | None:
    """Money at risk in one wrong answer; None where no finding is about money.

    Finite for any findings: amounts that no document can hold count as `MOST_MONEY`.
    """
    whole: Decimal | None = None
    lists: dict[str, dict[str, Decimal]] = {}
    for finding in findings:
        amount = _amount(finding)
        if amount is None:
            continue
        line = finding.path[: finding.path.rfind("]") + 1]
        if line:
            lines = lists.setdefault(without_indexes(line), {})
            lines[line] = max(lines.get(line, amount), amount)
        else:
            whole = amount if whole is None else max(whole, amount)
    sums = [sum(lines.values(), Decimal(0)) for lines in lists.values()]
    return max([*sums, *([] if whole is None else [whole])], default=None)


def believable_exposure(findings: Iterable[Finding]) -> float | None:
    """Money at risk as the sums count it: None also where no document can hold so much."""
    amount = exposure(findings)
    return None if amount is None or amount >= MOST_MONEY else float(amount)


def _amount(finding: Finding) -> Decimal | None:
    if not finding.amount or isnan(finding.amount) or not is_failure(finding):
        return None
    return min(abs(Decimal(str(finding.amount))), MOST_MONEY)


def currency_of(expected: Answer | None, settings: SeveritySettings) -> str:
    """The currency of a document's amounts, "" where neither the settings nor the answer name one."""
    if settings.currency is not None:
        return _written(settings.currency)
    if expected is None or not expected.text:
        return UNKNOWN_CURRENCY
    try:
        value = orjson.loads(expected.text)
    except ValueError:
        return UNKNOWN_CURRENCY
    if settings.currency_path is not None:
        for name in settings.currency_path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return _written(value)
    named = value.items() if isinstance(value, dict) else ()
    found = (_written(member) for key, member in named if _is_currency_name(key))
    return next((currency for currency in found if currency), UNKNOWN_CURRENCY)


def _is_currency_name(key: str) -> bool:
    return key.lower().removesuffix("_code").removesuffix("code").endswith("currency")


def _written(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    text = "".join(character for character in text[:_LONGEST_CURRENCY] if character.isprintable())
    return _SYMBOLS.get(text.upper(), _SYMBOLS.get(text, text.upper()))


@dataclass(slots=True)
class _Sums:
    """One currency."""

    regressions: Decimal = Decimal(0)
    candidate: Decimal = Decimal(0)
    incumbent: Decimal = Decimal(0)
    candidate_records: int = 0
    incumbent_records: int = 0
    largest: Decimal = Decimal(0)
    largest_record_id: str = ""
    not_counted: int = 0


@dataclass(slots=True)
class ExposureTally:
    """Adds up money at risk record by record."""

    settings: SeveritySettings = field(default_factory=SeveritySettings)
    records: int = 0
    sums: dict[str, _Sums] = field(default_factory=dict)

    def add(
        self,
        record_id: str,
        expected: Answer | None,
        incumbent: tuple[Finding, ...] | None,
        candidate: tuple[Finding, ...] | None,
    ) -> None:
        """Count one compared record.

        Args:
            record_id: Its id.
            expected: The expected answer, which names the currency.
            incumbent: Findings of the incumbent's answer, None where it is right.
            candidate: Findings of the candidate's answer, None where it is right.
        """
        self.records += 1
        theirs, ours = exposure(incumbent or ()), exposure(candidate or ())
        if theirs is None and ours is None:
            return
        sums = self._sums(currency_of(expected, self.settings))
        if theirs is not None and _counts(theirs, sums):
            sums.incumbent += theirs
            sums.incumbent_records += 1
        if ours is not None and _counts(ours, sums):
            sums.candidate += ours
            sums.candidate_records += 1
            sums.regressions += ours if incumbent is None else 0
            if (ours, sums.largest_record_id) > (sums.largest, record_id):
                sums.largest, sums.largest_record_id = ours, record_id

    def _sums(self, currency: str) -> _Sums:
        if currency not in self.sums and len(self.sums) >= _MOST_CURRENCIES:
            currency = OTHER_CURRENCIES
        return self.sums.setdefault(currency, _Sums())

    def summary(self, *, level: float) -> ExposureSummary:
        """The sums so far, the currency with the most regressed money first."""
        ranked = sorted(
            self.sums.items(), key=lambda item: (-item[1].regressions, -item[1].candidate, item[0])
        )
        return ExposureSummary(rows=tuple(self._row(currency, sums, level) for currency, sums in ranked))

    def _row(self, currency: str, sums: _Sums, level: float) -> ExposureRow:
        return ExposureRow(
            currency=currency,
            regressions=float(sums.regressions),
            candidate=float(sums.candidate),
            incumbent=float(sums.incumbent),
            candidate_records=sums.candidate_records,
            incumbent_records=sums.incumbent_records,
            candidate_share=share(sums.candidate_records, self.records, level=level),
            incumbent_share=share(sums.incumbent_records, self.records, level=level),
            largest=float(sums.largest),
            largest_record_id=sums.largest_record_id,
            not_counted=sums.not_counted,
        )


def _counts(amount: Decimal, sums: _Sums) -> bool:
    """Whether an exposure can be money; counts those that cannot."""
    believable = amount < MOST_MONEY
    sums.not_counted += not believable
    return believable
