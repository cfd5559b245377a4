"""Classic consumers, as a consumer group meets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from struct import pack
from typing import Any

from logion.group.classic.steps import Join, JoinAnswer, Sender, Sync, SyncAnswer
from logion.group.consumer.classic_members import (
    on_classic_heartbeat,
    on_join,
    on_sync,
)
from logion.group.consumer.embedded import by_id
from logion.group.consumer.state import TopicIdPartition
from logion.protocol.codec import encode
from logion.protocol.embedded import assignment_in
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.consumer_protocol import (
    ConsumerProtocolSubscription,
    TopicPartition,
)

from tests.logion.group.consumer.grouping import World


def metadata(
    *topics: str, owned: tuple[TopicPartition, ...] = (), rack: str | None = None
) -> bytes:
    """Return what a consumer says in JoinGroup."""
    said = ConsumerProtocolSubscription(
        topics=topics, owned_partitions=owned, rack_id=rack
    )
    return pack(">h", 3) + encode(said, 3)


def join(member_id: str = "", **fields: Any) -> Join:
    """Return a JoinGroup."""
    given = {
        "new_member_id": "new",
        "instance_id": None,
        "client_id": "c",
        "client_host": "/127.0.0.1",
        "session_timeout_ms": 10_000,
        "rebalance_timeout_ms": 30_000,
        "protocol_type": "consumer",
        "protocols": (("range", metadata("t")),),
    }
    return Join(member_id=member_id, **{**given, **fields})


@dataclass
class ClassicConsumer:
    """A consumer of the classic protocol with a cooperative assignor."""

    world: World
    id: str
    topics: tuple[str, ...] = ("t",)
    fields: Mapping[str, Any] = field(default_factory=dict)
    generation: int = -1
    owned: frozenset[TopicIdPartition] = frozenset()
    must_join: bool = True

    def join(self) -> JoinAnswer:
        """Join, and give up at once what it shall not have."""
        owned = tuple(
            TopicPartition(topic=self._name(it), partitions=(it.partition,))
            for it in sorted(self.owned)
        )
        said = metadata(*self.topics, owned=owned)
        request = join(self.id, protocols=(("range", said),), **self.fields)
        outcome, answer = on_join(self.world.group, request, self.world.moment)
        self.world.take(outcome)
        self.generation = answer.generation
        self.must_join = False
        return answer

    def _name(self, partition: TopicIdPartition) -> str:
        return self.world.image.topics_by_id[partition.topic_id].name

    def sync(self) -> SyncAnswer:
        """Fetch what it has."""
        request = Sync(
            self.id,
            self.fields.get("instance_id"),
            self.generation,
            {},
            "consumer",
            "range",
        )
        outcome, answer = on_sync(self.world.group, request, self.world.moment)
        self.world.take(outcome)
        if answer.error is Error.NONE:
            found = assignment_in(answer.assignment).assigned_partitions
            self.owned = by_id(found, self.world.image)
        self.must_join = answer.error is Error.REBALANCE_IN_PROGRESS
        return answer

    def heartbeat(self) -> Error:
        """Say that it is alive."""
        sender = Sender(self.id, self.generation, self.fields.get("instance_id"))
        outcome, error = on_classic_heartbeat(
            self.world.group, sender, self.world.moment
        )
        self.world.take(outcome)
        self.must_join = error is Error.REBALANCE_IN_PROGRESS
        return error

    def turn(self) -> None:
        """Do what a consumer does next."""
        if not self.must_join:
            self.heartbeat()
        if self.must_join:
            self.join()
            self.sync()


def error_of(call: Any, *arguments: Any) -> Error:
    """Return the error that a rule raises, NONE if it raises none."""
    try:
        call(*arguments)
    except ApiError as problem:
        return problem.error
    return Error.NONE
