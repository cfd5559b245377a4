"""What a handler knows of a request beyond its body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import trio

LOOK_AGAIN_S = 5.0
"""How often a request that waits looks whether its client is still there: seldom, since
most wait for less, and looking costs a system call."""


def _never() -> bool:
    return False


class Context(NamedTuple):
    """Where a request came from, and how its answer must look."""

    api_key: int
    version: int
    """Version of the API that the request and its answer are written in."""
    correlation_id: int
    client_id: str
    peer: str
    """Address of the client, `host:port`."""
    listener: str
    """Name of the listener it came in by: the addresses in an answer suit it."""
    is_client_lost: Callable[[], bool] = _never
    """Tells whether the client has closed: nobody waits for the answer then."""

    async def while_connected(self, wait: Callable[[], Awaitable[object]]) -> None:
        """Return once `wait` does, which is begun anew from time to time.

        Raises ConnectionAbortedError if the client closes meanwhile.
        """
        while True:
            with trio.move_on_after(LOOK_AGAIN_S):
                await wait()
                return
            if self.is_client_lost():
                raise ConnectionAbortedError("it closed while its request waited")


class CloseConnection(Exception):  # noqa: N818 - named for what it asks
    """The answer to a request is that the connection closes; the text says why."""
