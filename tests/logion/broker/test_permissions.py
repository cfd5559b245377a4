"""What a client may do, as bit fields of answers."""

from __future__ import annotations

from logion.broker.permissions import (
    CLUSTER_OPERATIONS,
    NOT_ASKED,
    TOPIC_OPERATIONS,
    Operation,
)


def test_the_bits_are_those_of_a_kafka_without_an_authorizer() -> None:
    """Read off Apache Kafka 3.9 and 4.3."""
    assert TOPIC_OPERATIONS == 3576
    assert CLUSTER_OPERATIONS == 8096
    assert NOT_ASKED == -2147483648


def test_a_bit_stands_for_the_operation_of_that_code() -> None:
    assert TOPIC_OPERATIONS >> Operation.READ & 1
    assert not CLUSTER_OPERATIONS >> Operation.READ & 1
