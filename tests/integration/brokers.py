"""The brokers under test, as processes: logion, or Apache Kafka to prove the tests.

`LOGION_INTEGRATION_TARGET=apache` runs the same tests against Apache Kafka of the
release asked for: what fails there is the test's or the client's own fault.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from logion_conformance import apache, processes

NEWEST = "4.3"
TARGET = os.environ.get("LOGION_INTEGRATION_TARGET", "logion")
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 10.0


class Broker(Protocol):
    """A broker process that can be killed and started again on its folder and port."""

    @property
    def bootstrap(self) -> str:
        """HOST:PORT."""

    @property
    def output(self) -> Path:
        """The file with what it printed."""

    def start(self) -> None:
        """Start it; on return it accepts connections."""

    def kill(self) -> None:
        """Kill it at once (kill -9)."""

    def stop(self) -> None:
        """Ask it to end and wait."""


@dataclass(slots=True)
class Logion:
    """The reference broker, started as its users start it."""

    release: str
    home: Path
    """Holds its output and ready file; the data folder is `data`."""
    data: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    listen: str = "127.0.0.1:0"
    popen: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """HOST:PORT, known once it has started; kept over a restart."""
        return self.listen

    @property
    def output(self) -> Path:
        """The file with what it printed."""
        return self.home / "broker.out"

    def start(self) -> None:
        """Start it; on return it accepts connections. RuntimeError if it does not."""
        ready = self.home / "ready"
        ready.unlink(missing_ok=True)
        with self.output.open("ab") as out:
            self.popen = subprocess.Popen(
                self._command(ready), stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        limit = time.perf_counter() + START_SECONDS_MAX
        while not (ready.exists() and ready.read_text().endswith("\n")):
            if self.popen.poll() is not None or time.perf_counter() > limit:
                self.kill()
                raise RuntimeError(
                    f"logion did not start:\n{processes.tail(self.output)}"
                )
            time.sleep(0.01)
        self.listen = ready.read_text().strip()

    def _command(self, ready: Path) -> list[str]:
        logion = Path(sys.executable).with_name("logion")
        settings = [f"--set={key}={value}" for key, value in self.settings.items()]
        return [
            str(logion),
            "broker",
            f"--listen={self.listen}",
            f"--data={self.data}",
            f"--release={self.release}",
            f"--ready-file={ready}",
            *settings,
        ]

    def kill(self) -> None:
        """Kill it at once (kill -9)."""
        assert self.popen is not None
        self.popen.kill()
        self.popen.wait()

    def stop(self) -> None:
        """Ask it to end and wait. RuntimeError unless it ends in time with status 0."""
        assert self.popen is not None
        self.popen.send_signal(signal.SIGTERM)
        try:
            status = self.popen.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            status = None
        if status != 0:
            said = processes.tail(self.output)
            raise RuntimeError(f"logion did not stop cleanly ({status}):\n{said}")


@contextmanager
def logion(
    home: Path,
    *,
    release: str = NEWEST,
    data: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Logion]:
    """Run a logion broker; on leaving it must stop cleanly, unless it was killed."""
    home.mkdir(parents=True, exist_ok=True)
    broker = Logion(release, home, data or home / "data", settings or {})
    broker.start()
    try:
        yield broker
    except BaseException:
        broker.kill()
        raise
    if broker.popen is not None and broker.popen.poll() is None:
        broker.stop()


@contextmanager
def target(
    home: Path, *, release: str = NEWEST, settings: Mapping[str, str] | None = None
) -> Iterator[Broker]:
    """Run one broker of the kind under test."""
    if TARGET == "logion":
        with logion(home, release=release, settings=settings) as broker:
            yield broker
    else:
        data = home / "data"
        with apache.cluster(
            apache.PATCHES[release], data=data, settings=settings
        ) as kafka:
            yield kafka


@dataclass(slots=True)
class Brokers:
    """One broker for each release that tests ask for, all stopped together."""

    home: Path
    stack: ExitStack
    running: dict[str, Broker] = field(default_factory=dict)

    def of(self, release: str) -> str:
        """Return the HOST:PORT of a running broker of `release`."""
        if release not in self.running:
            broker = target(self.home / release, release=release)
            self.running[release] = self.stack.enter_context(broker)
        return self.running[release].bootstrap
