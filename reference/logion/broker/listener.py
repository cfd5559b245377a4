"""Listening sockets, and a task for each connection they accept."""

from __future__ import annotations

import errno
import logging
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import trio

from logion.broker.arrivals import refusal_ms, wait_for_turn
from logion.broker.connection import Connection
from logion.broker.state import BrokerState
from logion.broker.transport import SocketTransport

log = logging.getLogger(__name__)

BACKLOG = 4096
"""Connections the kernel holds until they are accepted; it lowers this to its own
limit. A burst of clients after a restart must not be refused."""

NO_DESCRIPTORS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
PAUSE_S = 0.1
"""How long to wait for descriptors when the process has none left."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A bound socket under the name that `listeners` gives it."""

    name: str
    host: str
    port: int
    bound: socket.socket

    def duplicate(self) -> Listener:
        """Return the same listener with a socket that can be closed by itself."""
        return replace(self, bound=self.bound.dup())


def bind(name: str, host: str, port: int) -> Listener:
    """Return a listener on `host:port`; port 0 takes a free one.

    Raises OSError when the address is in use or not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(BACKLOG)
        bound.setblocking(False)  # noqa: FBT003 - the socket's own form
    except OSError as problem:
        bound.close()
        text = f"cannot listen on {host}:{port}: {problem.strerror}"
        raise OSError(problem.errno, text) from None
    return Listener(name, host, bound.getsockname()[1], bound)


async def serve(broker: BrokerState, listener: Listener) -> None:
    """Accept connections until cancelled; each lives in a task of its own."""
    with listener.bound:
        async with trio.open_nursery() as connections:
            while True:
                waiting = deque(await _accept(listener.bound))
                try:
                    while waiting:
                        await wait_for_turn(broker)
                        accepted = waiting.popleft()
                        _start(broker, listener.name, accepted, connections.start_soon)
                finally:
                    for accepted in waiting:
                        accepted.close()


def _start(
    broker: BrokerState,
    listener: str,
    accepted: socket.socket,
    start_soon: Callable[..., None],
) -> None:
    try:
        transport = SocketTransport(accepted)
    except OSError as problem:  # it closed before we looked
        log.debug("a connection was gone at once: %s", problem)
        accepted.close()
        return
    if pause_ms := refusal_ms(broker, transport.peer):
        start_soon(_turn_away, transport, pause_ms)
    else:
        start_soon(Connection(broker, transport, listener).serve)


async def _turn_away(transport: SocketTransport, pause_ms: int) -> None:
    """Close a connection after a pause, unheard."""
    log.info("%s comes too often: closed in %d ms", transport.peer, pause_ms)
    try:
        await trio.sleep(pause_ms / 1000)
    finally:
        transport.close()


async def _accept(bound: socket.socket) -> list[socket.socket]:
    """Wait for connections; return all that are there."""
    await trio.lowlevel.wait_readable(bound)
    accepted = []
    try:
        while True:
            accepted.append(bound.accept()[0])
    except BlockingIOError:
        pass
    except OSError as problem:
        if problem.errno not in NO_DESCRIPTORS:
            log.info("a connection was lost before it was accepted: %s", problem)
        else:
            log.warning("cannot accept more connections now: %s", problem)
            await trio.sleep(PAUSE_S)
    return accepted
