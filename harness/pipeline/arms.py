"""Settings of an arm → a model that can be called, with its price."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from harness.config import RunConfig
from harness.domain.chat import Response
from harness.domain.mark import Mark
from harness.domain.observation import Arm
from harness.errors import ConfigError
from harness.providers.arm import ArmSettings
from harness.providers.credentials import missing_key, require_key
from harness.providers.data import price_bytes
from harness.providers.http import HttpProvider, Timeouts
from harness.providers.presets import PRESETS, Preset, is_loopback, preset_of, provider_of, with_environment
from harness.providers.prices import Price, PriceTable, cost_usd
from harness.replay.plan import ArmPlan, Chosen, no_record
from harness.replay.settings import ReplaySettings
from harness.store.journal import JournalIndex

_OWN_LIMITS = ("concurrency", "rpm", "tpm", "first_token_timeout_s", "total_timeout_s")
SANDBOX = "sandbox"
JUDGE = "judge"
# Stands for the embedded sandbox in fingerprints: its real port is another one at every start.
SANDBOX_URL = "http://sandbox.invalid/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyArm:
    """One arm, ready to be called.

    Attributes:
        provider: None where the recorded answers stand for the calls.
        price: None where no price is known; costs are then unknown, never 0.
        embedded: Whether the sandbox that this run starts answers for it.
        mark: Where its answers come from, as far as it is known before the first one.
        role: What messages call it: incumbent, candidate or judge. A judge is called like a candidate,
            with a journal of its own.
    """

    arm: Arm
    role: str
    settings: ArmSettings
    provider: HttpProvider | None
    price: Price | None
    embedded: bool
    mark: Mark = Mark.LIVE

    @property
    def costs_money(self) -> bool:
        """Whether its calls may be charged: not the sandbox, not one's own unpriced server on this machine.

        An `openai/…` address on this machine may be a proxy to a paid API, so it counts.
        """
        if self.provider is None or self.settings.provider == SANDBOX:
            return False
        own = preset_of(self.settings.provider).own_server and is_loopback(self.provider.base_url)
        return self.price is not None or not own

    @property
    def counts_against_budget(self) -> bool:
        """Whether its price is known, and somebody could be charged.

        Recorded answers played back carry no token counts, and nobody is charged for them.
        """
        return self.provider is not None and self.price is not None and self.mark is not Mark.RECORDED

    def cost(self, arm: Arm, response: Response) -> float | None:
        """US dollars of a response of this arm; None where tokens or price are unknown."""
        return None if self.price is None else cost_usd(response.usage, self.price)

    def describe(self) -> dict[str, Any]:
        """What the manifest says of the arm; never a key."""
        return {
            "provider": self.settings.provider,
            "model": self.settings.model,
            "base_url": "" if self.embedded or self.provider is None else self.provider.base_url,
            "source": self.settings.source,
            "price": price_sentence(self.price),
            "limits": _own_limits(self.settings),
            "mark": self.mark,
        }


def ready(config: RunConfig, arm: Arm) -> ReadyArm:
    """One arm of a run, checked as far as it can be without a key and without sending anything.

    Raises:
        ConfigError: Unknown provider, missing address or unknown price entry.
    """
    return _ready(config, config.arm(arm), arm, arm.value)


def ready_judge(config: RunConfig) -> ReadyArm | None:
    """The model of `[judge]`, checked like an arm; None without one.

    Raises:
        ConfigError: As for an arm.
    """
    return None if config.judge is None else _ready(config, config.judge, Arm.CANDIDATE, JUDGE)


def _ready(config: RunConfig, settings: ArmSettings, arm: Arm, role: str) -> ReadyArm:
    where = f"{config.folder / 'dataset.toml'}: [{role}]"
    try:
        price = PriceTable.load(price_bytes()).price_of(settings)
        if settings.source == "recorded":
            return ReadyArm(arm=arm, role=role, settings=settings, provider=None, price=price, embedded=False)
        embedded = settings.provider == SANDBOX and settings.base_url is None
        if embedded:
            _check_sandbox(settings, config, role)
            settings = replace(settings, base_url=SANDBOX_URL)
        settings = with_environment(settings, os.environ)
        limits = _replay_settings(settings, config)
        provider = provider_of(
            settings,
            # Nobody reads along with a judge, and a whole answer always comes with its token counts.
            stream=limits.stream and role != JUDGE,
            timeouts=Timeouts(
                connect_s=limits.connect_timeout_s,
                first_token_s=limits.first_token_timeout_s,
                total_s=limits.total_timeout_s,
            ),
            max_connections=limits.concurrency,
        )
    except ConfigError as error:
        # The limits of an arm are checked as settings of [replay], where nobody wrote them.
        message = error.message.removeprefix("[replay] ")
        raise ConfigError(f"{where}: {message}", error.hint) from None
    return ReadyArm(
        arm=arm,
        role=role,
        settings=settings,
        provider=provider,
        price=price,
        embedded=embedded,
        mark=_sandbox_mark(config, role) if settings.provider == SANDBOX else Mark.LIVE,
    )


def check_keys(arms: Iterable[ReadyArm]) -> None:
    """Every key that is needed is set and can be sent.

    Raises:
        ConfigError: One line that names each environment variable that is missing.
    """
    called = [entry for entry in arms if entry.provider is not None]
    missing = [missing_key(entry.provider, arm=entry.role) for entry in called if entry.provider is not None]
    told = [line for line in dict.fromkeys(missing) if line]
    if told:
        raise ConfigError("; ".join(told))
    for entry in called:
        if entry.provider is not None:
            require_key(entry.provider, arm=entry.role)


def check_budget(config: RunConfig, called: Iterable[ReadyArm]) -> None:
    """A budget can be held: the price of all that is paid is known.

    Raises:
        ConfigError: It is not.
    """
    if config.replay.budget_usd is None:
        return
    for entry in called:
        if entry.costs_money and entry.price is None:
            role = entry.role
            raise ConfigError(
                f"a budget cannot be held: no price is known for {role} {entry.settings.label}",
                f"Give it: --set '{role}.price={{ input_per_million = …, output_per_million = … }}', "
                f"or the same under [{role}] in dataset.toml.",
            )


def _check_sandbox(settings: ArmSettings, config: RunConfig, role: str) -> None:
    """The embedded sandbox must be described by the dataset, and know the model it is to stand for."""
    models = config.sandbox.get("models", {})
    if not config.sandbox:
        raise ConfigError(
            f"{settings.label} is the sandbox, but there is no [sandbox] table", "docs/sandbox.md shows one."
        )
    if role == JUDGE and "judge" not in models.get(settings.model, {}):
        raise ConfigError(
            f'the sandbox has no judge "{settings.model}"',
            f'Add [sandbox.models."{settings.model}"] with judge = {{ sensitivity = 0.93 }} (docs/judge.md).',
        )
    if config.sandbox.get("source") != "recorded" and settings.model not in models:
        known = ", ".join(models) or "none; add [sandbox.models.NAME]"
        raise ConfigError(f'the sandbox has no model "{settings.model}"', f"[sandbox.models] has: {known}")


def _replay_settings(settings: ArmSettings, config: RunConfig) -> ReplaySettings:
    """The limits and timeouts of one arm: its own win over those of `[replay]`."""
    return replace(config.replay, **_own_limits(settings))


def _own_limits(settings: ArmSettings) -> dict[str, Any]:
    own = {name: getattr(settings, name) for name in _OWN_LIMITS}
    return {name: value for name, value in own.items() if value is not None}


def arm_plan(
    ready_arm: ReadyArm,
    config: RunConfig,
    *,
    sandbox_url: str | None,
    shared: tuple[JournalIndex, ...] = (),
    repeated: Chosen = no_record,
) -> ArmPlan:
    """What the replay needs to know of an arm.

    Args:
        ready_arm: The arm.
        config: The run's settings; the arm's own limits win over those of `[replay]`.
        sandbox_url: Where the embedded sandbox listens, None where there is none.
        shared: Journals whose calls may be taken over.
        repeated: The records that are called a second time.
    """
    provider = ready_arm.provider
    if provider is not None and ready_arm.embedded and sandbox_url is not None:
        provider = replace(provider, served_at=sandbox_url)
    return ArmPlan(
        arm=ready_arm.arm,
        name=ready_arm.settings.label,
        provider=provider,
        settings=_replay_settings(ready_arm.settings, config),
        cost=ready_arm.cost,
        priced=ready_arm.counts_against_budget,
        shared=shared,
        repeated=repeated,
    )


def least_real(marks: Iterable[object]) -> Mark:
    """What everything shown of a run must say: the least real of the marks of its answers."""
    told = set(marks)
    return next(mark for mark in Mark if mark in told)


def _sandbox_mark(config: RunConfig, role: str) -> Mark:
    recorded = config.sandbox.get("source") == "recorded" and role != JUDGE
    return Mark.RECORDED if recorded else Mark.SIMULATED


def price_sentence(price: Price | None) -> str:
    """The price as the manifest and the report give it; "" where it is unknown."""
    if price is None:
        return ""
    per_million = f"${price.input_usd * 1e6:g} in, ${price.output_usd * 1e6:g} out per million tokens"
    return f"{per_million} ({price.name}, {price_origin()})"


def price_origin() -> str:
    """Where the price table comes from, in one line."""
    return PriceTable.load(price_bytes()).origin


def provider_lines() -> list[str]:
    """The providers there are: name, address, key."""
    return [f"  {preset.name:<12} {_address(preset):<58} {_key(preset)}" for preset in PRESETS.values()]


def _address(preset: Preset) -> str:
    if preset.name == SANDBOX:
        return "started by the harness, or its address after @"
    return preset.base_url or f"your own service: after @, or in {preset.base_url_env}"


def _key(preset: Preset) -> str:
    names = " or ".join(preset.api_key_env)
    return f"{names} (optional)" if names and preset.key_optional else names or "no key"
