"""CreateTopics (API 19): create topics (KIP-4).

v1   may only check; error messages
v4   -1 partitions or replicas: the broker's default (KIP-464), which a broker of 2.4
     and later takes in any version
v5   flexible; the answer describes the topic (KIP-525)
v6   THROTTLING_QUOTA_EXCEEDED (KIP-599)
v7   the answer names the topic's id (KIP-516)

A topic exists, with its logs, before the answer leaves: the time-out is never reached.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from logion.broker.context import Context
from logion.broker.quotas import Mutations
from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.cluster.image import TopicInfo
from logion.cluster.topics import PARTITIONS_MAX, NewTopic
from logion.config import TopicConfig
from logion.config_entries import ConfigEntry
from logion.names import ZERO_UUID
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.create_topics import (
    CreatableTopic,
    CreatableTopicConfigs,
    CreatableTopicResult,
    CreateTopicsRequest,
    CreateTopicsResponse,
)
from logion.protocol.releases import release

BY_DEFAULT = -1
VERSION_WITH_QUOTAS = 6


async def handle(
    broker: BrokerState, context: Context, request: CreateTopicsRequest
) -> CreateTopicsResponse:
    """Create what can be created; each topic has its own result."""
    refused = _refusals(broker, request)
    asked = [it for it in request.topics if refused[it.name] is None]
    account = broker.quotas.mutations(context, strict_since=VERSION_WITH_QUOTAS)
    made = await _make(broker, asked, account, validate_only=request.validate_only)
    return CreateTopicsResponse(
        throttle_time_ms=account.pause_ms,
        topics=tuple(
            _failed(it.name, refusal)
            if (refusal := refused[it.name]) is not None
            else _result(broker, it, _told(broker, request, made[it.name]))
            for it in _in_order_of_answers(broker, request.topics)
        ),
    )


def _told(
    broker: BrokerState, request: CreateTopicsRequest, made: TopicInfo | ApiError
) -> TopicInfo | ApiError:
    """Return a topic as it is told: on ZooKeeper without an id if only checked."""
    if isinstance(made, ApiError) or not request.validate_only:
        return made
    return made if broker.release >= release("4.0") else made._replace(id=ZERO_UUID)


async def _make(
    broker: BrokerState,
    asked: Sequence[CreatableTopic],
    account: Mutations,
    *,
    validate_only: bool,
) -> dict[str, TopicInfo | ApiError]:
    """Create topics; return each by its name, or why it could not be."""
    new = [_new(it) for it in asked]
    try:
        broker.check_storage()
        with storing():
            made = await broker.cluster.create_topics(
                new,
                validate_only=validate_only,
                charge=account.charge(validate_only=validate_only),
            )
    except ApiError as failure:
        return dict.fromkeys((it.name for it in asked), failure)
    return {it.name: answer for it, answer in zip(asked, made, strict=True)}


def _in_order_of_answers(
    broker: BrokerState, topics: Sequence[CreatableTopic]
) -> Sequence[CreatableTopic]:
    """Return the topics as they are answered, of those named twice only the names.

    From 2.3 to 3.9 each mention has its answer; else a name has one, at the end.
    """
    if release("2.3") <= broker.release < release("4.0"):
        return topics
    named = Counter(it.name for it in topics)
    twice = {it.name: it for it in topics if named[it.name] > 1}
    return (*(it for it in topics if named[it.name] == 1), *twice.values())


def _refusals(
    broker: BrokerState, request: CreateTopicsRequest
) -> dict[str, ApiError | None]:
    """Return, for each name, why it cannot be created whatever there is, or None."""
    count = sum(_count(broker, it) for it in request.topics)
    if count > PARTITIONS_MAX:
        text = f"{count} partitions in one request, at most {PARTITIONS_MAX}"
        refusal = ApiError(Error.POLICY_VIOLATION, text)
        return dict.fromkeys((it.name for it in request.topics), refusal)
    twice = ApiError(Error.INVALID_REQUEST, "the request names the topic twice")
    named = Counter(it.name for it in request.topics)
    return {
        it.name: twice if named[it.name] > 1 else _refuse(broker, it)
        for it in request.topics
    }


def _refuse(broker: BrokerState, topic: CreatableTopic) -> ApiError | None:
    """Return what is wrong with one topic of the request by itself, or None."""
    if topic.assignments or broker.release >= release("2.4"):
        return _refuse_assignment(topic)
    if topic.num_partitions == BY_DEFAULT:
        return ApiError(Error.INVALID_PARTITIONS, "-1 partitions asked for")
    if topic.replication_factor == BY_DEFAULT:
        return ApiError(Error.INVALID_REPLICATION_FACTOR, "-1 replicas asked for")
    return None


def _refuse_assignment(topic: CreatableTopic) -> ApiError | None:
    assigned = Counter(it.partition_index for it in topic.assignments)
    if len(assigned) == len(topic.assignments):
        return None
    text = "a partition is assigned more than once"
    return ApiError(Error.INVALID_REPLICA_ASSIGNMENT, text)


def _count(broker: BrokerState, topic: CreatableTopic) -> int:
    """Return how many partitions a topic is to have."""
    if topic.assignments:
        return len(topic.assignments)
    if topic.num_partitions == BY_DEFAULT:
        return broker.cluster.config.integer("num.partitions")
    return max(0, topic.num_partitions)


def _new(topic: CreatableTopic) -> NewTopic:
    return NewTopic(
        topic.name,
        topic.num_partitions,
        topic.replication_factor,
        {it.partition_index: it.broker_ids for it in topic.assignments},
        {it.name: it.value for it in topic.configs},
    )


def _failed(name: str, refusal: ApiError) -> CreatableTopicResult:
    return CreatableTopicResult(
        name=name,
        error_code=refusal.error,
        error_message=refusal.message or refusal.error.meaning,
    )


def _result(
    broker: BrokerState, asked: CreatableTopic, made: TopicInfo | ApiError
) -> CreatableTopicResult:
    if isinstance(made, ApiError):
        return _failed(asked.name, made)
    overrides = {it.name: it.value for it in asked.configs if it.value is not None}
    settings = TopicConfig(broker.cluster.config, overrides)
    return CreatableTopicResult(
        name=made.name,
        topic_id=made.id,
        error_code=Error.NONE,
        error_message=None,
        num_partitions=len(made.partitions),
        replication_factor=len(made.partitions[0].replicas),
        configs=tuple(map(_config, settings.entries())),
    )


def _config(entry: ConfigEntry) -> CreatableTopicConfigs:
    return CreatableTopicConfigs(
        name=entry.name,
        value=entry.value,
        read_only=False,
        config_source=entry.source,
        is_sensitive=entry.is_sensitive,
    )
