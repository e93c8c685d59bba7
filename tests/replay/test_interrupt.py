import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from factories import record
from scripted import Scripted, arm_plan

from harness.domain.observation import Arm
from harness.errors import RunStopped, Unavailable
from harness.replay.interrupt import run_interruptibly
from harness.replay.runner import replay
from harness.replay.settings import ReplaySettings
from harness.store.journal import Journal, JournalIndex


async def interrupted(path: Path, provider: Scripted, *after_s: float, **settings: Any) -> str:
    """Replay and send this process Ctrl-C at these moments; the message it ends with."""
    wanted = ReplaySettings(**settings)
    loop = asyncio.get_running_loop()
    for moment in after_s:
        loop.call_later(moment, os.kill, os.getpid(), signal.SIGINT)
    many = (record(f"r{number}", str(number)) for number in range(100_000))
    with Journal(path) as journal, pytest.raises(RunStopped) as caught:
        await replay(many, {Arm.CANDIDATE: arm_plan(provider, settings=wanted)}, journal, wanted)
    return caught.value.message


def test_ctrl_c_takes_no_more_records_and_keeps_what_was_under_way(tmp_path: Path) -> None:
    provider = Scripted(delay_s=0.1)
    message = run_interruptibly(interrupted(tmp_path / "j", provider, 0.25, concurrency=8))
    kept = len(JournalIndex.scan(tmp_path / "j"))
    assert kept == len(provider.sent) == 24
    assert message == "interrupted after 16 candidate calls; every answer that arrived is kept"


def test_calls_that_take_longer_than_the_grace_are_given_up(tmp_path: Path) -> None:
    provider = Scripted(delay_s=60)
    run_interruptibly(interrupted(tmp_path / "j", provider, 0.1, interrupt_grace_s=0.2, concurrency=3))
    assert len(JournalIndex.scan(tmp_path / "j")) == 0
    assert len(provider.sent) == 3
    assert provider.in_flight == 0


def test_a_second_ctrl_c_does_not_wait(tmp_path: Path) -> None:
    async def scenario() -> float:
        began = asyncio.get_running_loop().time()
        await interrupted(tmp_path / "j", Scripted(delay_s=60), 0.1, 0.3, interrupt_grace_s=60)
        return asyncio.get_running_loop().time() - began

    assert 0.3 <= run_interruptibly(scenario()) < 2.0


def test_waiting_for_a_retry_a_place_or_the_limit_ends_at_once(tmp_path: Path) -> None:
    provider = Scripted(lambda text, attempt: Unavailable("503", retry_after_s=100.0))

    async def scenario() -> float:
        began = asyncio.get_running_loop().time()
        await interrupted(tmp_path / "j", provider, 0.2, interrupt_grace_s=60, rpm=60, concurrency=30)
        return asyncio.get_running_loop().time() - began

    assert run_interruptibly(scenario()) < 2.0
    assert len(provider.sent) == 1


def test_ctrl_c_while_a_spent_budget_waits_for_its_calls_starts_the_grace(tmp_path: Path) -> None:
    provider = Scripted(delay_s=0.3)

    async def scenario() -> str:
        settings = ReplaySettings(budget_usd=2.0, concurrency=8)
        plan = arm_plan(provider, settings=settings, cost=lambda arm, answer: 1.0)
        many = (record(f"r{number}", str(number)) for number in range(100))
        asyncio.get_running_loop().call_later(0.45, os.kill, os.getpid(), signal.SIGINT)
        with Journal(tmp_path / "j") as journal, pytest.raises(RunStopped) as caught:
            await replay(many, {Arm.CANDIDATE: plan}, journal, settings)
        return caught.value.message

    message = run_interruptibly(scenario())
    assert message == "the budget of $2.00 is used up: $1.0000 spent, about $1.0000 more in flight"
    assert len(JournalIndex.scan(tmp_path / "j")) == len(provider.sent) == 2


def test_sigterm_is_an_interrupt_as_well(tmp_path: Path) -> None:
    async def scenario() -> str:
        asyncio.get_running_loop().call_later(0.1, os.kill, os.getpid(), signal.SIGTERM)
        return await interrupted(tmp_path / "j", Scripted(delay_s=0.05))

    assert run_interruptibly(scenario()).startswith("interrupted after ")


def test_an_interrupt_that_nobody_takes_is_a_stopped_run_all_the_same() -> None:
    async def scenario() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(60)

    with pytest.raises(RunStopped, match="interrupted before anything was done"):
        run_interruptibly(scenario())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
