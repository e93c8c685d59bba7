import pytest

from harness.errors import ConfigError
from harness.providers.arm import ArmSettings, OwnPrice, clean_base_url, parse_arm


@pytest.mark.parametrize(
    ("text", "provider", "model", "base_url"),
    [
        ("openai/gpt-4o", "openai", "gpt-4o", None),
        (" openai/gpt-4o\n", "openai", "gpt-4o", None),
        ("together/meta-llama/Llama-3.3-70B", "together", "meta-llama/Llama-3.3-70B", None),
        ("ollama/qwen3:8b", "ollama", "qwen3:8b", None),
        ("vllm/org/name@v2", "vllm", "org/name@v2", None),
        ("vllm/org/name@http://gpu:8000/v1/", "vllm", "org/name", "http://gpu:8000/v1"),
        ("openai/m@https://h/v1/chat/completions", "openai", "m", "https://h/v1"),
    ],
)
def test_arms(text: str, provider: str, model: str, base_url: str | None) -> None:
    arm = parse_arm(text)
    assert (arm.provider, arm.model, arm.base_url) == (provider, model, base_url)
    assert arm.label == f"{provider}/{model}"


@pytest.mark.parametrize("text", ["gpt-4o", "", "/gpt-4o", "openai/", "openai/@http://h/v1", "https://h/v1"])
def test_what_is_no_arm(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_arm(text)
    if text == "gpt-4o":
        assert str(caught.value) == '"gpt-4o" is no arm; write provider/model, such as openai/gpt-4o'


@pytest.mark.parametrize("text", ["m@https://h/v1?key=secret", "https://me:secret@h/v1", "https://h?secret"])
def test_what_is_no_arm_is_shown_without_what_may_be_a_key(text: str) -> None:
    with pytest.raises(ConfigError, match="is no arm") as caught:
        parse_arm(text)
    assert "secret" not in str(caught.value)


def test_a_query_in_a_base_url_is_told_where_keys_belong() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_arm("openai/m@https://h/v1?api_key=secret")
    assert caught.value.hint == "Put a key into an environment variable and name it in api_key_env."


def test_settings_without_a_model_are_no_arm() -> None:
    with pytest.raises(ConfigError, match='"openai/" is no arm'):
        ArmSettings(provider="openai", model="")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("HTTPS://API.Example.com/V1/", "https://api.example.com/V1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("http://h", "http://h"),
    ],
)
def test_base_urls_get_one_spelling(text: str, url: str) -> None:
    assert clean_base_url(text) == url
    assert clean_base_url(url) == url


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ftp://h/v1", '"ftp://h/v1" is not a base URL; write one such as https://api.openai.com/v1'),
        ("h/v1", '"h/v1" is not a base URL'),
        ("http:///v1", '"http:///v1" is not a base URL'),
        ("http://h:port/v1", '"http://h:port/v1" is not a URL'),
        ("http://[::1/v1", "is not a URL"),
        ("https://h/v 1", "holds a space"),
        ("https://h/v1#secret", "the base URL of h holds a query or a fragment (after ? or #)"),
        ("https://h/v1?key=secret", "the base URL of h holds a query or a fragment (after ? or #)"),
        ("https://h/v1?", "the base URL of h holds a query or a fragment"),
        ("ftp://h/v1?key=secret", '"ftp://h/v1?…" is not a base URL'),
        ("h/v1#secret", '"h/v1#…" is not a base URL'),
        ("https://me:secret@h/v1", "the base URL of h holds a user name or a password"),
        ("ftp://me:secret@h/v1", '"ftp://…@h/v1" is not a base URL'),
    ],
)
def test_what_is_no_base_url(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        clean_base_url(text)
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("amount", [-1.0, float("nan"), float("inf")])
def test_a_price_is_a_number_of_dollars(amount: float) -> None:
    with pytest.raises(ConfigError, match="a price must be 0 or more USD per million tokens"):
        OwnPrice(input_per_million=amount, output_per_million=1.0)


def test_arms_can_be_compared_and_kept_in_sets() -> None:
    price = OwnPrice(input_per_million=1, output_per_million=2)
    assert len({ArmSettings(provider="a", model="b", price=price)} | {parse_arm("a/b")}) == 2
