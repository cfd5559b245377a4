"""How each kind of broker is started: as a process on 127.0.0.1, its data temporary.

    command:PROGRAM --listen 127.0.0.1:{port} --data {data}

is how any other is: `{port}` stands for a free port that it has to listen on, `{data}`
for an empty folder, `{python}` for this Python. A program without `{port}` has to print
`127.0.0.1:PORT` once it listens. RuntimeError says why one did not start.
"""

from __future__ import annotations

import hashlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from logion.client.connection import Address

from logion_conformance import apache
from logion_conformance.maven import cache_folder, locked
from logion_conformance.processes import Process, free_port

BUILD_SECONDS_MAX = 600.0

KFAKE = Path(__file__).with_name("kfake")
"""The program, in Go."""


@dataclass(frozen=True, slots=True)
class Started:
    """A broker that runs, and its process."""

    process: Process
    keeps: bool = True
    """Whether it can be started again on its port, with what it has stored."""
    has_settings: bool = False
    """Whether it was started with the settings that were asked for."""
    await_end: Callable[[], None] = lambda: None
    """Returns once nothing is left of the one that has ended."""

    @property
    def address(self) -> Address:
        """Where it listens."""
        return Address("127.0.0.1", self.process.port)


@contextmanager
def run(
    line: Sequence[str], home: Path, *, port: int = 0, ready: str = ""
) -> Iterator[Started]:
    """Run a command until the end; without a `port` it has to print its own."""
    process = Process(list(line), port, home / "output", ready)
    process.start()
    try:
        yield Started(process, keeps=port != 0)
    finally:
        process.stop()


@contextmanager
def new_home() -> Iterator[Path]:
    """Give a folder for what a process writes; it is gone afterwards."""
    with tempfile.TemporaryDirectory(
        prefix="logion-conformance-", ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


# --- the reference, Apache Kafka, any command ---------------------------------------


@contextmanager
def reference(
    version: str | None, settings: Mapping[str, str] | None
) -> Iterator[Started]:
    """Run the reference broker, as of a release; without one, the newest."""
    with of_ours([*reference_command(version), *flags_of(settings)]) as started:
        yield started


@contextmanager
def miniature(name: str, settings: Mapping[str, str] | None) -> Iterator[Started]:
    """Run the reference with one defect (`python -m logion_harness.miniatures`)."""
    if find_spec("logion_harness") is None:
        raise RuntimeError("miniatures are a part of logion's logion_harness")
    line = [sys.executable, "-m", "logion_harness.miniatures", name]
    with of_ours([*line, *flags_of(settings)]) as started:
        yield started


@contextmanager
def of_ours(line: Sequence[str]) -> Iterator[Started]:
    """Run what takes the arguments of `logion broker`."""
    port = free_port()
    with new_home() as home:
        flags = ["--listen", f"127.0.0.1:{port}", "--data", str(home / "data")]
        with run([*line, *flags], home, port=port, ready="listening on") as started:
            yield replace(started, has_settings=True)


def reference_command(version: str | None) -> list[str]:
    """Return the command line that starts the reference, without its address."""
    beside = Path(sys.executable).with_name("logion")
    program = str(beside) if beside.exists() else shutil.which("logion")
    if program is None:
        raise RuntimeError("no `logion` command beside this Python or on the path")
    return [program, "broker", *(["--release", version] if version else [])]


def flags_of(settings: Mapping[str, str] | None) -> list[str]:
    """Return the flags of the reference that stand for settings."""
    return [
        flag
        for key, value in (settings or {}).items()
        for flag in ("--set", f"{key}={value}")
    ]


@contextmanager
def apache_kafka(version: str, settings: Mapping[str, str] | None) -> Iterator[Started]:
    """Run Apache Kafka of a version, with its ZooKeeper if it needs one."""
    if lacking := apache.missing():
        raise RuntimeError(f"{lacking} on this machine")
    with apache.cluster(version, settings=settings) as kafka:
        started = Started(kafka.process, has_settings=True)
        if kafka.zookeeper is not None:
            gone = partial(apache.await_no_broker, kafka.zookeeper)
            started = replace(started, await_end=gone)
        yield started


def checked(text: str) -> str:
    """Return a command line; ValueError if it is none."""
    try:
        words(text, port=0, data=Path())
    except ValueError as problem:
        raise ValueError(f"command {text!r}: {problem}") from problem
    return text


def words(text: str, *, port: int, data: Path) -> list[str]:
    """Return the words of a command line, its placeholders filled in."""
    filled = {"{port}": str(port), "{data}": str(data), "{python}": sys.executable}
    line = shlex.split(text)
    if not line:
        raise ValueError("expected a program, found nothing")
    for placeholder, value in filled.items():
        line = [word.replace(placeholder, value) for word in line]
    return line


@contextmanager
def command(text: str) -> Iterator[Started]:
    """Run a command line with placeholders: see the module."""
    port = free_port() if "{port}" in text else 0
    with new_home() as home:
        data = home / "data"
        data.mkdir()
        line = words(text, port=port, data=data)
        if shutil.which(line[0]) is None:
            raise RuntimeError(f"there is no program {line[0]!r}")
        with run(line, home, port=port) as started:
            yield started


# --- other people's stand-ins for Kafka ----------------------------------------------


@contextmanager
def librdkafka_mock() -> Iterator[Started]:
    """Run the mock cluster of librdkafka, one broker; it keeps nothing."""
    if find_spec("confluent_kafka") is None:
        raise RuntimeError("it is a part of confluent-kafka, which is not installed")
    line = [sys.executable, "-m", "logion_conformance.librdkafka_mock"]
    with new_home() as home, run(line, home) as started:
        yield started


@contextmanager
def kfake() -> Iterator[Started]:
    """Run the broker that franz-go's tests use, built with Go; it keeps nothing."""
    program = str(built_with_go(KFAKE))
    with new_home() as home, run([program], home) as started:
        yield started


def version_of_librdkafka() -> str:
    """Return the version of librdkafka whose mock would be started."""
    from confluent_kafka import libversion

    version: str = libversion()[0]
    return f"librdkafka {version}"


def version_of_kfake() -> str:
    """Return the version of kfake that is built: a line of go.mod."""
    text = KFAKE.joinpath("go.mod").read_text()
    (version,) = re.findall(r"franz-go/pkg/kfake (\S+)", text)
    return f"kfake {version}"


VERSION_OF_STAND_IN = {
    "librdkafka-mock": version_of_librdkafka,
    "kfake": version_of_kfake,
}


def built_with_go(source: Path) -> Path:
    """Return the program that a folder of Go makes, built once for its content."""
    if shutil.which("go") is None:
        raise RuntimeError("no go on this machine")
    content = b"".join(it.read_bytes() for it in sorted(source.iterdir()))
    key = hashlib.sha256(content).hexdigest()[:12]
    folder = cache_folder() / f"{source.name}-{key}"
    program = folder / source.name
    with locked(folder):
        if not program.exists():
            build = ["go", "build", "-o", str(program), "."]
            ran = subprocess.run(  # noqa: S603 - our own command
                build,
                cwd=source,
                capture_output=True,
                text=True,
                timeout=BUILD_SECONDS_MAX,
                check=False,
            )
            if ran.returncode:
                raise RuntimeError(f"{build} in {source} failed:\n{ran.stderr}")
    return program
