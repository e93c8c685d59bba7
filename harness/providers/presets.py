"""The OpenAI-compatible hosts, one small dataclass each; pure.

To add a host, add one `Preset` to `PRESETS`; `docs/providers.md` says what its fields mean.

A key goes only where it belongs: a preset's key is sent to the preset's own hosts over https. A base
URL that leads elsewhere gets a key only where the arm names one in `api_key_env`. Servers that people
run themselves (`own_server`) have no host of their own, so theirs goes to the base URL given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from harness.errors import ConfigError
from harness.providers.arm import ArmSettings
from harness.providers.base import Dialect
from harness.providers.http import HttpProvider, Timeouts
from harness.providers.openai import OpenAIDialect

_BEARER: Final = OpenAIDialect()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A host that speaks a dialect.

    Attributes:
        name: What people write before the slash.
        base_url: Its address, version included; None where everybody has their own.
        api_key_env: Environment variables that may hold the key; the first that is set wins.
        key_optional: Whether it answers without a key.
        hosts: Further hosts that may see the key; one that begins with a dot stands for all below it.
        own_server: Whether people run it themselves, at any address.
        path: What to append to a base URL from the environment that has no path.
        env: Environment variable of the base URL where it is not `<NAME>_BASE_URL`.
        price_prefix: What stands before a model's name in the price table; None where it has no prices.
    """

    name: str
    base_url: str | None = None
    api_key_env: tuple[str, ...] = ()
    key_optional: bool = False
    hosts: tuple[str, ...] = ()
    own_server: bool = False
    path: str = ""
    env: str = ""
    price_prefix: str | None = None
    dialect: Dialect = _BEARER

    @property
    def base_url_env(self) -> str:
        """The environment variable that may hold the base URL."""
        return self.env or f"{self.name.upper()}_BASE_URL"

    def owns(self, base_url: str) -> bool:
        """Whether the address is the preset's own, reached over https."""
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        own = {urlsplit(self.base_url).hostname} if self.base_url and not self.own_server else set()
        below = tuple(name for name in self.hosts if name.startswith("."))
        return parts.scheme == "https" and (
            host in own or host in self.hosts or (bool(below) and host.endswith(below))
        )


def _table(*presets: Preset) -> dict[str, Preset]:
    return {preset.name: preset for preset in presets}


PRESETS: Final = _table(
    Preset(
        name="openai",
        base_url="https://api.openai.com/v1",
        api_key_env=("OPENAI_API_KEY",),
        hosts=("eu.api.openai.com", "us.api.openai.com"),
        price_prefix="",
    ),
    Preset(
        name="azure",
        api_key_env=("AZURE_OPENAI_API_KEY",),
        hosts=(".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com"),
        path="/openai/v1",
        env="AZURE_OPENAI_ENDPOINT",
        dialect=OpenAIDialect(key_header="api-key"),
    ),
    Preset(
        name="together",
        base_url="https://api.together.xyz/v1",
        api_key_env=("TOGETHER_API_KEY",),
        hosts=("api.together.ai",),
        price_prefix="together_ai/",
    ),
    Preset(name="anyscale", api_key_env=("ANYSCALE_API_KEY",), own_server=True),
    Preset(
        name="fireworks",
        base_url="https://api.fireworks.ai/inference/v1",
        api_key_env=("FIREWORKS_API_KEY",),
        price_prefix="fireworks_ai/",
    ),
    Preset(
        name="deepinfra",
        base_url="https://api.deepinfra.com/v1/openai",
        api_key_env=("DEEPINFRA_API_KEY", "DEEPINFRA_TOKEN"),
        price_prefix="deepinfra/",
    ),
    Preset(
        name="groq",
        base_url="https://api.groq.com/openai/v1",
        api_key_env=("GROQ_API_KEY",),
        price_prefix="groq/",
    ),
    Preset(
        name="openrouter",
        base_url="https://openrouter.ai/api/v1",
        api_key_env=("OPENROUTER_API_KEY",),
        price_prefix="openrouter/",
    ),
    Preset(
        name="lambda",
        base_url="https://api.lambda.ai/v1",
        api_key_env=("LAMBDA_API_KEY",),
        price_prefix="lambda_ai/",
    ),
    Preset(
        name="gemini",
        base_url="https://generativelanguage.googleapis.com/v1beta/openai",
        api_key_env=("GOOGLE_API_KEY", "GEMINI_API_KEY"),
        price_prefix="gemini/",
    ),
    Preset(
        name="mistral",
        base_url="https://api.mistral.ai/v1",
        api_key_env=("MISTRAL_API_KEY",),
        price_prefix="mistral/",
    ),
    Preset(
        name="deepseek",
        base_url="https://api.deepseek.com",
        api_key_env=("DEEPSEEK_API_KEY",),
        price_prefix="deepseek/",
    ),
    Preset(
        name="cerebras",
        base_url="https://api.cerebras.ai/v1",
        api_key_env=("CEREBRAS_API_KEY",),
        price_prefix="cerebras/",
    ),
    Preset(
        name="vllm",
        base_url="http://localhost:8000/v1",
        api_key_env=("VLLM_API_KEY",),
        key_optional=True,
        own_server=True,
    ),
    Preset(
        name="sglang",
        base_url="http://localhost:30000/v1",
        api_key_env=("SGLANG_API_KEY",),
        key_optional=True,
        own_server=True,
    ),
    Preset(name="trtllm", base_url="http://localhost:8000/v1", key_optional=True, own_server=True),
    Preset(name="ollama", base_url="http://localhost:11434/v1", key_optional=True, own_server=True),
    Preset(
        name="llamacpp",
        base_url="http://localhost:8080/v1",
        api_key_env=("LLAMA_API_KEY",),
        key_optional=True,
        own_server=True,
    ),
    Preset(name="sandbox", key_optional=True, own_server=True),
)


def preset_of(name: str) -> Preset:
    """The preset of that name.

    Raises:
        ConfigError: There is none; the message offers near names.
    """
    preset = PRESETS.get(name)
    if preset is not None:
        return preset
    near = get_close_matches(name.lower(), PRESETS, n=1, cutoff=0.7)
    guess = f'; did you mean "{near[0]}"?' if near else ""
    raise ConfigError(
        f'there is no provider "{name}"{guess}',
        hint=f"Providers: {', '.join(PRESETS)}. Any other OpenAI-compatible server: openai/model@https://host/v1",
    )


def provider_of(
    arm: ArmSettings, *, stream: bool, timeouts: Timeouts | None = None, max_connections: int = 64
) -> HttpProvider:
    """The provider that calls the arm's model; reads no environment (`with_environment` does).

    Raises:
        ConfigError: The provider is unknown, or its address is.
    """
    preset = preset_of(arm.provider)
    base_url = arm.base_url or preset.base_url
    if base_url is None:
        raise ConfigError(
            f"{arm.label} needs the address of your own service",
            hint=f"Write {arm.label}@https://…/v1, or set {preset.base_url_env}.",
        )
    names, required = _key_of(arm, preset, base_url)
    return HttpProvider(
        dialect=preset.dialect,
        base_url=base_url,
        model=arm.model,
        label=arm.label,
        key_names=names,
        key_required=required,
        stream=stream,
        timeouts=timeouts or Timeouts(),
        max_connections=max_connections,
    )


def with_environment(arm: ArmSettings, environment: Mapping[str, str]) -> ArmSettings:
    """The arm with the base URL that its preset's variable (`OPENAI_BASE_URL`, …) holds.

    A base URL in the arm itself wins. Whoever sets a provider's URL and key side by side in the
    environment means them together, so the key is sent to that URL as well.

    Raises:
        ConfigError: The provider is unknown, or the URL is none.
    """
    preset = preset_of(arm.provider)
    url = environment.get(preset.base_url_env, "").strip()
    if arm.base_url is not None or not url:
        return arm
    has_path = "/" in url.partition("://")[2].rstrip("/")
    try:
        arm = replace(arm, base_url=url if has_path else url.rstrip("/") + preset.path)
    except ConfigError as error:
        raise ConfigError(f"{preset.base_url_env}: {error.message}", error.hint) from None
    if arm.api_key_env is None and preset.api_key_env and not preset.key_optional:
        names = preset.api_key_env
        chosen = next((name for name in names if environment.get(name, "").strip()), names[0])
        arm = replace(arm, api_key_env=chosen)
    return arm


def is_own_address(arm: ArmSettings) -> bool:
    """Whether the arm calls the provider that its name says, so that this provider's prices hold."""
    return arm.base_url is None or preset_of(arm.provider).owns(arm.base_url)


def _key_of(arm: ArmSettings, preset: Preset, base_url: str) -> tuple[tuple[str, ...], bool]:
    """Which variables may hold the key for this address, and whether one must be set."""
    if arm.api_key_env:
        return (arm.api_key_env,), True
    if preset.own_server:
        return preset.api_key_env, not preset.key_optional and not is_loopback(base_url)
    return (preset.api_key_env, not preset.key_optional) if preset.owns(base_url) else ((), False)


def is_loopback(base_url: str) -> bool:
    """Whether the address is this machine."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
