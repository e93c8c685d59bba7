"""An arm as a person writes it: which model, at which provider."""

import re
from dataclasses import dataclass
from math import isfinite
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from harness.errors import ConfigError

_PROVIDER = re.compile(r"[\w.-]+")
_EXAMPLE = "write provider/model, such as openai/gpt-4o"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPrice:
    """A price by contract, in USD per million tokens.

    Attributes:
        input_per_million: For input.
        output_per_million: For output, reasoning included.
        cached_input_per_million: For input read from the cache; None bills it as other input.
    """

    input_per_million: float
    output_per_million: float
    cached_input_per_million: float | None = None

    def __post_init__(self) -> None:
        for amount in (self.input_per_million, self.output_per_million, self.cached_input_per_million or 0.0):
            if not isfinite(amount) or amount < 0:
                raise ConfigError(f"a price must be 0 or more USD per million tokens, not {amount}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSettings:
    """Which model one arm calls, and how.

    Attributes:
        provider: Name of a preset, such as `openai`, `together`, `vllm`.
        model: The model's name as the provider knows it; may contain slashes.
        base_url: Where to call instead of the preset's own address; includes the version (`…/v1`).
        api_key_env: Environment variable that holds the key, instead of the preset's own.
        source: `replay` calls the model, `recorded` takes the answers production recorded; a judge is
            always called.
        price: Name of an entry of the price table, or a price of one's own; None looks the model up.
        concurrency: Calls in flight for this arm; None takes that of `[replay]`, as do rpm and tpm.
        rpm: Requests per minute.
        tpm: Tokens per minute.
        first_token_timeout_s, total_timeout_s: As in `[replay]`, for this arm alone.
    """

    provider: str
    model: str
    base_url: str | None = None
    api_key_env: str | None = None
    source: Literal["replay", "recorded"] = "replay"
    price: str | OwnPrice | None = None
    concurrency: int | None = None
    rpm: int | None = None
    tpm: int | None = None
    first_token_timeout_s: float | None = None
    total_timeout_s: float | None = None

    def __post_init__(self) -> None:
        if not self.provider or not self.model or (self.provider + self.model).strip() == "":
            raise ConfigError(f'"{self.provider}/{self.model}" is no arm; {_EXAMPLE}')
        if self.base_url is not None:
            # Frozen, so there is no other way to keep the one spelling that fingerprints go by.
            object.__setattr__(self, "base_url", clean_base_url(self.base_url))

    @property
    def label(self) -> str:
        """The arm's name for people: `provider/model`."""
        return f"{self.provider}/{self.model}"


def parse_arm(text: str) -> ArmSettings:
    """An arm from `provider/model` or `provider/model@https://host/v1`.

    Raises:
        ConfigError: It is neither.
    """
    name, at, url = text.strip().partition("@http")
    provider, slash, model = name.partition("/")
    if not (slash and model and _PROVIDER.fullmatch(provider)):
        shown = _shown(name) if "://" in name else name
        raise ConfigError(f'"{shown}{"@…" if at else ""}" is no arm; {_EXAMPLE}')
    return ArmSettings(provider=provider, model=model, base_url=f"http{url}" if at else None)


def clean_base_url(text: str) -> str:
    """The base URL in one spelling: no slash at the end, no `/chat/completions`.

    Raises:
        ConfigError: It is not an http(s) URL with a host, or it holds a user name, a password, a query
            or a fragment.
    """
    url = text.strip()
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        raise ConfigError(f'"{_shown(url)}" is not a URL') from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_fits:
        raise ConfigError(
            f'"{_shown(url)}" is not a base URL; write one such as https://api.openai.com/v1',
        )
    if "@" in parts.netloc:
        raise ConfigError(
            f"the base URL of {parts.hostname} holds a user name or a password",
            hint="Put the key into an environment variable and name it in api_key_env.",
        )
    if "?" in url or "#" in url:
        raise ConfigError(
            f"the base URL of {parts.hostname} holds a query or a fragment (after ? or #)",
            hint="Put a key into an environment variable and name it in api_key_env.",
        )
    if any(c.isspace() or not c.isprintable() for c in url):
        raise ConfigError(f'"{_shown(url)}" is not a base URL: it holds a space')
    return _rebuilt(parts)


def _rebuilt(parts: SplitResult) -> str:
    path = parts.path.rstrip("/").removesuffix("/chat/completions").rstrip("/")
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), path=path).geturl()


def _shown(url: str) -> str:
    """The URL without what may be a password or a key, for a message."""
    url, mark, _ = url.partition("?")
    url, hash_, _ = url.partition("#")
    if mark or hash_:
        url += (mark or hash_) + "…"
    before, at, after = url.rpartition("@")
    return f"{before.partition('://')[0]}://…@{after}" if at else url
