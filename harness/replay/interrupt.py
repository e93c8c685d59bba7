"""Ctrl-C as a request, not as an explosion."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_interruptibly(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine in its own event loop; Ctrl-C and SIGTERM cancel it, as often as they come.

    asyncio by itself raises KeyboardInterrupt in the middle of whatever runs at the second Ctrl-C.
    Must be called in the main thread.
    """
    return asyncio.run(_cancelled_by_signals(work))


async def _cancelled_by_signals(work: Coroutine[Any, Any, _Result]) -> _Result:
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("not in a task")
    for number in _SIGNALS:
        loop.add_signal_handler(number, task.cancel)
    try:
        return await work
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
