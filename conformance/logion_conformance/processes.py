"""Server processes on ports of 127.0.0.1: started, awaited, ended by their own id."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 4.0
"""The last broker of an old cluster never finishes a controlled shutdown: killed."""


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


def tail(file: Path, lines: int = 30) -> str:
    """Return the last lines of a server's output."""
    return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])


@dataclass(slots=True)
class Process:
    """A server process on a port of 127.0.0.1, its output in a file."""

    command: list[str]
    port: int
    output: Path
    ready: str = ""
    """What its output says once it serves; empty: the open port is enough."""
    popen: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start it; on return the port accepts connections. RuntimeError if it dies."""
        with self.output.open("ab") as out:
            self.popen = subprocess.Popen(  # noqa: S603 - our own command
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.output.parent,
            )
        try:
            self._wait_until_listening()
        except RuntimeError:
            self.kill()
            raise

    def _wait_until_listening(self) -> None:
        limit = time.perf_counter() + START_SECONDS_MAX
        while not (is_listening(self.port) and self.ready in self.output.read_text()):
            if self.popen.poll() is not None or time.perf_counter() > limit:
                said = tail(self.output)
                raise RuntimeError(f"{self.command[-2:]} did not start:\n{said}")
            time.sleep(0.05)

    def stop(self, seconds: float = STOP_SECONDS_MAX) -> None:
        """Ask it to end, wait, kill it if it has not."""
        self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill it at once (kill -9); on return it is gone."""
        self.popen.kill()
        self.popen.wait()
