"""Server processes on ports of 127.0.0.1: started, awaited, ended by their own id."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 4.0
"""The last broker of an old cluster never finishes a controlled shutdown: killed."""

PAUSE_SECONDS = 0.05
"""Between two looks at a server that starts, or at what is left of one that ended."""

PRINTED_PORT = re.compile(r"(?:127\.0\.0\.1|localhost|\[::\]|0\.0\.0\.0):(\d+)")
"""Where a server that chooses its port says that it listens."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def is_listening(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def await_listening(port: int) -> None:
    """Wait until something accepts connections on 127.0.0.1:`port`; RuntimeError if
    nothing ever does."""
    limit = time.perf_counter() + START_SECONDS_MAX
    while not is_listening(port):
        if time.perf_counter() > limit:
            raise RuntimeError(f"nothing listens on port {port}")
        time.sleep(PAUSE_SECONDS)


def tail(file: Path, lines: int = 30) -> str:
    """Return the last lines of a server's output."""
    return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])


@dataclass(slots=True)
class Process:
    """A server process on a port of 127.0.0.1, its output in a file."""

    command: list[str]
    port: int
    """0 until it has printed where it listens, if it chooses that itself."""
    output: Path
    ready: str = ""
    """What its output says once it serves; empty: the open port is enough."""
    popen: subprocess.Popen[bytes] = field(init=False)
    _said_before: int = field(init=False, default=0)
    """Bytes of output from before this start."""
    _chooses_port: bool = field(init=False)

    def __post_init__(self) -> None:
        """Note who chooses the port."""
        self._chooses_port = self.port == 0

    def start(self) -> None:
        """Start it; on return the port accepts connections. RuntimeError if it dies.

        It is killed if anything goes wrong meanwhile, an interrupt included.
        """
        if self._chooses_port:
            self.port = 0
        with self.output.open("ab") as out:
            self._said_before = out.tell()
            self.popen = subprocess.Popen(  # noqa: S603 - our own command
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.output.parent,
            )
        with ExitStack() as stack:
            stack.callback(self.kill)
            self._wait_until_listening()
            stack.pop_all()

    @property
    def said(self) -> str:
        """What it has printed since it was started last."""
        printed = self.output.read_bytes()[self._said_before :]
        return printed.decode(errors="replace")

    def _wait_until_listening(self) -> None:
        limit = time.perf_counter() + START_SECONDS_MAX
        while not self._is_listening():
            if self.popen.poll() is not None or time.perf_counter() > limit:
                raise RuntimeError(self._why_not_started())
            time.sleep(PAUSE_SECONDS)

    def _why_not_started(self) -> str:
        status = self.popen.returncode
        how = (
            f"nothing listened after {START_SECONDS_MAX:g} s"
            if status is None
            else f"it ended, exit status {status}"
        )
        said = tail(self.output)
        printed = f":\n{said}" if said else ", and printed nothing"
        return f"{self.command[-2:]} did not start: {how}{printed}"

    def _is_listening(self) -> bool:
        if not self.port and (printed := PRINTED_PORT.search(self.said)):
            self.port = int(printed[1])
        return self.port != 0 and is_listening(self.port) and self.ready in self.said

    @property
    def is_running(self) -> bool:
        """Whether it has been started and has not ended; paused, it runs."""
        return self.popen.poll() is None

    def pause(self) -> None:
        """Let it do nothing until it is resumed; its connections stay open."""
        self.popen.send_signal(signal.SIGSTOP)
        stopped_or_ended = os.WSTOPPED | os.WEXITED | os.WNOWAIT
        os.waitid(os.P_PID, self.popen.pid, stopped_or_ended)

    def resume(self) -> None:
        """Let it go on; one that is not paused, or has ended, stays as it is."""
        self.popen.send_signal(signal.SIGCONT)

    def stop(self, seconds: float = STOP_SECONDS_MAX) -> None:
        """Ask it to end, wait, kill it if it has not, or if the wait is interrupted."""
        self.popen.send_signal(signal.SIGTERM)
        self.resume()
        with ExitStack() as stack:
            stack.callback(self.kill)
            with suppress(subprocess.TimeoutExpired):
                self.popen.wait(seconds)

    def kill(self) -> None:
        """Kill it at once (kill -9); on return it is gone."""
        self.popen.kill()
        self.popen.wait()
