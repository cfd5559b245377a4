"""What the handlers of group requests share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.group.classic.state import State
from logion.names import TopicPartition, Uuid
from logion.protocol.errors import ApiError, Error
from logion.protocol.releases import release

NO_COORDINATOR = "share groups are off: no broker is their coordinator"

TopicResult = TypeVar("TopicResult")


class SharePartition(Protocol):
    """A partition whose state is asked for or changed."""

    @property
    def partition(self) -> int:
        """Its number."""


class ShareTopic(Protocol):
    """A topic and those of its partitions that a request is about."""

    @property
    def topic_id(self) -> Uuid:
        """Its id."""

    @property
    def partitions(self) -> Iterable[SharePartition]:
        """They, in the order of the request."""


def without_coordinator(
    topics: Iterable[ShareTopic],
    topic_result: Callable[..., TopicResult],
    partition_result: Callable[..., object],
) -> tuple[TopicResult, ...]:
    """Return a result for each topic, with NOT_COORDINATOR for each partition."""
    return tuple(
        topic_result(
            topic_id=topic.topic_id,
            partitions=tuple(
                partition_result(
                    partition=it.partition,
                    error_code=Error.NOT_COORDINATOR,
                    error_message=NO_COORDINATOR,
                )
                for it in topic.partitions
            ),
        )
        for topic in topics
    )


def check_group_id(group_id: str) -> None:
    """Raise INVALID_GROUP_ID for an empty name: only offsets may be under it."""
    if not group_id:
        raise ApiError(Error.INVALID_GROUP_ID, "the group's name is empty")


def check_member_group_id(broker: BrokerState, group_id: str) -> None:
    """Raise INVALID_GROUP_ID for an empty name, before 2.0 UNKNOWN_MEMBER_ID."""
    if not group_id and broker.release < release("2.0"):
        raise ApiError(Error.UNKNOWN_MEMBER_ID, "a group without a name has no members")
    check_group_id(group_id)


def check_consumer_protocol(broker: BrokerState) -> None:
    """Raise UNSUPPORTED_VERSION unless the consumer protocol is served (KIP-848)."""
    if not broker.groups.settings.serves_consumers:
        raise ApiError(
            Error.UNSUPPORTED_VERSION,
            "group.coordinator.rebalance.protocols has no 'consumer'",
        )


def is_known(broker: BrokerState, name: TopicPartition) -> bool:
    """Tell whether a partition counts as one that is there; the topic did before 2.0.

    So it does where offsets are committed and where a transaction gets partitions.
    """
    if broker.release < release("2.0"):
        return name.topic in broker.cluster.image.topics
    return broker.cluster.image.partition(*name) is not None


def host_of(context: Context) -> str:
    """Return a client's address as Kafka writes it: `/127.0.0.1`."""
    return f"/{context.peer.rpartition(':')[0]}"


def state_name(broker: BrokerState, state: State) -> str:
    """Return what the release calls a state; one had another name before 1.1."""
    if state is State.COMPLETING and broker.release < release("1.1"):
        return "AwaitingSync"
    return state.value
