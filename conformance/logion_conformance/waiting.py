"""Waiting for what takes effect in its own time: some changes reach a broker later
than their answer reaches the client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from logion_conformance.expect import Broken
from logion_conformance.subject import Subject


async def eventually(broker: Subject, check: Callable[[], Awaitable[None]]) -> None:
    """Return once a check holds; raise what it found at last if it does not within the
    time of an answer."""
    options = broker.cluster.options
    limit = trio.current_time() + options.timeout_s
    while True:
        try:
            return await check()
        except Broken:
            if trio.current_time() > limit:
                raise
        await trio.sleep(options.backoff_s)
