from __future__ import annotations

import pytest
from logion.replica.partitioning import java_hash, partition_of


@pytest.mark.parametrize(
    ("group", "partition"),
    [
        ("test-consumer-group", 31),
        ("my-group", 12),
        ("test", 48),
        ("connect-local-file-sink", 7),
        ("streams-wordcount", 35),
    ],
)
def test_a_group_belongs_to_the_partition_that_kafka_gives_it(
    group: str, partition: int
) -> None:
    assert partition_of(group, 50) == partition


def test_the_hash_is_that_of_java_over_utf_16() -> None:
    assert java_hash("") == 0
    assert java_hash("a") == 97
    assert java_hash("\U0001f600") == 31 * 0xD83D + 0xDE00
    assert java_hash("\ud83d") == 0xD83D, "half a pair, which Java allows"
    assert java_hash("hello world") == 1794106052
    assert java_hash("polygenelubricants") == -(2**31)


def test_the_one_hash_without_an_absolute_value_counts_as_0() -> None:
    assert partition_of("polygenelubricants", 50) == 0
