"""DeleteTopics (API 20): delete topics (KIP-4).

v3   TOPIC_DELETION_DISABLED in place of INVALID_REQUEST (KIP-322)
v4   flexible
v5   error messages; THROTTLING_QUOTA_EXCEEDED (KIP-599)
v6   topics by id (KIP-516)

A topic is gone before the answer leaves: the time-out is never reached.
"""

from __future__ import annotations

from collections import Counter

from logion.broker.context import Context
from logion.broker.quotas import Mutations
from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.names import ZERO_UUID, Uuid
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.delete_topics import (
    DeletableTopicResult,
    DeleteTopicsRequest,
    DeleteTopicsResponse,
    DeleteTopicState,
)
from logion.protocol.releases import release

VERSION_WITH_IDS = 6
VERSION_WITH_DISABLED = 3
VERSION_WITH_QUOTAS = 5

TWICE = ApiError(Error.INVALID_REQUEST, "the request names the topic twice")


async def handle(
    broker: BrokerState, context: Context, request: DeleteTopicsRequest
) -> DeleteTopicsResponse:
    """Delete what is there; each topic has its own result."""
    topics = request.topics
    account = broker.quotas.mutations(context, strict_since=VERSION_WITH_QUOTAS)
    if context.version < VERSION_WITH_IDS:
        topics = tuple(
            DeleteTopicState(name=it, topic_id=ZERO_UUID) for it in request.topic_names
        )
    named = Counter(_key(broker, it) for it in topics)
    asked = {_key(broker, it): it for it in topics}
    if not broker.cluster.config.flag("delete.topic.enable"):
        refusal = _disabled(context.version)
        responses = [_result(it, refusal) for it in asked.values()]
    else:
        responses = [
            _result(it, TWICE) if named[key] > 1 else await _delete(broker, it, account)
            for key, it in asked.items()
        ]
    return DeleteTopicsResponse(
        throttle_time_ms=account.pause_ms, responses=tuple(responses)
    )


def _disabled(version: int) -> ApiError:
    text = "delete.topic.enable is false"
    if version < VERSION_WITH_DISABLED:
        return ApiError(Error.INVALID_REQUEST, text)
    return ApiError(Error.TOPIC_DELETION_DISABLED, text)


def _key(broker: BrokerState, asked: DeleteTopicState) -> str | Uuid:
    """Return what tells a topic of the request from the others: its name if known."""
    if asked.name is not None:
        return asked.name
    return broker.topic_name(asked.topic_id) or asked.topic_id


async def _delete(
    broker: BrokerState, asked: DeleteTopicState, account: Mutations
) -> DeletableTopicResult:
    try:
        name = _name(broker, asked)
        known = broker.cluster.image.topics.get(name)
        with storing():
            await broker.cluster.delete_topic(name, account.take)
    except ApiError as refusal:
        return _result(asked, refusal)
    assert known is not None, f"{name} was deleted, so it was there"
    # With ZooKeeper the answer repeats the id that was asked for; KRaft looks it up.
    with_id = broker.release >= release("4.0")
    topic_id = known.id if with_id else asked.topic_id
    return DeletableTopicResult(name=name, topic_id=topic_id, error_code=Error.NONE)


def _name(broker: BrokerState, asked: DeleteTopicState) -> str:
    """Return the name of the topic asked for, whether it exists or not."""
    if asked.topic_id == ZERO_UUID:
        if asked.name is None:
            # On ZooKeeper what has no name is nobody's to see.
            is_kraft = broker.release >= release("4.0")
            hidden = Error.TOPIC_AUTHORIZATION_FAILED
            error = Error.INVALID_REQUEST if is_kraft else hidden
            raise ApiError(error, "neither name nor id is given")
        return asked.name
    if asked.name is not None:
        raise ApiError(Error.INVALID_REQUEST, "name and id are given, one is enough")
    name = broker.topic_name(asked.topic_id)
    if name is None:
        raise ApiError(Error.UNKNOWN_TOPIC_ID)
    return name


def _result(asked: DeleteTopicState, refusal: ApiError) -> DeletableTopicResult:
    return DeletableTopicResult(
        name=asked.name,
        topic_id=asked.topic_id,
        error_code=refusal.error,
        error_message=refusal.message or refusal.error.meaning,
    )
