"""A replay in a process of its own, to be killed: `victim.py URL JOURNAL RECORDS`."""

import asyncio
import sys
from pathlib import Path

from harness.domain.chat import ChatRequest
from harness.domain.observation import Arm
from harness.domain.record import Record
from harness.providers.http import HttpProvider
from harness.providers.openai import OpenAIDialect
from harness.replay.plan import ArmPlan
from harness.replay.runner import replay
from harness.replay.settings import ReplaySettings
from harness.store.journal import Journal

CONCURRENCY = 8


def plan(arm: Arm, url: str) -> ArmPlan:
    settings = ReplaySettings(concurrency=CONCURRENCY)
    # Another model per arm: the server tells them apart by it, and so does the fingerprint.
    provider = HttpProvider(
        dialect=OpenAIDialect(), base_url=url, model=arm.value, label=arm.value, stream=False
    )
    return ArmPlan(arm=arm, name=arm.value, provider=provider, settings=settings)


def record(number: int) -> Record:
    body = {"messages": [{"role": "user", "content": f"prompt {number}."}]}
    return Record(id=f"r{number}", request=ChatRequest(body=body), recorded=None, expected=None, tags={})


def main(url: str, path: Path, count: int) -> None:
    plans = {arm: plan(arm, url) for arm in Arm}
    with Journal(path) as journal:
        asyncio.run(replay((record(number) for number in range(count)), plans, journal, ReplaySettings()))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
