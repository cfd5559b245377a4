"""What the tests of commands share: a standard input, and `logion` as a process."""

from __future__ import annotations

import io
import os
import re
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

DEADLINE_S = 30
"""How long a process may take for what takes it a moment."""

LOGION = (sys.executable, "-c", "from logion.cli.main import main; exit(main())")
READY = re.compile(r"logion \S+ listening on (\S+):(\d+) \(release (\S+)\)\n")


def give_stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Let a command in this process read `data` on its standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run a command as a process to its end."""
    return subprocess.run(
        [*LOGION, *arguments],
        input=stdin.decode(),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


@contextmanager
def broker_process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Give a starting `logion broker`; it is gone afterwards."""
    process = subprocess.Popen(
        [*LOGION, "broker", "--listen", "127.0.0.1:0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def ready_line(process: subprocess.Popen[str]) -> str:
    """Return the first line of a broker's stdout; fails if none comes in time."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        assert selector.select(DEADLINE_S), "the broker said nothing in time"
    return process.stdout.readline()


def ended(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    """Send a signal; return the exit status and what else stdout has."""
    process.send_signal(number)
    out, _ = process.communicate(timeout=DEADLINE_S)
    return process.returncode, out


def write(path: Path, *parts: bytes) -> Path:
    """Write a file and return its path."""
    path.write_bytes(b"".join(parts))
    return path


def text_of(stream: IO[str] | None) -> str:
    """Return all that is left in a pipe."""
    return "" if stream is None else stream.read()
