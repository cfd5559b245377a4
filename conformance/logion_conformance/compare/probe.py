"""What a probe is: a name, an API, and a script that says what to ask next.

    def commit_and_fetch(it: Ground) -> Script:
        '''What was committed is fetched.'''
        yield committing(it, 7)
        yield fetching(it)

    PROBES = (
        *asking("Heartbeat", {"unknown-group": lambda it: heartbeat(it.name, "m")}),
        Probe("OffsetFetch", "after-a-commit", commit_and_fetch),
    )

A script yields a step and is sent what came of it: the decoded answer, or CLOSED or
SILENCE, after which it is not asked for more. It never looks at a clock or a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from logion.client.versions import Versions
from logion.names import ZERO_UUID
from logion.protocol.apis import api_named

from logion_conformance.material import Topic

CLOSED = "the connection is closed"
SILENCE = "no answer"
"""What takes the place of an answer."""

FIRST = "a"
"""The connection on which is spoken if a step says nothing else."""


class Say(NamedTuple):
    """Send a request, and go on at once; its answer is for a later Hear."""

    request: Any
    on: str = FIRST
    version: int | None = None
    """None: that of the probe for its API, the newest of both for others."""
    is_answered: bool = True
    """False of a request that has no answer, as Produce with acks 0."""


class Hear(NamedTuple):
    """Wait for the answer to the oldest request of a connection that has none."""

    on: str = FIRST
    patience_s: float | None = None
    """How long silence lasts until it is one; None: as long as the run says."""


class Ask(NamedTuple):
    """Send a request and wait for its answer."""

    request: Any
    on: str = FIRST
    version: int | None = None
    patience_s: float | None = None


class Frame(NamedTuple):
    """Send bytes as they are, size included, and wait for an answer to them."""

    data: bytes
    on: str = FIRST
    patience_s: float | None = None


class Until(NamedTuple):
    """Ask until an answer is as wanted, or for a while; only the last one counts."""

    request: Any
    wanted: Callable[[Any], bool]
    version: int | None = None


Step: TypeAlias = "Say | Hear | Ask | Frame | Until | Any"
"""A message by itself is asked."""

Script: TypeAlias = Generator[Step, Any, None]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a script finds when it begins: the same on both sides, but for ids."""

    name: str
    """For groups and topics of the probe's own: nobody else has it."""
    api: str
    version: int
    """The probe's API, and the version of it that is probed."""
    standing: Topic
    """A topic that all probes share, of one partition, with six records in three
    batches. Nothing may be written to it."""
    own: Topic
    """A topic that only this probe has, empty; without a name unless it is asked for.
    """
    magic: int
    """The newest record format that both sides write; that of the probe's version if
    its API is Produce."""
    broker: int
    """The number of the only broker."""
    versions: Versions
    """What both sides speak."""

    def version_of(self, api: str) -> int:
        """Return the version in which an API is spoken: probed, or the newest."""
        if api == self.api:
            return self.version
        return self.versions.newest(api_named(api).key)


NO_TOPIC = Topic("", ZERO_UUID)


@dataclass(frozen=True, slots=True)
class Probe:
    """A script to put to two brokers in each version of its API."""

    api: str
    way: str
    """How the API is asked: `acks-2`."""
    script: Callable[[Ground], Script]
    needs_topic: bool = False
    """Whether it gets a topic of its own."""
    first: int = 0
    """The first version it makes sense in."""
    last: int = 32767
    """The last one."""
    needs: tuple[str, ...] = ()
    """Further APIs that both sides have to speak."""
    once: bool = False
    """Whether it does not depend on the version: then it runs in the newest alone."""

    @property
    def name(self) -> str:
        """Return API and way: `Produce/acks-2`."""
        return f"{self.api}/{self.way}"


Build: TypeAlias = Callable[[Ground], Any]
"""From the ground to the one request of a script."""


def asking(api: str, ways: Mapping[str, Build], **more: Any) -> tuple[Probe, ...]:
    """Return probes of one request each; `more` are further fields of them all."""
    return tuple(Probe(api, way, one(build), **more) for way, build in ways.items())


def one(build: Build) -> Callable[[Ground], Script]:
    """Return the script that asks once."""

    def script(it: Ground) -> Script:
        yield build(it)

    return script
