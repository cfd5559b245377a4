"""ElectLeaders (API 43): give partitions their preferred leader, or any (KIP-183, 460).

v1   unclean elections
v2   flexible
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.cluster.controller import Election
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.elect_leaders import (
    ElectLeadersRequest,
    ElectLeadersResponse,
    PartitionResult,
    ReplicaElectionResult,
    TopicPartitions,
)
from logion.protocol.releases import release

ELECTIONS = {it.value: it for it in Election}


async def handle(
    broker: BrokerState, context: Context, request: ElectLeadersRequest
) -> ElectLeadersResponse:
    """Elect where it is needed; null asks for all, and hears only of what changed."""
    asked = _asked(broker, request.topic_partitions)
    election = ELECTIONS.get(request.election_type)
    if election is None:
        return _unknown(broker, request)
    results = {
        topic: [await _elect(broker, topic, it, election) for it in indexes]
        for topic, indexes in asked.items()
    }
    if request.topic_partitions is None:
        results = dict(_of_note(broker, results))
    return ElectLeadersResponse(
        throttle_time_ms=0,
        replica_election_results=tuple(
            ReplicaElectionResult(topic=topic, partition_result=tuple(found))
            for topic, found in results.items()
        ),
    )


def _asked(
    broker: BrokerState, topics: Sequence[TopicPartitions] | None
) -> Mapping[str, Sequence[int]]:
    """Return partitions by topic; on ZooKeeper each once, of topics that have some."""
    if topics is None:
        known = broker.cluster.image.topics.values()
        return {it.name: list(it.partitions) for it in known}
    if broker.release >= release("4.0"):
        return {it.topic: it.partitions for it in topics}
    return {it.topic: [*dict.fromkeys(it.partitions)] for it in topics if it.partitions}


async def _elect(
    broker: BrokerState, topic: str, index: int, election: Election
) -> PartitionResult:
    try:
        with storing():
            await broker.cluster.elect(TopicPartition(topic, index), election)
    except ApiError as refusal:
        return PartitionResult(
            partition_id=index,
            error_code=refusal.error,
            error_message=refusal.message or refusal.error.meaning,
        )
    return PartitionResult(
        partition_id=index, error_code=Error.NONE, error_message=None
    )


def _of_note(
    broker: BrokerState, results: Mapping[str, list[PartitionResult]]
) -> Iterator[tuple[str, list[PartitionResult]]]:
    """Return the results that say more than that no election was needed.

    On KRaft topics without any are named all the same.
    """
    for topic, found in results.items():
        left = [it for it in found if it.error_code != Error.ELECTION_NOT_NEEDED]
        if left or broker.release >= release("4.0"):
            yield topic, left


def _unknown(broker: BrokerState, request: ElectLeadersRequest) -> ElectLeadersResponse:
    """Return the refusal of an election of a kind that does not exist.

    On KRaft it is no error to ask for it nowhere.
    """
    text = f"there is no election of type {request.election_type}"
    is_nowhere = request.topic_partitions == () and broker.release >= release("4.0")
    return ElectLeadersResponse(
        throttle_time_ms=0,
        error_code=Error.NONE if is_nowhere else Error.INVALID_REQUEST,
        replica_election_results=tuple(
            ReplicaElectionResult(
                topic=topic.topic,
                partition_result=tuple(
                    PartitionResult(
                        partition_id=it,
                        error_code=Error.INVALID_REQUEST,
                        error_message=text,
                    )
                    for it in topic.partitions
                ),
            )
            for topic in request.topic_partitions or ()
        ),
    )
