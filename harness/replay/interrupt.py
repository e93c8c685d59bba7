"""Ctrl-C as a request, not as an explosion."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from harness.errors import RunStopped

_Result = TypeVar("_Result")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_interruptibly(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine in its own event loop; Ctrl-C and SIGTERM cancel it, as often as they come.

    asyncio by itself raises KeyboardInterrupt in the middle of whatever runs at the second Ctrl-C.
    Must be called in the main thread.

    Raises:
        RunStopped: The coroutine did not turn the interrupt into an ending of its own.
    """
    return asyncio.run(_cancelled_by_signals(work))


async def _cancelled_by_signals(work: Coroutine[Any, Any, _Result]) -> _Result:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number in _SIGNALS:
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise RunStopped("interrupted before anything was done") from None
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
            # The loop would leave the system's own behaviour, which for SIGTERM is a silent death.
            signal.signal(number, before[number])
