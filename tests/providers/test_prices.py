from dataclasses import replace

import pytest

from harness.domain.chat import Usage
from harness.errors import ConfigError
from harness.providers.arm import OwnPrice, parse_arm
from harness.providers.data import price_bytes
from harness.providers.prices import Price, PriceTable, cost_usd

TABLE = PriceTable.load(price_bytes())
GPT_4O = TABLE.prices["gpt-4o"]


def test_a_cost_worked_out_by_hand() -> None:
    # 1,000,000 in at 2.50 USD, of which 400,000 cached at 1.25, and 100,000 out at 10 USD a million.
    usage = Usage(input_tokens=1_000_000, cached_tokens=400_000, output_tokens=100_000, reasoning_tokens=5)
    assert cost_usd(usage, GPT_4O) == pytest.approx(0.6 * 2.5 + 0.4 * 1.25 + 0.1 * 10)
    assert cost_usd(Usage(input_tokens=1000, output_tokens=200), GPT_4O) == pytest.approx(0.0045)
    assert cost_usd(Usage(input_tokens=0, output_tokens=0), GPT_4O) == 0


@pytest.mark.parametrize("usage", [Usage(), Usage(input_tokens=5), Usage(output_tokens=5, cached_tokens=1)])
def test_unknown_tokens_have_no_cost(usage: Usage) -> None:
    assert cost_usd(usage, GPT_4O) is None


def test_cached_input_without_a_price_is_billed_as_input() -> None:
    price = Price(name="x", input_usd=2.0, output_usd=3.0)
    assert cost_usd(Usage(input_tokens=10, cached_tokens=4, output_tokens=1), price) == 23.0


def test_more_cached_than_input_tokens_cannot_make_a_cost_negative() -> None:
    price = Price(name="x", input_usd=2.0, output_usd=0.0, cached_input_usd=1.0)
    assert cost_usd(Usage(input_tokens=10, cached_tokens=99, output_tokens=0), price) == 10.0


def test_input_over_the_limit_of_a_price_has_no_known_cost() -> None:
    price = TABLE.prices["gemini/gemini-2.5-pro"]
    assert price.input_limit == 200_000
    assert cost_usd(Usage(input_tokens=200_000, output_tokens=1), price) is not None
    assert cost_usd(Usage(input_tokens=200_001, output_tokens=1), price) is None


@pytest.mark.parametrize(
    ("arm", "entry"),
    [
        ("openai/gpt-4o", "gpt-4o"),
        ("openai/gpt-4o@https://api.openai.com/v1", "gpt-4o"),
        (
            "together/meta-llama/Llama-3.3-70B-Instruct-Turbo",
            "together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo",
        ),
        (
            "fireworks/accounts/fireworks/models/deepseek-v3",
            "fireworks_ai/accounts/fireworks/models/deepseek-v3",
        ),
        ("gemini/gemini-2.5-flash", "gemini/gemini-2.5-flash"),
        ("mistral/mistral-large-latest", "mistral/mistral-large-latest"),
        ("deepseek/deepseek-chat", "deepseek/deepseek-chat"),
        ("cerebras/gpt-oss-120b", "cerebras/gpt-oss-120b"),
        ("groq/openai/gpt-oss-20b", "groq/openai/gpt-oss-20b"),
    ],
)
def test_the_price_of_an_arm(arm: str, entry: str) -> None:
    assert TABLE.price_of(parse_arm(arm)) == TABLE.prices[entry]


@pytest.mark.parametrize(
    "arm",
    [
        "openai/gpt-99",
        "openai/gpt-4o@http://127.0.0.1:9/v1",
        "vllm/gpt-4o",
        "sandbox/gpt-4o@http://127.0.0.1:9/v1",
        "anyscale/mistralai/Mistral-7B-Instruct-v0.1@https://me/v1",
        "openrouter/openai/gpt-4o",
    ],
)
def test_what_has_no_price_is_unknown(arm: str) -> None:
    assert TABLE.price_of(parse_arm(arm)) is None


def test_an_arm_may_name_an_entry() -> None:
    arm = replace(parse_arm("sandbox/x@http://127.0.0.1:9/v1"), price="gpt-4o")
    assert TABLE.price_of(arm) == GPT_4O


def test_an_entry_that_does_not_exist_gets_a_guess() -> None:
    with pytest.raises(ConfigError, match=r'^the price table has no entry "gpt4o"; did you mean "gpt-4o"\?$'):
        TABLE.price_of(replace(parse_arm("openai/m"), price="gpt4o"))
    with pytest.raises(ConfigError, match=r'^the price table has no entry "%%%%"$'):
        TABLE.price_of(replace(parse_arm("openai/m"), price="%%%%"))


def test_an_arm_may_have_its_own_price() -> None:
    own = OwnPrice(input_per_million=2.0, output_per_million=4.0, cached_input_per_million=1.0)
    price = TABLE.price_of(replace(parse_arm("vllm/m"), price=own))
    assert price == Price(
        name="own price", input_usd=2e-6, output_usd=4e-6, cached_input_usd=1e-6, source="dataset.toml"
    )
    free = TABLE.price_of(
        replace(parse_arm("vllm/m"), price=OwnPrice(input_per_million=0, output_per_million=0))
    )
    assert free is not None
    assert free.cached_input_usd is None
    assert cost_usd(Usage(input_tokens=5, output_tokens=5), free) == 0


def test_the_bundled_table_makes_sense() -> None:
    assert TABLE.origin == "LiteLLM model_prices_and_context_window, wheel 1.109.1, MIT"
    assert len(TABLE.prices) == 186
    assert GPT_4O.source.startswith("https://")
    assert any(price.deprecation_date for price in TABLE.prices.values())
    for price in TABLE.prices.values():
        assert 0 <= price.input_usd < 1e-3
        assert 0 <= price.output_usd < 1e-3
        assert price.cached_input_usd is None or 0 <= price.cached_input_usd <= price.input_usd


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"header":{"origin":"x"}}', b'{"header":{},"prices":{"a":{}}}']
)
def test_what_is_no_price_table(data: bytes) -> None:
    with pytest.raises(ConfigError, match="the price table cannot be read"):
        PriceTable.load(data)
