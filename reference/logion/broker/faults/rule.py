"""A rule of a fault plan, as a value: when a fault happens, and what happens then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from logion.broker.faults.naming import Level
from logion.protocol.apis import DESCRIBE_TOPIC_PARTITIONS, METADATA
from logion.protocol.errors import Error
from logion.protocol.schema import LAST_VERSION

METADATA_APIS = frozenset({METADATA, DESCRIBE_TOPIC_PARTITIONS})
"""Metadata and DescribeTopicPartitions: the answers that can be stale."""

EVERY_VERSION = range(LAST_VERSION + 1)

Side: TypeAlias = Literal["before", "after"]
"""Before or after the request has taken effect."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a fault happens, and what happens then."""

    name: str
    apis: frozenset[int] = frozenset()
    """Keys of the APIs; empty for every one."""
    versions: range = EVERY_VERSION
    client_id: str | None = None
    """Like `topic`, `group` and `transactional_id`: a name, or a pattern with `*`, `?`
    and `[...]`; None for any, also for requests that name none."""
    topic: str | None = None
    partitions: frozenset[int] = frozenset()
    """Indexes of partitions; empty for every one."""
    group: str | None = None
    transactional_id: str | None = None
    nth: int = 1
    """The first of the requests that match at which it fires."""
    times: int | None = 1
    """How often it fires at most; None: without end."""
    probability: float = 1.0
    errors: tuple[Error, ...] = ()
    """One for each time it fires, over and over; NONE lets a request pass."""
    level: Level | None = None
    """Where in the answer the error stands; None: where Kafka has it."""
    applied: bool = False
    """Whether the request takes effect although its answer is an error."""
    delay_ms: int = 0
    """How long the request waits before it takes effect."""
    delay_answer_ms: int = 0
    """How long the answer waits after it has."""
    hold: Side | None = None
    """Whether the request waits until it is released, and on which side of the effect.
    """
    drop: Side | None = None
    """Whether the connection closes, and on which side of the effect."""
    truncate: int | None = None
    """Bytes of the answer that are sent before the connection closes."""
    throttle_ms: int = 0
    stale_changes: int = 0
    stale_ms: int = 0
    leader: int | None = None
    leader_epoch: int | None = None

    @property
    def is_about_metadata(self) -> bool:
        """Whether it changes what an answer says of the cluster."""
        is_old = bool(self.stale_changes or self.stale_ms)
        return is_old or self.leader is not None or self.leader_epoch is not None

    @property
    def does_something(self) -> bool:
        """Whether anything happens when it fires."""
        delays = self.delay_ms or self.delay_answer_ms or self.throttle_ms
        waits = bool(delays) or self.hold is not None
        closes = self.drop is not None or self.truncate is not None
        return waits or closes or bool(self.errors) or self.is_about_metadata
