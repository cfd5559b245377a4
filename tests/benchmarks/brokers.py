"""The two brokers that the benchmarks compare, started the same way for both.

logion as a user starts it, from a shell; Apache Kafka 3.9.1 with its own ZooKeeper and
the memory that its own start script gives it.
"""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from logion_conformance import apache

from tests.benchmarks.report import say
from tests.root import ROOT

RELEASE = "3.9.1"
JVM = ("-Xmx1g", "-Xms1g", "-XX:+UseG1GC")
"""As in `kafka-server-start.sh`."""

LOGION = Path(sys.executable).with_name("logion")
BYTECODE = ROOT / ".cache" / "bytecode"
"""Compiled modules, as an installed package has them, whatever the environment says."""

START_SECONDS_MAX = 20
STEP_S = 0.001
"""How often a starting broker is looked at."""


@dataclass(slots=True)
class Running:
    """A broker that accepts connections."""

    name: str
    bootstrap: str
    pid: int
    ready_s: float
    """From the start of its process to the first connection."""
    figures: dict[str, list[float]] = field(default_factory=dict)
    """What was measured, by name, in the order of the rounds."""

    def note(self, name: str, figure: float) -> None:
        """Add one measurement."""
        self.figures.setdefault(name, []).append(figure)

    @property
    def cpu_s(self) -> float:
        """Return the seconds of processor time it has had."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    @property
    def rss_mb(self) -> float:
        """Return its resident memory in MB."""
        return float(psutil.Process(self.pid).memory_info().rss) / 1e6


@contextlib.contextmanager
def logion(folder: Path) -> Iterator[Running]:
    """Run logion with its data in `folder`."""
    folder.mkdir(parents=True)
    ready_file = folder / "ready"
    command = (
        f"PYTHONPYCACHEPREFIX={BYTECODE} PYTHONDONTWRITEBYTECODE= exec {LOGION} "
        f"broker --listen 127.0.0.1:0 --data {folder / 'data'} "
        f"--ready-file {ready_file}"
    )
    start = time.perf_counter()
    with (
        (folder / "log").open("wb") as output,
        subprocess.Popen(
            ["sh", "-c", command], stdout=output, stderr=output
        ) as process,
    ):
        try:
            bootstrap = _wait_until_ready(ready_file, process)
            seconds = time.perf_counter() - start
            yield Running("logion", bootstrap, process.pid, seconds)
        finally:
            process.send_signal(signal.SIGTERM)


def _wait_until_ready(ready_file: Path, process: subprocess.Popen[bytes]) -> str:
    """Return where it listens, once the ready file is there and the port open."""
    limit = time.perf_counter() + START_SECONDS_MAX
    while not ready_file.exists():
        if process.poll() is not None or time.perf_counter() > limit:
            raise RuntimeError("logion did not start")
        time.sleep(STEP_S)
    bootstrap = ready_file.read_text().strip()
    host, _, port = bootstrap.rpartition(":")
    socket.create_connection((host, int(port))).close()
    return bootstrap


@contextlib.contextmanager
def kafka(folder: Path) -> Iterator[Running]:
    """Run Apache Kafka with its data in `folder`; its ZooKeeper starts before."""
    with apache.zookeeper(RELEASE, folder=folder / "zookeeper") as zookeeper:
        start = time.perf_counter()
        with apache.broker(
            RELEASE, zookeeper=zookeeper, folder=folder / "kafka", jvm=JVM
        ) as broker:
            seconds = time.perf_counter() - start
            name = f"Apache Kafka {RELEASE}"
            yield Running(name, broker.bootstrap, broker.pid, seconds)


def load(
    module: str, name: str, bootstrap: str, *arguments: object
) -> dict[str, float]:
    """Run a load of this package in a process of its own; return what it printed."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", name, bootstrap]
    command += map(str, arguments)
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if ran.returncode:
        raise RuntimeError(f"{name} {arguments}: {ran.stderr}")
    found: dict[str, float] = json.loads(ran.stdout)
    say(f"{name} {arguments}: {found}")
    return found
