"""One recording from start to end: proxy, file, and perhaps the client's process."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TextIO

import trio
from logion.clock import Clock

from logion_traces.format import Frame, Header, write_frame, write_header
from logion_traces.recorder import LOOPBACK, record

BOOTSTRAP = "{bootstrap}"
"""What stands for the proxy's HOST:PORT in the client's command."""


@dataclass(frozen=True, slots=True)
class Session:
    """What to record, from whom, and where it goes."""

    upstream: tuple[str, int]
    header: Header
    """Its date is filled in when the recording starts."""
    output: Path
    command: Sequence[str] = ()
    """The client's command line; empty: record until told to stop."""
    port: int = 0
    """Where the proxy listens; 0 takes a free port."""
    ready_file: Path | None = None
    """Gets the proxy's HOST:PORT once it accepts connections."""


async def record_session(session: Session, clock: Clock) -> int:
    """Record until the client's command ends, or SIGINT or SIGTERM comes.

    Returns the command's exit status, 0 without one. Lines are written as frames pass,
    so that a recording that is killed is a trace up to there.
    """
    today = datetime.fromtimestamp(clock.time_ms() / 1000, tz=UTC).date()
    header = replace(session.header, date=today.isoformat())
    with session.output.open("w", encoding="utf-8") as file:
        file.write(write_header(header))
        return await _record_into(file, session)


async def _record_into(file: TextIO, session: Session) -> int:
    def write(frame: Frame) -> None:
        file.write(write_frame(frame))
        file.flush()

    async with trio.open_nursery() as nursery:
        proxy = partial(record, session.upstream, write, port=session.port)
        port = await nursery.start(proxy)
        bootstrap = f"{LOOPBACK}:{port}"
        if session.ready_file is not None:
            session.ready_file.write_text(bootstrap, encoding="utf-8")
        status = await _client(session.command, bootstrap)
        nursery.cancel_scope.cancel()
    return status


async def _client(command: Sequence[str], bootstrap: str) -> int:
    """Return the exit status of the client's command, or 0 after a signal."""
    if not command:
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for _ in signals:
                break
        return 0
    arguments = [argument.replace(BOOTSTRAP, bootstrap) for argument in command]
    process: subprocess.CompletedProcess[bytes] = await trio.run_process(
        arguments, check=False
    )
    return process.returncode
