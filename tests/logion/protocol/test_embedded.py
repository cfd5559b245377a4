from __future__ import annotations

import pytest
from logion.names import TopicPartition
from logion.protocol.codec import encode
from logion.protocol.embedded import (
    VERSION_LAST,
    assignment_bytes,
    assignment_in,
    partitions_in,
    subscription_bytes,
    subscription_in,
    topics_in,
    version_of,
)
from logion.protocol.errors import ProtocolError
from logion.protocol.messages.consumer_protocol import ConsumerProtocolSubscription

T0, T1, U0 = TopicPartition("t", 0), TopicPartition("t", 1), TopicPartition("u", 0)


def subscription(version: int) -> bytes:
    message = ConsumerProtocolSubscription(topics=("a",), rack_id="r")
    return version.to_bytes(2) + encode(message, min(version, VERSION_LAST))


@pytest.mark.parametrize("version", [0, 1, 2, 3, 9])
def test_whatever_newer_consumers_append_does_not_matter(version: int) -> None:
    data = subscription(version) + b"more"
    assert topics_in(data) == ("a",)
    assert subscription_in(data).rack_id == ("r" if version >= 3 else None)
    assert version_of(data) == min(version, VERSION_LAST)


@pytest.mark.parametrize("version", range(4))
def test_an_assignment_comes_back_as_it_was_written(version: int) -> None:
    data = assignment_bytes([T0, U0, T1], version)
    assert version_of(data) == version
    assert partitions_in(data) == (T0, T1, U0)


def test_the_bytes_are_those_of_kafkas_protocol() -> None:
    assert subscription_bytes(["a"]).hex() == "000000000001000161ffffffff"
    row = "000174000000020000000000000001"
    written = "000000000001" + row + "ffffffff"
    assert assignment_bytes([T0, T1]).hex() == written


def test_no_bytes_are_no_partitions() -> None:
    assert partitions_in(b"") == ()
    assert assignment_in(b"").assigned_partitions == ()


@pytest.mark.parametrize("data", [b"", b"\0", b"\xff\xff\0", b"\0\0\0\0\0\x09"])
def test_bytes_that_say_nothing_are_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        topics_in(data)
    if data:
        with pytest.raises(ProtocolError):
            partitions_in(data)
