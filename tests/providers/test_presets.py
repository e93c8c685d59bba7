from dataclasses import replace
from pathlib import Path

import pytest
from factories import request

from harness.errors import ConfigError
from harness.providers.arm import clean_base_url, parse_arm
from harness.providers.http import HttpProvider, Timeouts
from harness.providers.presets import PRESETS, is_own_address, preset_of, provider_of, with_environment


def provider(text: str, *, api_key_env: str | None = None) -> HttpProvider:
    return provider_of(replace(parse_arm(text), api_key_env=api_key_env), stream=True)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_makes_a_provider(name: str) -> None:
    of = provider(f"{name}/some/model@https://host.example/v1")
    call = of.prepare(request())
    assert call.url == "https://host.example/v1/chat/completions"
    assert b'"some/model"' in call.body
    hash(of)


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if preset.base_url])
def test_every_base_url_is_in_the_one_spelling(name: str) -> None:
    url = PRESETS[name].base_url or ""
    assert clean_base_url(url) == url
    assert provider(f"{name}/m").base_url == url


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_documented(name: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "providers.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` "))
    preset = PRESETS[name]
    for fact in (*preset.api_key_env, preset.base_url_env, preset.base_url or ""):
        assert fact in row


def test_settings_reach_the_provider() -> None:
    timeouts = Timeouts(connect_s=1, first_token_s=2, total_s=3)
    of = provider_of(parse_arm("openai/gpt-4o"), stream=False, timeouts=timeouts, max_connections=7)
    assert (of.stream, of.timeouts, of.max_connections, of.label) == (False, timeouts, 7, "openai/gpt-4o")


@pytest.mark.parametrize(
    ("name", "guess"),
    [("opnai", "openai"), ("Together", "together"), ("vlm", "vllm"), ("llama.cpp", "llamacpp")],
)
def test_an_unknown_provider_gets_a_guess(name: str, guess: str) -> None:
    with pytest.raises(ConfigError) as caught:
        preset_of(name)
    assert str(caught.value) == f'there is no provider "{name}"; did you mean "{guess}"?'
    assert "openai, azure" in caught.value.hint


def test_an_unknown_provider_without_a_near_name() -> None:
    with pytest.raises(ConfigError, match=r'^there is no provider "meta-llama"$'):
        provider("meta-llama/Llama-3.3-70B")


@pytest.mark.parametrize("name", ["anyscale", "azure", "sandbox"])
def test_a_provider_without_an_address_of_its_own(name: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name}/m needs the address of your own service$") as caught:
        provider(f"{name}/m")
    assert preset_of(name).base_url_env in caught.value.hint


@pytest.mark.parametrize(
    ("text", "names", "required"),
    [
        ("openai/m", ("OPENAI_API_KEY",), True),
        ("openai/m@https://api.openai.com/v1", ("OPENAI_API_KEY",), True),
        ("openai/m@https://eu.api.openai.com/v1", ("OPENAI_API_KEY",), True),
        ("openai/m@http://api.openai.com/v1", (), False),
        ("openai/m@http://127.0.0.1:9/v1", (), False),
        ("openai/m@https://evil.example/v1", (), False),
        ("openai/m@https://api.openai.com.evil.example/v1", (), False),
        ("together/m@https://api.together.ai/v1", ("TOGETHER_API_KEY",), True),
        ("azure/m@https://me.openai.azure.com/openai/v1", ("AZURE_OPENAI_API_KEY",), True),
        ("azure/m@https://evilopenai.azure.com.example/v1", (), False),
        ("gemini/m", ("GOOGLE_API_KEY", "GEMINI_API_KEY"), True),
        ("anyscale/m@https://me.example/v1", ("ANYSCALE_API_KEY",), True),
        ("anyscale/m@http://localhost:8000/v1", ("ANYSCALE_API_KEY",), False),
        ("vllm/m", ("VLLM_API_KEY",), False),
        ("vllm/m@http://gpu:8000/v1", ("VLLM_API_KEY",), False),
        ("ollama/m", (), False),
        ("sandbox/m@http://[::1]:9/v1", (), False),
    ],
)
def test_a_key_goes_only_where_it_belongs(text: str, names: tuple[str, ...], required: bool) -> None:
    of = provider(text)
    assert (of.key_names, of.key_required) == (names, required)


@pytest.mark.parametrize("text", ["openai/m@https://gateway.example/v1", "ollama/m", "vllm/m"])
def test_a_key_that_is_named_is_sent_and_required(text: str) -> None:
    of = provider(text, api_key_env="MY_KEY")
    assert (of.key_names, of.key_required) == (("MY_KEY",), True)


def test_azure_sends_its_key_in_its_own_header() -> None:
    assert preset_of("azure").dialect.authorize("k") == {"api-key": "k"}


@pytest.mark.parametrize(
    ("text", "environment", "base_url", "api_key_env"),
    [
        ("openai/m", {}, None, None),
        ("openai/m", {"OPENAI_BASE_URL": " "}, None, None),
        ("openai/m", {"OPENAI_BASE_URL": "https://gw/v1/"}, "https://gw/v1", "OPENAI_API_KEY"),
        ("openai/m@http://h/v1", {"OPENAI_BASE_URL": "https://gw/v1"}, "http://h/v1", None),
        ("anyscale/m", {"ANYSCALE_BASE_URL": "https://me/v1"}, "https://me/v1", "ANYSCALE_API_KEY"),
        ("vllm/m", {"VLLM_BASE_URL": "http://gpu:1/v1"}, "http://gpu:1/v1", None),
        (
            "azure/m",
            {"AZURE_OPENAI_ENDPOINT": "https://me.openai.azure.com/"},
            "https://me.openai.azure.com/openai/v1",
            "AZURE_OPENAI_API_KEY",
        ),
        (
            "deepinfra/m",
            {"DEEPINFRA_BASE_URL": "https://gw/v1", "DEEPINFRA_TOKEN": "k"},
            "https://gw/v1",
            "DEEPINFRA_TOKEN",
        ),
    ],
)
def test_the_base_url_of_the_environment(
    text: str, environment: dict[str, str], base_url: str | None, api_key_env: str | None
) -> None:
    arm = with_environment(parse_arm(text), environment)
    assert (arm.base_url, arm.api_key_env) == (base_url, api_key_env)


def test_a_key_variable_of_the_arm_is_kept() -> None:
    arm = replace(parse_arm("openai/m"), api_key_env="MINE")
    assert with_environment(arm, {"OPENAI_BASE_URL": "https://gw/v1"}).api_key_env == "MINE"


def test_a_broken_base_url_of_the_environment_is_named() -> None:
    with pytest.raises(ConfigError, match=r'^OPENAI_BASE_URL: "gateway" is not a base URL'):
        with_environment(parse_arm("openai/m"), {"OPENAI_BASE_URL": "gateway"})


def test_whose_prices_hold() -> None:
    assert is_own_address(parse_arm("openai/m"))
    assert is_own_address(parse_arm("openai/m@https://api.openai.com/v1"))
    assert not is_own_address(parse_arm("openai/m@http://localhost:1/v1"))
