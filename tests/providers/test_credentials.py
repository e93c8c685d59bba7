import pytest

from harness.errors import ConfigError
from harness.providers.arm import parse_arm
from harness.providers.credentials import missing_key, require_key
from harness.providers.presets import provider_of

OPENAI = provider_of(parse_arm("openai/gpt-4o"), stream=True)
GEMINI = provider_of(parse_arm("gemini/flash"), stream=True)
VLLM = provider_of(parse_arm("vllm/m"), stream=True)


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in (OPENAI, GEMINI, VLLM):
        for name in provider.key_names:
            monkeypatch.delenv(name, raising=False)


def test_a_missing_key_is_named_in_one_line() -> None:
    assert missing_key(OPENAI) == "OPENAI_API_KEY is not set; needed by openai/gpt-4o"
    assert missing_key(OPENAI, arm="incumbent") == (
        "OPENAI_API_KEY is not set; needed by incumbent openai/gpt-4o"
    )
    assert missing_key(GEMINI) == "GOOGLE_API_KEY or GEMINI_API_KEY is not set; needed by gemini/flash"
    assert missing_key(VLLM) is None


def test_requiring_a_missing_key_fails() -> None:
    with pytest.raises(ConfigError, match=r"^OPENAI_API_KEY is not set; needed by candidate openai/gpt-4o$"):
        require_key(OPENAI, arm="candidate")
    assert require_key(VLLM) is None


def test_a_blank_key_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", " \n")
    assert missing_key(OPENAI) is not None


def test_keys_are_stripped_and_the_first_name_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", " second\n")
    assert require_key(GEMINI) == "second"
    monkeypatch.setenv("GOOGLE_API_KEY", "first")
    assert require_key(GEMINI) == "first"
    monkeypatch.setenv("VLLM_API_KEY", "own")
    assert require_key(VLLM) == "own"


@pytest.mark.parametrize("key", ["sk-a\nsk-b", "sk-ä", "sk a", "“sk-a”", "sk-\x07"])
def test_what_cannot_be_a_key_is_said_without_showing_it(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(ConfigError) as caught:
        require_key(OPENAI)
    assert str(caught.value) == (
        "OPENAI_API_KEY holds a space, a line break or a character outside ASCII, so it cannot be a key"
    )
    assert "sk-" not in f"{caught.value!r}{caught.value.hint}"
