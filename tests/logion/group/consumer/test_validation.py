"""What a heartbeat must look like, and what is wrong first."""

from __future__ import annotations

from typing import Any

import pytest
from logion.group.consumer.state import Settings
from logion.group.consumer.validation import check_heartbeat
from logion.protocol.errors import ApiError, Error

from tests.logion.group.consumer.grouping import parts, request, wire

NO_TIMEOUT = "RebalanceTimeoutMs must be provided in first request."
OWNS = "TopicPartitions must be empty when (re-)joining."
NO_TOPICS = (
    "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when"
    " (re-)joining."
)

WRONG: list[tuple[int, int, dict[str, Any], str]] = [
    (1, 0, {"member_id": ""}, "MemberId can't be empty."),
    (1, 0, {"member_id": " "}, "MemberId can't be empty."),
    (0, 1, {"member_id": ""}, "MemberId can't be empty."),
    (0, -1, {"member_id": ""}, "MemberId can't be empty."),
    (1, 0, {"group_id": " "}, "GroupId can't be empty."),
    (1, 0, {"instance_id": ""}, "InstanceId can't be empty."),
    (1, 0, {"rack_id": ""}, "RackId can't be empty."),
    (1, 0, {"rebalance_timeout_ms": -1}, NO_TIMEOUT),
    (1, 0, {"topic_partitions": None}, OWNS),
    (1, 0, {"topic_partitions": wire(parts(t=(0,)))}, OWNS),
    (1, 0, {"subscribed_topic_names": None}, NO_TOPICS),
    (1, -2, {}, "InstanceId can't be null."),
    (1, -3, {}, "MemberEpoch is invalid."),
]


@pytest.mark.parametrize(("version", "epoch", "fields", "text"), WRONG)
def test_what_is_wrong_is_said(
    version: int, epoch: int, fields: dict[str, Any], text: str
) -> None:
    sent = request("m", epoch, subscribed_topic_names=())
    for name, value in fields.items():
        object.__setattr__(sent, name, value)
    with pytest.raises(ApiError) as caught:
        check_heartbeat(sent, version, Settings())
    assert caught.value.error is Error.INVALID_REQUEST
    assert caught.value.message == text


def test_a_client_of_version_0_joins_without_an_id() -> None:
    sent = request("", 0, subscribed_topic_names=())
    check_heartbeat(sent, 0, Settings())


def test_one_may_subscribe_by_name_or_by_pattern_or_leave() -> None:
    check_heartbeat(request("m", 0, subscribed_topic_names=("t",)), 1, Settings())
    check_heartbeat(request("m", 0, subscribed_topic_regex="t"), 1, Settings())
    check_heartbeat(request("m", 5), 1, Settings())
    check_heartbeat(request("m", -1), 1, Settings())
    check_heartbeat(request("m", -2, instance_id="i"), 1, Settings())


def test_an_assignor_that_is_not_there_is_refused_by_name() -> None:
    sent = request("m", 0, subscribed_topic_names=(), server_assignor="best")
    with pytest.raises(ApiError) as caught:
        check_heartbeat(sent, 1, Settings())
    assert caught.value.error is Error.UNSUPPORTED_ASSIGNOR
    assert caught.value.message == (
        "ServerAssignor best is not supported. Supported assignors: uniform, range."
    )
    check_heartbeat(sent, 1, Settings(assignors=("best",)))
