"""CreatePartitions (API 37): give topics more partitions (KIP-195).

v2   flexible
v3   THROTTLING_QUOTA_EXCEEDED (KIP-599)

A partition has its log before the answer leaves: the time-out is never reached.
"""

from __future__ import annotations

from collections import Counter

from logion.broker.context import Context
from logion.broker.quotas import Mutations
from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.cluster.topics import PARTITIONS_MAX
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.create_partitions import (
    CreatePartitionsRequest,
    CreatePartitionsResponse,
    CreatePartitionsTopic,
    CreatePartitionsTopicResult,
)

VERSION_WITH_QUOTAS = 3

TWICE = ApiError(Error.INVALID_REQUEST, "the request names the topic twice")


async def handle(
    broker: BrokerState, context: Context, request: CreatePartitionsRequest
) -> CreatePartitionsResponse:
    """Extend what can be extended; each topic has its own result."""
    refusal = _refuse(broker, request)
    account = broker.quotas.mutations(context, strict_since=VERSION_WITH_QUOTAS)
    named = Counter(it.name for it in request.topics)
    distinct = {it.name: it for it in request.topics}.values()
    results = [
        _failed(it.name, refusal)
        if refusal is not None
        else _failed(it.name, TWICE)
        if named[it.name] > 1
        else await _extend(broker, it, account, validate_only=request.validate_only)
        for it in distinct
    ]
    return CreatePartitionsResponse(
        throttle_time_ms=account.pause_ms, results=tuple(results)
    )


async def _extend(
    broker: BrokerState,
    topic: CreatePartitionsTopic,
    account: Mutations,
    *,
    validate_only: bool,
) -> CreatePartitionsTopicResult:
    try:
        broker.check_storage()
        with storing():
            await broker.cluster.create_partitions(
                topic.name,
                topic.count,
                None
                if topic.assignments is None
                else [it.broker_ids for it in topic.assignments],
                validate_only=validate_only,
                charge=account.charge(validate_only=validate_only),
            )
    except ApiError as refusal:
        return _failed(topic.name, refusal)
    return CreatePartitionsTopicResult(name=topic.name, error_code=Error.NONE)


def _failed(name: str, refusal: ApiError) -> CreatePartitionsTopicResult:
    return CreatePartitionsTopicResult(
        name=name,
        error_code=refusal.error,
        error_message=refusal.message or refusal.error.meaning,
    )


def _refuse(broker: BrokerState, request: CreatePartitionsRequest) -> ApiError | None:
    """Return why the whole request is too much, or None."""
    known = broker.cluster.image.topics
    new = sum(
        max(0, it.count - len(known[it.name].partitions))
        for it in request.topics
        if it.name in known
    )
    if new <= PARTITIONS_MAX:
        return None
    text = f"{new} new partitions in one request, at most {PARTITIONS_MAX}"
    return ApiError(Error.POLICY_VIOLATION, text)
