"""FindCoordinator (API 10): which broker coordinates a group or a transactional id.

v1   transactional ids, with an error message (KIP-98)
v3   flexible
v4   several keys (KIP-699)
v6   partitions of share groups (KIP-932)

It is the leader of the partition that the key belongs to, of `__consumer_offsets` or of
`__transaction_state`; the first one to ask makes that topic. Share groups have no
coordinator here: UNSUPPORTED_VERSION, so that no client asks again and again.
"""

from __future__ import annotations

from logion.broker.admission import check_readable
from logion.broker.context import Context
from logion.broker.internal_topics import OFFSETS, TRANSACTIONS, missing_topic
from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.cluster.image import Endpoint
from logion.names import BrokerId
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.find_coordinator import (
    Coordinator,
    FindCoordinatorRequest,
    FindCoordinatorResponse,
)
from logion.protocol.releases import release
from logion.replica.partitioning import partition_of

VERSION_WITH_KEYS = 4
VERSION_WITH_SHARE_GROUPS = 6

GROUP, TRANSACTION, SHARE = 0, 1, 2
"""What keys may be."""

TOPICS = {GROUP: OFFSETS, TRANSACTION: TRANSACTIONS}
"""The topic whose partitions' leaders coordinate such keys."""


async def handle(
    broker: BrokerState, context: Context, request: FindCoordinatorRequest
) -> FindCoordinatorResponse:
    """Return the coordinator of each key."""
    if context.version >= VERSION_WITH_KEYS:
        keys = request.coordinator_keys
        found = [await _find(broker, context, request.key_type, it) for it in keys]
        return FindCoordinatorResponse(coordinators=tuple(found))
    one = await _find(broker, context, request.key_type, request.key)
    return FindCoordinatorResponse(
        error_code=one.error_code,
        error_message=one.error_message or None,
        node_id=one.node_id,
        host=one.host,
        port=one.port,
    )


async def _find(
    broker: BrokerState, context: Context, key_type: int, key: str
) -> Coordinator:
    try:
        _check_type(broker, context, key_type)
        broker_id, endpoint = await _leader(broker, context, TOPICS[key_type], key)
    except ApiError as failure:
        return Coordinator(
            key=key,
            node_id=-1,
            host="",
            port=-1,
            error_code=failure.error,
            error_message=failure.message,
        )
    return Coordinator(
        key=key,
        node_id=broker_id,
        host=endpoint.host,
        port=endpoint.port,
        error_code=Error.NONE,
        error_message="",
    )


def _check_type(broker: BrokerState, context: Context, key_type: int) -> None:
    if key_type == SHARE and context.version >= VERSION_WITH_SHARE_GROUPS:
        is_known = broker.release >= release("4.0")  # 3.9 has none that would answer
        error = Error.INVALID_REQUEST if is_known else Error.COORDINATOR_NOT_AVAILABLE
        raise ApiError(error, "share groups are not built")
    if key_type not in TOPICS:
        text = f"key type {key_type} in version {context.version}"
        check_readable(broker.release, text)
        raise ApiError(Error.INVALID_REQUEST, text)


async def _leader(
    broker: BrokerState, context: Context, name: str, key: str
) -> tuple[BrokerId, Endpoint]:
    """Return the broker that coordinates a key of topic `name`, and where it is.

    Raises ApiError COORDINATOR_NOT_AVAILABLE if there is none now.
    """
    await _make_topic(broker, name)
    image = broker.cluster.image
    topic = image.topics[name]
    index = partition_of(key, len(topic.partitions))
    leader = image.brokers.get(topic.partitions[index].leader)
    endpoint = None if leader is None else leader.endpoint(context.listener)
    if leader is None or endpoint is None:
        text = f"{name}-{index} has no leader now"
        raise ApiError(Error.COORDINATOR_NOT_AVAILABLE, text)
    return leader.id, endpoint


async def _make_topic(broker: BrokerState, name: str) -> None:
    """Have an internal topic be there; ApiError COORDINATOR_NOT_AVAILABLE if not."""
    if name in broker.cluster.image.topics:
        return
    count = len(broker.cluster.image.brokers)
    topic = missing_topic(name, broker.cluster.config, broker_count=count)
    try:
        broker.check_storage()
        with storing():
            (made,) = await broker.cluster.create_topics([topic])
    except ApiError as failure:
        raise ApiError(Error.COORDINATOR_NOT_AVAILABLE, failure.message) from failure
    if isinstance(made, ApiError) and made.error is not Error.TOPIC_ALREADY_EXISTS:
        raise ApiError(Error.COORDINATOR_NOT_AVAILABLE, made.message)
