"""Metadata (API 3): the brokers, the topics, and who leads their partitions.

v0   an empty list asks for all topics; a replica that is down is an error
v1   null asks for all, an empty list for none; controller, racks, internal topics
v2   cluster id (KIP-78)
v4   the client may forbid the creation of topics
v5   offline replicas (KIP-112)
v7   leader epochs (KIP-320)
v8   what the client is allowed to do (KIP-430)
v9   flexible
v10  topic ids in answers (KIP-516)
v12  topics by id; names may be null
v13  an error for the whole answer (KIP-1102)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from logion.broker.context import Context
from logion.broker.internal_topics import INTERNAL_TOPICS, missing_topic
from logion.broker.permissions import (
    CLUSTER_OPERATIONS,
    NOT_ASKED,
    TOPIC_OPERATIONS,
)
from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.cluster.image import BrokerInfo, PartitionInfo, TopicInfo
from logion.cluster.topics import NewTopic, check_no_collision, check_topic_name
from logion.names import ZERO_UUID, BrokerId, Uuid
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.metadata import (
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)
from logion.protocol.releases import release
from logion.protocol.schema import replace

EVERY_TOPIC_EMPTY = 0
"""The version in which an empty list asks for all topics."""

VERSION_WITH_CREATION_FLAG = 4
VERSION_WITH_TOPIC_IDS = 12


async def handle(
    broker: BrokerState, context: Context, request: MetadataRequest
) -> MetadataResponse:
    """Return the image of the cluster; topics asked for by name may be created."""
    if (error := _refusal(context, request)) is not None:
        return _refused(request, error)
    image = broker.cluster.image
    brokers = [it for it in image.brokers.values() if it.endpoint(context.listener)]
    operations = NOT_ASKED
    if request.include_cluster_authorized_operations:
        operations = CLUSTER_OPERATIONS
    try:
        topics = await _topics(broker, context, request)
    except ApiError as refusal:
        return _refused(request, refusal.error)
    return MetadataResponse(
        brokers=tuple(_broker(it, context.listener) for it in brokers),
        cluster_id=image.cluster_id,
        controller_id=image.controller_id,
        topics=topics,
        cluster_authorized_operations=operations,
    )


def _refusal(context: Context, request: MetadataRequest) -> Error | None:
    """Return why the whole request is refused: ids before their time, or no name."""
    if request.topics is None:
        return None
    if context.version < VERSION_WITH_TOPIC_IDS:
        by_id = any(map(_is_by_id, request.topics))
        return Error.INVALID_REQUEST if by_id else None
    names = any(it.topic_id != ZERO_UUID for it in request.topics)
    if not names and any(it.name is None for it in request.topics):
        return Error.UNKNOWN_SERVER_ERROR
    return None


def _refused(request: MetadataRequest, error: Error) -> MetadataResponse:
    """Return an answer without brokers: the error stands with each topic."""
    return MetadataResponse(
        brokers=(),
        topics=tuple(
            _failed(error, it.name or "", it.topic_id) for it in request.topics or ()
        ),
        error_code=error,
    )


def _broker(info: BrokerInfo, listener: str) -> MetadataResponseBroker:
    endpoint = info.endpoint(listener)
    assert endpoint is not None, f"broker {info.id} has no listener {listener}"
    return MetadataResponseBroker(
        node_id=info.id, host=endpoint.host, port=endpoint.port, rack=info.rack
    )


async def _topics(
    broker: BrokerState, context: Context, request: MetadataRequest
) -> tuple[MetadataResponseTopic, ...]:
    asked = request.topics
    if asked is None or (context.version == EVERY_TOPIC_EMPTY and not asked):
        topics = [
            _known(broker, context, topic)
            for topic in broker.cluster.image.topics.values()
        ]
    else:
        may_create = context.version < VERSION_WITH_CREATION_FLAG or (
            request.allow_auto_topic_creation
        )
        created = await _create_missing(broker, context, asked) if may_create else {}
        wanted = _by_id_or_name(asked)
        distinct = {(it.name, it.topic_id): it for it in wanted}.values()
        topics = [_asked(broker, context, it, created) for it in distinct]
    if request.include_topic_authorized_operations:
        topics = [
            replace(it, topic_authorized_operations=TOPIC_OPERATIONS) for it in topics
        ]
    return tuple(topics)


def _by_id_or_name(
    asked: Sequence[MetadataRequestTopic],
) -> Sequence[MetadataRequestTopic]:
    """Return what is looked up: ids alone, if there are any, without the names."""
    ids = {it.topic_id: it for it in asked if it.topic_id != ZERO_UUID}
    return tuple(ids.values()) if ids else asked


def _is_by_id(asked: MetadataRequestTopic) -> bool:
    return asked.name is None or asked.topic_id != ZERO_UUID


async def _create_missing(
    broker: BrokerState, context: Context, asked: Sequence[MetadataRequestTopic]
) -> dict[str, Error]:
    """Create the topics that are missing; return what their first answer says."""
    image = broker.cluster.image
    missing = dict.fromkeys(
        it.name for it in asked if it.name is not None and it.name not in image.topics
    )
    if not missing or not broker.cluster.config.flag("auto.create.topics.enable"):
        return {}
    config, count = broker.cluster.config, len(image.brokers)
    topics = [missing_topic(name, config, broker_count=count) for name in missing]
    if broker.release >= release("0.9.0"):
        return await _create(broker, context, topics)
    told: dict[str, Error] = {}
    for topic in topics:  # those behind one that 0.8 cannot make are not made either
        told |= await _create(broker, context, [topic])
    return told


async def _create(
    broker: BrokerState, context: Context, topics: Sequence[NewTopic]
) -> dict[str, Error]:
    """Create topics at once; return what their first answer says."""
    try:
        broker.check_storage()
        with storing():
            account = broker.quotas.mutations(context, strict_since=None)
            answers = await broker.cluster.create_topics(topics, charge=account.take)
    except ApiError as failure:
        return {it.name: failure.error for it in topics}
    return {
        new.name: _first_answer(broker, new.name, answer)
        for new, answer in zip(topics, answers, strict=True)
    }


def _first_answer(
    broker: BrokerState, name: str, answer: TopicInfo | ApiError
) -> Error:
    """Return the error of a topic that is only just being made: clients ask again.

    Raises ApiError from a broker of 0.8, whose whole answer fails with one topic.
    """
    if isinstance(answer, ApiError):
        is_name = answer.error is Error.INVALID_TOPIC_EXCEPTION
        if broker.release < release("0.9.0"):
            raise answer if is_name else ApiError(Error.UNKNOWN_SERVER_ERROR)
        return _fault(broker, name) if is_name else answer.error
    if broker.release >= release("4.0"):
        return Error.UNKNOWN_TOPIC_OR_PARTITION
    return Error.LEADER_NOT_AVAILABLE


def _asked(
    broker: BrokerState,
    context: Context,
    asked: MetadataRequestTopic,
    created: dict[str, Error],
) -> MetadataResponseTopic:
    image = broker.cluster.image
    if asked.topic_id != ZERO_UUID:
        by_id = image.topics_by_id.get(asked.topic_id)
        if by_id is None:
            return _failed(Error.UNKNOWN_TOPIC_ID, None, asked.topic_id)
        return _known(broker, context, by_id)
    name = asked.name or ""
    if name in created:
        return _failed(created[name], name)
    topic = image.topics.get(name)
    return (
        _failed(_absence(broker, name), name)
        if topic is None
        else (_known(broker, context, topic))
    )


def _absence(broker: BrokerState, name: str) -> Error:
    """Return what is said of a topic that is not made; names are judged since 2.8."""
    if broker.release < release("2.8"):
        return Error.UNKNOWN_TOPIC_OR_PARTITION
    return _fault(broker, name)


def _fault(broker: BrokerState, name: str) -> Error:
    """Return why there is no such topic: its name, or nobody made it.

    On KRaft a name too like another's is known to the controller alone.
    """
    try:
        check_topic_name(name)
        if broker.release < release("4.0"):
            check_no_collision(broker.cluster.image, name)
    except ApiError as refusal:
        return refusal.error
    return Error.UNKNOWN_TOPIC_OR_PARTITION


def _failed(
    error: Error, name: str | None, topic_id: Uuid = ZERO_UUID
) -> MetadataResponseTopic:
    return MetadataResponseTopic(
        error_code=error,
        name=name,
        topic_id=topic_id,
        is_internal=name in INTERNAL_TOPICS,
        partitions=(),
    )


def _known(
    broker: BrokerState, context: Context, topic: TopicInfo
) -> MetadataResponseTopic:
    return MetadataResponseTopic(
        error_code=Error.NONE,
        name=topic.name,
        topic_id=topic.id,
        is_internal=topic.name in INTERNAL_TOPICS,
        partitions=tuple(
            _partition(it, broker.offline_replicas(topic.name, it), context.version)
            for it in topic.partitions.values()
        ),
    )


def _partition(
    info: PartitionInfo, offline: Collection[BrokerId], version: int
) -> MetadataResponsePartition:
    is_led = info.leader in info.replicas and info.leader not in offline
    error = Error.NONE
    if not is_led:
        error = Error.LEADER_NOT_AVAILABLE
    elif offline and version == 0:
        error = Error.REPLICA_NOT_AVAILABLE
    return MetadataResponsePartition(
        error_code=error,
        partition_index=info.partition,
        leader_id=info.leader if is_led else -1,
        leader_epoch=info.leader_epoch,
        replica_nodes=info.replicas,
        isr_nodes=info.isr,
        offline_replicas=tuple(offline),
    )
