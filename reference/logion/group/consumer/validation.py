"""What a ConsumerGroupHeartbeat must look like before its group is even looked for.

Source: KIP-848, "ConsumerGroupHeartbeat API"; the checks stand in Kafka's order.
"""

from __future__ import annotations

from logion.group.consumer.state import (
    JOIN_EPOCH,
    LEAVE_EPOCH,
    LEAVE_FOR_A_WHILE_EPOCH,
    Settings,
)
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
)

OWN_MEMBER_ID_VERSION = 1
"""From this version on a member makes up its id itself (KIP-1082)."""


def check_heartbeat(
    request: ConsumerGroupHeartbeatRequest, version: int, settings: Settings
) -> None:
    """Raise INVALID_REQUEST or UNSUPPORTED_ASSIGNOR for what is wrong first."""
    epoch = request.member_epoch
    if version >= OWN_MEMBER_ID_VERSION or epoch > 0 or epoch == LEAVE_EPOCH:
        _check_not_blank("MemberId", request.member_id)
    _check_not_blank("GroupId", request.group_id)
    _check_not_blank("InstanceId", request.instance_id)
    _check_not_blank("RackId", request.rack_id)
    if epoch == JOIN_EPOCH:
        _check_joining(request)
    elif epoch == LEAVE_FOR_A_WHILE_EPOCH and request.instance_id is None:
        raise _invalid("InstanceId can't be null.")
    elif epoch < LEAVE_FOR_A_WHILE_EPOCH:
        raise _invalid("MemberEpoch is invalid.")
    wished = request.server_assignor
    if wished is not None and wished not in settings.assignors:
        known = ", ".join(settings.assignors)
        raise ApiError(
            Error.UNSUPPORTED_ASSIGNOR,
            f"ServerAssignor {wished} is not supported. Supported assignors: {known}.",
        )


def _check_joining(request: ConsumerGroupHeartbeatRequest) -> None:
    if request.rebalance_timeout_ms == -1:
        raise _invalid("RebalanceTimeoutMs must be provided in first request.")
    if request.topic_partitions != ():
        raise _invalid("TopicPartitions must be empty when (re-)joining.")
    names, pattern = request.subscribed_topic_names, request.subscribed_topic_regex
    if names is None and pattern is None:
        raise _invalid(
            "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when"
            " (re-)joining."
        )


def _check_not_blank(name: str, value: str | None) -> None:
    if value is not None and not value.strip():
        raise _invalid(f"{name} can't be empty.")


def _invalid(text: str) -> ApiError:
    return ApiError(Error.INVALID_REQUEST, text)
