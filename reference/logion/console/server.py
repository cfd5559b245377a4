"""The console's own port, served beside the broker and never in its way."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

import trio
from hypercorn.config import Config
from hypercorn.trio import serve
from hypercorn.typing import Framework

from logion.broker.broker import Broker
from logion.broker.listener import Listener
from logion.console.app import console_app

REQUEST_TIMEOUT_S = 30
"""How long a browser may take to send a request."""


@asynccontextmanager
async def open_console(broker: Broker, listener: Listener) -> AsyncIterator[str]:
    """Serve the pages about `broker`; give the address to open, `http://...`.

    The listener's socket is closed at the end.
    """
    names = {listener.host.lower(), socket.gethostname().lower()} - {""}
    async with trio.open_nursery() as nursery:
        stopped = trio.Event()
        await nursery.start(
            partial(
                serve,
                cast("Framework", console_app(broker, names)),
                _config(listener.bound),
                shutdown_trigger=stopped.wait,
            )
        )
        yield f"http://{_shown_host(listener.host)}:{listener.port}/"
        nursery.cancel_scope.cancel()


def _shown_host(host: str) -> str:
    """Return the host by which a browser on this machine finds the console."""
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"[{host}]" if ":" in host else host


def _config(bound: socket.socket) -> Config:
    config = Config()
    config.bind = [f"fd://{bound.detach()}"]
    config.errorlog = logging.getLogger(__name__)
    config.loglevel = "WARNING"
    config.include_server_header = False
    config.graceful_timeout = 0
    config.read_timeout = REQUEST_TIMEOUT_S
    return config
