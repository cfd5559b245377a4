"""Which clients are driven, and what each of them can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from logion_conformance.apache import version_of

from tests.integration import build

ALL_CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
FIRST_HEADERS = "0.11.0"
"""Oldest broker whose message format has headers (and idempotence)."""
FIRST_ZSTD = "2.1"
FIRST_TIMESTAMPS = "0.10.0"
FIRST_STATIC = "2.3"
FIRST_CONSUMER_PROTOCOL = "4.0"
"""Oldest broker with KIP-848 for everyone."""

EAGER = ("range", "roundrobin", "sticky")
COOPERATIVE = (*EAGER, "cooperative-sticky")
SERVER_SIDE = ("consumer:uniform", "consumer:range")
"""The broker's own assignors, of KIP-848."""

APACHE_RELEASES = ("0.8.2.2", "0.10.0.1", "0.11.0.3", "2.8.2", "3.9.1", "4.3.0")
"""What the tests may start of Apache Kafka itself."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client library and its program."""

    name: str
    command: Callable[[], list[str]]
    """Returns what starts its program, built if need be; or raises MissingToolError."""
    codecs: tuple[str, ...] = ALL_CODECS
    acks: tuple[int, ...] = (0, 1, -1)
    idempotent: bool = True
    headers: bool = True
    sets_timestamps: bool = True
    """kcat's messages get the time at which they were sent."""
    sends_nothing: bool = True
    """Whether it sends a record with neither key nor value."""
    first_lz4: str = "0.10.0"
    """Oldest broker that reads its lz4: older ones want a wrong frame checksum."""
    oldest: str = "0.8.2"
    """Oldest broker release that it produces to and consumes from."""
    newest: str = "999"
    """Newest broker release that still understands it."""
    assignors: tuple[str, ...] = EAGER
    """How its groups share partitions out; `consumer:` before the broker's own."""
    first_group: str = "0.9.0"
    """Oldest broker release in whose groups it takes part."""
    static: bool = True
    """Whether it has `group.instance.id` (KIP-345)."""
    leaves_by_name: bool = True
    """Whether its static members, when they leave by KIP-848, say which they are."""
    commits_on_revocation: bool = True
    """Whether it is told of a revocation while it can still commit."""
    transactional: bool = True
    """Whether its program does transactions."""
    first_relay: str = "0.11.0"
    """Oldest broker release to which it commits a group's offsets in transactions."""
    commits_when_asked: bool = True
    """kcat commits by itself."""

    def speaks_to(self, release: str) -> bool:
        """Whether it produces to and consumes from a broker of `release`."""
        at = version_of(release)
        return version_of(self.oldest) <= at <= version_of(self.newest)

    def joins(self, release: str) -> bool:
        """Whether it takes part in groups of a broker of `release`."""
        at = version_of(release)
        return self.speaks_to(release) and version_of(self.first_group) <= at

    def relays_to(self, release: str) -> bool:
        """Whether it commits a group's offsets in transactions of `release`."""
        at = version_of(release)
        return self.speaks_to(release) and version_of(self.first_relay) <= at

    def assignors_for(self, release: str) -> tuple[str, ...]:
        """Return how its groups may share partitions out with a broker of `release`."""
        new = version_of(release) >= version_of(FIRST_CONSUMER_PROTOCOL)
        return tuple(
            each for each in self.assignors if new or not each.startswith("consumer:")
        )

    def static_assignors_for(self, release: str) -> tuple[str, ...]:
        """Return the assignors with which its static members go and come back."""
        if not self.static or version_of(release) < version_of(FIRST_STATIC):
            return ()
        return tuple(
            each
            for each in self.assignors_for(release)
            if self.leaves_by_name or not each.startswith("consumer:")
        )

    def codecs_for(self, release: str) -> tuple[str, ...]:
        """Return what it may compress with for a broker of `release`."""
        first = {"lz4": self.first_lz4, "zstd": FIRST_ZSTD}
        at = version_of(release)
        return tuple(
            each for each in self.codecs if at >= version_of(first.get(each, "0.8"))
        )


CLIENTS = (
    Client(
        "confluent-kafka",
        partial(build.python, "python_confluent"),
        first_lz4="0.8.2",
        assignors=("range", "roundrobin", "cooperative-sticky", *SERVER_SIDE),
    ),
    Client(
        "kafka-python",
        partial(build.python, "python_kafka_python"),
        sends_nothing=False,
        assignors=COOPERATIVE,
    ),
    # Below 0.11 it sends batches of the new format in requests of the old one.
    Client(
        "aiokafka",
        partial(build.python, "python_aiokafka"),
        sends_nothing=False,
        oldest="0.11.0",
    ),
    Client(
        "kcat",
        build.kcat,
        sets_timestamps=False,
        sends_nothing=False,
        first_lz4="0.8.2",
        assignors=("range", "roundrobin", "cooperative-sticky"),
        transactional=False,
        commits_when_asked=False,
    ),
    Client(
        "franz-go",
        partial(build.go, "franz"),
        assignors=(*COOPERATIVE, *SERVER_SIDE),
        leaves_by_name=False,
    ),
    # Its groups need 0.10.2 at least, and it is told of no release between.
    Client(
        "sarama",
        partial(build.go, "sarama"),
        assignors=COOPERATIVE,
        first_group="0.11.0",
        transactional=False,
    ),
    Client(
        "java-0.10.0.1",
        partial(build.java, "0.10.0.1"),
        codecs=("none", "gzip", "snappy", "lz4"),
        idempotent=False,
        headers=False,
        oldest="0.10.0",
        newest="3.99",
        assignors=("range", "roundrobin"),
        static=False,
        transactional=False,
    ),
    Client(
        "java-2.8.2",
        partial(build.java, "2.8.2"),
        oldest="0.10.0",
        first_relay="2.5",
        assignors=COOPERATIVE,
    ),
    Client(
        "java-3.9.1",
        partial(build.java, "3.9.1"),
        oldest="0.10.0",
        first_relay="2.5",
        assignors=(*COOPERATIVE, *SERVER_SIDE),
    ),
    Client(
        "java-4.3.0",
        partial(build.java, "4.3.0"),
        oldest="2.1",
        first_relay="2.5",
        assignors=(*COOPERATIVE, *SERVER_SIDE),
    ),
    # Its round robin has a name of its own, and shares with no other client.
    Client(
        "kafkajs",
        build.node,
        oldest="0.10.0",
        assignors=("roundrobin",),
        static=False,
        transactional=False,
        commits_on_revocation=False,
    ),
)

FIRST_TRANSACTIONAL = Client(
    "java-0.11.0.3",
    partial(build.java, "0.11.0.3"),
    oldest="0.11.0",
    newest="3.99",
    static=False,
)
"""The first client with transactions: it does not say for which member it commits."""

FURTHER_TRANSACTIONAL = (
    Client(
        "java-1.1.1",
        partial(build.java, "1.1.1"),
        oldest="0.11.0",
        newest="3.99",
        static=False,
    ),
    Client(
        "java-4.0.0",
        partial(build.java, "4.0.0"),
        oldest="2.1",
        first_relay="2.5",
    ),
)
"""Clients that do transactions in `make verify` alone."""

TRANSACTIONAL = (
    *(each for each in CLIENTS if each.transactional),
    FIRST_TRANSACTIONAL,
    *FURTHER_TRANSACTIONAL,
)
"""The clients whose programs do transactions."""


def client_named(name: str) -> Client:
    """Return the client of that name."""
    return next(each for each in CLIENTS if each.name == name)
