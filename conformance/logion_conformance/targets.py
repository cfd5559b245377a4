"""The broker that is judged: one that runs already, or one that is started here.

A target is named `HOST:PORT`, `logion` or `logion-R` for the reference as of release R,
`apache-R` for Apache Kafka of release R, `miniature-M` for a broker that is wrong on
purpose, `librdkafka-mock`, `kfake`, or `command:` and a command line. What is started
is a process, the reference too: see `starting`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import trio
from logion.client.connection import Address, Options, address_of, connect
from logion.client.versions import VersionRange, Versions
from logion.protocol.apis import API_VERSIONS, FETCH, METADATA, PRODUCE
from logion.protocol.errors import ApiError, ProtocolError
from logion.protocol.releases import RELEASES, Release, release

from logion_conformance import apache, starting
from logion_conformance.diagnosis import diagnosis, shut_out
from logion_conformance.readable import exact_metadata, readable_versions
from logion_conformance.relying import settings_told
from logion_conformance.securing import IN_CLEAR, Security
from logion_conformance.starting import Started

COMMAND = "command:"


class NotStarted(Exception):  # noqa: N818 - named for what happened
    """There is no broker to judge; the text says why."""


Kind = Literal[
    "logion", "apache", "miniature", "librdkafka-mock", "kfake", "command", "address"
]

STAND_INS: Mapping[str, Kind] = {"librdkafka-mock": "librdkafka-mock", "kfake": "kfake"}
"""Other people's brokers for tests, which have no releases."""


OF_A_RELEASE = {"logion", "apache"}
"""Kinds whose names say which release of Apache Kafka they are."""

WITH_SETTINGS = {*OF_A_RELEASE, "miniature"}
"""Kinds that are started with settings."""


class Named(NamedTuple):
    """What the name of a target says."""

    kind: Kind
    rest: str = ""
    """A release, the addresses, the command, which miniature; empty: the newest, or
    nothing."""


def named(text: str) -> Named:
    """Return what a target's name says; ValueError if it says nothing."""
    if text.startswith(COMMAND):
        return Named("command", starting.checked(text.removeprefix(COMMAND)))
    if text in STAND_INS:
        return Named(STAND_INS[text])
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
    if kind == "miniature" and rest:
        return Named("miniature", rest)
    raise ValueError(
        f"{text!r} is no target: expected logion, logion-RELEASE, apache-RELEASE, "
        "miniature-NAME, librdkafka-mock, kfake, command:PROGRAM ARGUMENTS or HOST:PORT"
    )


@contextmanager
def running(
    target: Named, settings: Mapping[str, str] | None = None
) -> Iterator[Target]:
    """Run what a name says until the end, and yield it met; NotStarted if it fails.

    `settings` are the broker's, of one that is started; all it has written is gone in
    the end. What runs already is only met.
    """
    if target.kind == "address":
        yield meet(addresses_of(target.rest), None)
        return
    with started(target, settings) as broker:
        yield met(target, broker, settings)


@contextmanager
def started(
    target: Named, settings: Mapping[str, str] | None = None
) -> Iterator[Started]:
    """Run what a name says, other than addresses, until the end, and yield its process.

    Raises NotStarted with what it printed, or with what this machine lacks.
    """
    with ExitStack() as stack:
        try:
            broker = stack.enter_context(start(target, settings))
        except RuntimeError as failure:
            name = " ".join(filter(None, target))
            raise NotStarted(f"{name}: {failure}") from failure
        yield broker


def start(
    target: Named, settings: Mapping[str, str] | None
) -> AbstractContextManager[Started]:
    """Return what runs a target while it is entered."""
    if target.kind == "logion":
        return starting.reference(target.rest or None, settings)
    if target.kind == "apache":
        return starting.apache_kafka(target.rest, settings)
    if target.kind == "miniature":
        return starting.miniature(target.rest, settings)
    if target.kind == "librdkafka-mock":
        return starting.librdkafka_mock()
    if target.kind == "kfake":
        return starting.kfake()
    return starting.command(target.rest)


def met(target: Named, broker: Started, settings: Mapping[str, str] | None) -> Target:
    """Return what a name says, met once it is started; NotStarted if it is no broker.

    `settings` are those that it was to be started with.
    """
    known = fallback_of(target)
    is_asked = known is None or API_VERSIONS in known.versions
    found = meet((broker.address,), known, is_asked=is_asked)
    given = (settings or {}) if broker.has_settings else {}
    return replace(found, settings={**given, **found.settings})


def fallback_of(target: Named) -> Release | None:
    """Return the release that is taken for granted of a target that names one."""
    names_release = target.kind in OF_A_RELEASE and target.rest
    return release(target.rest) if names_release else None


def version_of(target: Named) -> str:
    """Return the version of what a name says, as its makers count; empty if only the
    broker knows."""
    if target.kind in OF_A_RELEASE:
        return target.rest or RELEASES[-1]
    version = starting.VERSION_OF_STAND_IN.get(target.kind)
    return version() if version else ""


@dataclass(frozen=True, slots=True)
class Target:
    """A broker that answers, and what it speaks."""

    bootstrap: tuple[Address, ...]
    fallback: Release | None
    """Release taken for granted where the broker cannot be asked (before 0.10)."""
    versions: Versions
    readable: Mapping[int, VersionRange] = field(default_factory=dict)
    """Versions to do what every case needs in, by API key, if not the newest that it
    speaks: see `readable`."""
    metadata: VersionRange | None = None
    """Versions of Metadata for cases about it, if its newest has bytes too many."""
    elsewhere: Callable[[int, Mapping[str, str]], Target] | None = None
    """What gives a broker of the kind whose topics have so many partitions and such
    settings of themselves: see `defaults`. None if there is nothing that does."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """The broker's, as it tells them, or else as far as it was started with them."""

    def readable_for(self, about: int | None) -> Mapping[int, VersionRange]:
        """Return `readable` for a case about an API, which Metadata has to be exact
        for if it is that."""
        if about != METADATA or self.metadata is None:
            return self.readable
        return {**self.readable, METADATA: self.metadata}

    def as_data(self) -> dict[str, object]:
        """Return it as plain data, for the processes of pytest-xdist."""
        return {
            "bootstrap": [list(address) for address in self.bootstrap],
            "fallback": self.fallback.name if self.fallback else None,
            "versions": [
                [key, *spoken] for key, spoken in self.versions.spoken.items()
            ],
            "readable": [[key, *versions] for key, versions in self.readable.items()],
            "metadata": list(self.metadata) if self.metadata else None,
            "settings": dict(self.settings),
        }


def addresses_of(text: str) -> tuple[Address, ...]:
    """Return the addresses in "HOST:PORT,HOST:PORT"; ValueError if one is none."""
    return tuple(address_of(part.strip()) for part in text.split(","))


def meet(
    bootstrap: Sequence[Address],
    fallback: Release | None,
    security: Security = IN_CLEAR,
    *,
    is_asked: bool = True,
) -> Target:
    """Return the target behind some addresses, having asked what it speaks.

    With `is_asked` off `fallback` says so: 0.9 lets whoever asks wait for nothing.
    Raises NotStarted if none of them answers as a broker does: what was seen there, and
    what to try.
    """
    options = Options(
        client_id="logion-conformance",
        fallback=fallback,
        is_asked=is_asked,
        timeout_s=10,
        frame_size_max=1 << 20,
        dial=security.dial,
    )
    reasons = []
    for address in bootstrap:
        try:
            versions = trio.run(ask_versions, address, options)
        except (ApiError, ProtocolError) as failure:
            text = trio.run(diagnosis, address, failure, security)
            reasons.append(f"{address}: {text}")
        else:
            if text := trio.run(shut_out, address, options):
                reasons.append(f"{address}: {text}")
                continue
            spoken = Versions(honest(versions.spoken))
            readable = trio.run(readable_versions, address, options, spoken)
            metadata = trio.run(exact_metadata, address, options, spoken)
            settings = trio.run(settings_told, address, options, spoken, readable)
            found = Target(tuple(bootstrap), fallback, spoken, readable, metadata)
            return replace(found, settings=settings)
    raise NotStarted("; ".join(reasons))


async def ask_versions(address: Address, options: Options) -> Versions:
    """Return what the broker at an address speaks.

    One whose answer to an ApiVersions that it does not know cannot be read, as that of
    librdkafka's mock, is asked again in version 0, which every broker knows.
    """
    try:
        return await versions_told(address, options)
    except ProtocolError:
        oldest = {API_VERSIONS: VersionRange(0, 0)}
        told = await versions_told(address, replace(options, limits=oldest))
        return Versions({**told.spoken, **oldest})


async def versions_told(address: Address, options: Options) -> Versions:
    """Return what the broker at an address says that it speaks."""
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
