"""The broker that is judged: one that runs already, or one that is started here.

A target is named `HOST:PORT`, `logion` or `logion-R` for the reference as of release R,
`apache-R` for Apache Kafka of release R (which needs Java and Maven). The reference is
started as any other broker would be: as a process, `logion broker`. The suite knows
nothing of its code.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import Literal, NamedTuple

import trio
from logion.client.connection import Address, Options, address_of, connect
from logion.client.versions import VersionRange, Versions
from logion.protocol.apis import FETCH, PRODUCE
from logion.protocol.errors import ApiError, ProtocolError
from logion.protocol.releases import Release, release

from logion_conformance import apache

START_SECONDS_MAX = 15.0
STOP_SECONDS_MAX = 5.0
POLL_SECONDS = 0.02


class NotStarted(Exception):  # noqa: N818 - named for what happened
    """There is no broker to judge; the text says why."""


class Named(NamedTuple):
    """What the name of a target says."""

    kind: Literal["logion", "apache", "address"]
    rest: str
    """A release; empty: the newest. Or the addresses."""


def named(text: str) -> Named:
    """Return what a target's name says; ValueError if it says nothing."""
    kind, dash, rest = text.partition("-")
    if ":" in text:
        addresses_of(text)
        return Named("address", text)
    if kind == "logion" and bool(dash) == bool(rest):
        if rest:
            release(rest)
        return Named("logion", rest)
    if kind == "apache" and rest:
        return Named("apache", apache.patch_of(rest))
    raise ValueError(
        f"{text!r} is no target: expected logion, logion-RELEASE, apache-RELEASE "
        "or HOST:PORT"
    )


@contextmanager
def running(
    target: Named, settings: Mapping[str, str] | None = None
) -> Iterator[Target]:
    """Run what a name says until the end, and yield it met; NotStarted if it fails.

    `settings` are the broker's, of one that is started; all it has written is gone in
    the end. What runs already is only met.
    """
    with ExitStack() as stack:
        if target.kind == "logion":
            address = stack.enter_context(reference(target.rest or None, settings))
            yield meet((address,), release(target.rest) if target.rest else None)
        elif target.kind == "apache":
            address = stack.enter_context(apache_kafka(target.rest, settings))
            yield meet((address,), release(target.rest))
        else:
            yield meet(addresses_of(target.rest), None)


@contextmanager
def apache_kafka(version: str, settings: Mapping[str, str] | None) -> Iterator[Address]:
    """Run Apache Kafka of a version until the end; yield its address.

    Raises NotStarted if Java or Maven is not there, or with what it printed.
    """
    if lacking := apache.missing():
        raise NotStarted(f"Apache Kafka {version}: {lacking} on this machine")
    with ExitStack() as stack:
        try:
            kafka = stack.enter_context(apache.cluster(version, settings=settings))
        except RuntimeError as failure:
            raise NotStarted(f"Apache Kafka {version}: {failure}") from failure
        yield address_of(kafka.bootstrap)


@dataclass(frozen=True, slots=True)
class Target:
    """A broker that answers, and what it speaks."""

    bootstrap: tuple[Address, ...]
    fallback: Release | None
    """Release taken for granted where the broker cannot be asked (before 0.10)."""
    versions: Versions

    def as_data(self) -> dict[str, object]:
        """Return it as plain data, for the processes of pytest-xdist."""
        return {
            "bootstrap": [list(address) for address in self.bootstrap],
            "fallback": self.fallback.name if self.fallback else None,
            "versions": [
                [key, *spoken] for key, spoken in self.versions.spoken.items()
            ],
        }


def addresses_of(text: str) -> tuple[Address, ...]:
    """Return the addresses in "HOST:PORT,HOST:PORT"; ValueError if one is none."""
    return tuple(address_of(part.strip()) for part in text.split(","))


def meet(bootstrap: Sequence[Address], fallback: Release | None) -> Target:
    """Return the target behind some addresses, having asked what it speaks.

    Raises NotStarted if none of them answers as a broker does.
    """
    options = Options(client_id="logion-conformance", fallback=fallback, timeout_s=10)
    reasons = []
    for address in bootstrap:
        try:
            versions = trio.run(ask_versions, address, options)
        except (ApiError, ProtocolError) as failure:
            reasons.append(f"{address}: {failure}")
        else:
            return Target(tuple(bootstrap), fallback, Versions(honest(versions.spoken)))
    raise NotStarted("; ".join(reasons))


async def ask_versions(address: Address, options: Options) -> Versions:
    """Return what the broker at an address speaks."""
    async with await connect(address, options) as connection:
        return connection.versions


def honest(spoken: Mapping[int, VersionRange]) -> dict[int, VersionRange]:
    """Return the versions that a broker not only advertises but serves.

    From 4.0 on brokers advertise Produce 0 to 2, because librdkafka looks for them,
    and close the connection of whoever sends one (KIP-896, KAFKA-18659).
    """
    honest = dict(spoken)
    if PRODUCE in spoken and FETCH in spoken and spoken[FETCH].first >= 4:
        honest[PRODUCE] = spoken[PRODUCE]._replace(first=max(3, spoken[PRODUCE].first))
    return honest


@contextmanager
def reference(
    version: str | None, settings: Mapping[str, str] | None = None
) -> Iterator[Address]:
    """Run the reference broker, as of a release, until the end; yield its address.

    Raises NotStarted with what it printed if it does not come up.
    """
    with tempfile.TemporaryDirectory(prefix="logion-conformance-") as folder:
        home = Path(folder)
        with (home / "output").open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [*command(home / "ready", home / "data", version), *given(settings)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            yield wait_until_ready(process, home)
        finally:
            stop(process)


def command(ready: Path, data: Path, version: str | None) -> list[str]:
    """Return the command line that starts the reference on a free port."""
    beside = Path(sys.executable).with_name("logion")
    program = str(beside) if beside.exists() else shutil.which("logion")
    if program is None:
        raise NotStarted("no `logion` command beside this Python or on the path")
    flags = ["--listen", "127.0.0.1:0", "--ready-file", str(ready), "--data", str(data)]
    return [program, "broker", *flags, *(["--release", version] if version else [])]


def given(settings: Mapping[str, str] | None) -> list[str]:
    """Return the flags of the reference that stand for settings."""
    return [
        flag
        for key, value in (settings or {}).items()
        for flag in ("--set", f"{key}={value}")
    ]


def wait_until_ready(process: subprocess.Popen[bytes], home: Path) -> Address:
    """Return the address in the ready file once it is there."""
    limit = perf_counter() + START_SECONDS_MAX
    ready = home / "ready"
    while not (ready.exists() and (text := ready.read_text().strip())):
        if process.poll() is not None or perf_counter() > limit:
            said = (home / "output").read_text(errors="replace")[-2000:]
            raise NotStarted(f"the reference broker did not start:\n{said}")
        sleep(POLL_SECONDS)
    return address_of(text)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process, politely at first."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
