"""A provider that says what a test tells it to, over the provider protocol."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import orjson
from factories import response

from harness.domain.chat import ChatRequest
from harness.domain.observation import Arm
from harness.errors import ProviderError
from harness.providers.base import HttpCall, Reply
from harness.replay.plan import ArmPlan
from harness.replay.settings import ReplaySettings
from harness.replay.throttle.clock import Clock, SystemClock

Outcome = Reply | Exception
Script = Callable[[str, int], Outcome]
"""What the n-th attempt (from 1) for a prompt comes to."""


def reply(text: str = "ok", **changes: Any) -> Reply:
    fields: dict[str, Any] = {"sent_at_s": 5.0, "ttft_s": 0.1, "latency_s": 0.2}
    return Reply(response=response(text), **{**fields, **changes})


def always(text: str, attempt: int) -> Outcome:
    return reply()


class Scripted:
    """Counts what it is asked; answers after a delay on the given clock."""

    def __init__(
        self,
        script: Script = always,
        *,
        delay_s: float = 0.0,
        clock: Clock | None = None,
        url: str = "http://a",
    ) -> None:
        self.script = script
        self.delay_s = delay_s
        self.clock = clock or SystemClock()
        self.url = url
        self.sent: list[str] = []
        self.sent_at: list[float] = []
        self.in_flight = 0
        self.peak = 0
        self.opened = 0

    def prepare(self, request: ChatRequest) -> HttpCall:
        body = orjson.dumps(dict(request.body))
        digest = sha256(self.url.encode() + body).hexdigest()
        return HttpCall(url=self.url, body=body, stream=False, fingerprint=digest)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Scripted"]:
        self.opened += 1
        yield self

    async def send(self, call: HttpCall) -> Reply:
        text = str(orjson.loads(call.body)["messages"][0]["content"])
        self.sent.append(text)
        self.sent_at.append(self.clock.monotonic())
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            if self.delay_s:
                await self.clock.sleep(self.delay_s)
            else:
                await asyncio.sleep(0)
        finally:
            self.in_flight -= 1
        outcome = self.script(text, self.sent.count(text) if len(self.sent) < 5000 else 1)
        if isinstance(outcome, Exception):
            if isinstance(outcome, ProviderError):
                outcome.sent_at_s, outcome.latency_s = 5.0, 0.3
            raise outcome
        return outcome


def arm_plan(
    provider: Any, arm: Arm = Arm.CANDIDATE, settings: ReplaySettings | None = None, **changes: Any
) -> ArmPlan:
    settings = settings or ReplaySettings()
    return ArmPlan(arm=arm, name="together/m", provider=provider, settings=settings, **changes)


def both(
    incumbent: Any, candidate: Any, settings: ReplaySettings | None = None, **changes: Any
) -> dict[Arm, ArmPlan]:
    return {
        arm: arm_plan(provider, arm, settings, **changes)
        for arm, provider in ((Arm.INCUMBENT, incumbent), (Arm.CANDIDATE, candidate))
    }
