"""What a call costs; pure.

The table is read by `harness.providers.data.price_bytes()` and passed in:
`PriceTable.load(price_bytes()).price_of(arm)`. A price that is not known is None, never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Self

import orjson

from harness.domain.chat import Usage
from harness.errors import ConfigError
from harness.providers.arm import ArmSettings, OwnPrice
from harness.providers.presets import is_own_address, preset_of

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of one model, in USD per token.

    Attributes:
        name: The table's entry, or `own price`.
        input_usd, output_usd: Per token.
        cached_input_usd: Per input token read from the cache; None bills it as other input.
        source: The page the price was read from, or where else it comes from.
        input_limit: Longer inputs cost more at this provider, so their cost is unknown; None: no limit.
        deprecation_date: When the provider retires the model (YYYY-MM-DD), if known.
    """

    name: str
    input_usd: float
    output_usd: float
    cached_input_usd: float | None = None
    source: str = ""
    input_limit: int | None = None
    deprecation_date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """Prices by entry, such as `gpt-4o` or `together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo`.

    Attributes:
        prices: Entry to price.
        origin: Where the table comes from, in one line.
    """

    prices: Mapping[str, Price]
    origin: str

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The table from its JSON file.

        Raises:
            ConfigError: The bytes are no price table.
        """
        try:
            table = orjson.loads(data)
            return cls(
                prices={name: _price(name, entry) for name, entry in table["prices"].items()},
                origin=str(table["header"]["origin"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(f"the price table cannot be read: {error!r}") from error

    def price_of(self, arm: ArmSettings) -> Price | None:
        """The arm's price: its own, the entry it names, or the entry of its provider and model.

        A model at an address that is not its provider's own has no price unless the arm gives one.

        Raises:
            ConfigError: The arm names an entry that does not exist.
        """
        if isinstance(arm.price, OwnPrice):
            return _own(arm.price)
        if arm.price is not None:
            return self._named(arm.price)
        prefix = preset_of(arm.provider).price_prefix
        if prefix is None or not is_own_address(arm):
            return None
        return self.prices.get(prefix + arm.model)

    def _named(self, name: str) -> Price:
        price = self.prices.get(name)
        if price is not None:
            return price
        near = get_close_matches(name, self.prices, n=1, cutoff=0.6)
        guess = f'; did you mean "{near[0]}"?' if near else ""
        raise ConfigError(
            f'the price table has no entry "{name}"{guess}',
            hint="Or give a price: price = { input_per_million = …, output_per_million = … }",
        )


def cost_usd(usage: Usage, price: Price) -> float | None:
    """What the tokens cost; None where the counts are unknown or the input is over the price's limit.

    Cached tokens are a part of the input tokens. Where their number is unknown all input is billed in
    full, so the cost is then an upper bound.
    """
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    if price.input_limit is not None and usage.input_tokens > price.input_limit:
        return None
    cached = min(usage.cached_tokens or 0, usage.input_tokens)
    cached_usd = price.input_usd if price.cached_input_usd is None else price.cached_input_usd
    fresh = usage.input_tokens - cached
    return fresh * price.input_usd + cached * cached_usd + usage.output_tokens * price.output_usd


def _price(name: str, entry: Mapping[str, Any]) -> Price:
    cached = entry.get("cached_input_usd")
    limit = entry.get("input_limit")
    return Price(
        name=name,
        input_usd=float(entry["input_usd"]),
        output_usd=float(entry["output_usd"]),
        cached_input_usd=None if cached is None else float(cached),
        source=str(entry.get("source") or ""),
        input_limit=None if limit is None else int(limit),
        deprecation_date=entry.get("deprecation_date"),
    )


def _own(own: OwnPrice) -> Price:
    cached = own.cached_input_per_million
    return Price(
        name="own price",
        input_usd=own.input_per_million / _MILLION,
        output_usd=own.output_per_million / _MILLION,
        cached_input_usd=None if cached is None else cached / _MILLION,
        source="dataset.toml",
    )
