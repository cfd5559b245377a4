"""Which offset belongs to a time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from logion.log.segments import Found
from logion.log.settings import LogSettings
from logion.names import BrokerId
from logion.protocol.messages import list_offsets
from logion.protocol.schema import schema_of
from logion.records.record import BatchOptions
from logion.replica.leader import on_follower_fetch
from logion.replica.offsets import (
    EARLIEST,
    EARLIEST_LOCAL,
    FIRST_VERSIONS,
    LATEST,
    LONG_AGO,
    NEWEST_TIMESTAMP,
    NOTHING,
    find_offset,
    segment_offsets,
)
from logion.replica.partition import Partition
from logion.testing.clock import NEW_YEAR_2024_MS

from tests.logion.replica.leading import batch, partition

NOW = NEW_YEAR_2024_MS


def at(led: Partition, *timestamps: int) -> None:
    """Append a record for each timestamp, each in a batch of its own."""
    for timestamp in timestamps:
        led.append(batch(b"v", timestamp=timestamp), version=9, acks=1)


def find(led: Partition, timestamp: int) -> Found:
    """Return what a consumer finds that reads everything."""
    return find_offset(led, timestamp, read_committed=False)


def test_start_and_end_have_an_epoch_but_no_time() -> None:
    led = partition()
    at(led, NOW, NOW + 1)
    assert find(led, LATEST) == Found(2, -1, 3)
    assert find(led, EARLIEST) == find(led, EARLIEST_LOCAL) == Found(0, -1, 3)


def test_the_newest_timestamp_is_not_always_the_last() -> None:
    led = partition()
    at(led, NOW, NOW + 9, NOW + 5)
    found = find(led, NEWEST_TIMESTAMP)
    assert (found.offset, found.timestamp) == (1, NOW + 9)


def test_nothing_is_found_that_is_not_committed() -> None:
    led = partition(1, 2)
    at(led, NOW, NOW + 9, NOW + 19)
    led.leader = on_follower_fetch(led.leader, BrokerId(2), 1)
    assert find(led, NOW).offset == 0
    assert find(led, NOW + 9) == find(led, NOW + 19) == NOTHING
    assert find(led, NEWEST_TIMESTAMP) == NOTHING
    assert find(led, LATEST).offset == 1


def test_the_end_of_what_is_committed_is_where_a_transaction_is_open() -> None:
    led = partition()
    at(led, NOW)
    options = BatchOptions(
        producer_id=7, producer_epoch=0, base_sequence=0, is_transactional=True
    )
    led.append(batch(b"v", options=options), version=9, acks=1)
    assert find_offset(led, LATEST, read_committed=True).offset == 1
    assert find(led, LATEST).offset == 2


def test_nothing_is_tiered() -> None:
    led = partition()
    at(led, NOW)
    assert find(led, -5) == find(led, -6) == NOTHING


def test_every_record_is_newer_than_a_time_long_ago() -> None:
    led = partition()
    at(led, NOW, NOW + 9)
    assert find(led, LONG_AGO).offset == find(led, LONG_AGO - 1).offset == 0
    assert LONG_AGO not in FIRST_VERSIONS


@given(
    timestamps=st.lists(st.integers(0, 50), min_size=1, max_size=12),
    wanted=st.integers(0, 55),
)
def test_the_first_record_that_is_not_older_is_found(
    timestamps: list[int], wanted: int
) -> None:
    led = partition(settings=LogSettings(segment_bytes=200))
    at(led, *timestamps)
    late = [index for index, it in enumerate(timestamps) if it >= wanted]
    found = find(led, wanted)
    if late:
        assert (found.offset, found.timestamp) == (late[0], timestamps[late[0]])
    else:
        assert found == NOTHING


def test_segments_are_listed_by_where_they_begin_newest_first() -> None:
    led = partition(settings=LogSettings(segment_bytes=100))
    at(led, NOW, NOW, NOW)
    assert segment_offsets(led, LATEST, 9, now_ms=NOW) == (3, 2, 1, 0)
    assert segment_offsets(led, LATEST, 2, now_ms=NOW) == (3, 2)
    assert segment_offsets(led, EARLIEST, 9, now_ms=NOW) == (0,)
    assert segment_offsets(led, LATEST, 0, now_ms=NOW) == ()
    led.delete_before(1)
    assert segment_offsets(led, EARLIEST, 9, now_ms=NOW) == (1,)


def test_segments_are_listed_up_to_the_high_watermark() -> None:
    led = partition(1, 2, settings=LogSettings(segment_bytes=100))
    at(led, NOW, NOW, NOW)
    led.leader = on_follower_fetch(led.leader, BrokerId(2), 1)
    assert segment_offsets(led, LATEST, 9, now_ms=NOW) == (1, 0)


def test_segments_are_listed_that_were_last_written_by_a_time() -> None:
    led = partition(settings=LogSettings(segment_bytes=100))
    at(led, NOW, NOW)
    written = max(it.modified_ms for it in led.log.segments)
    first = segment_offsets(led, written, 9, now_ms=written + 1)
    assert first == (1, 0)
    assert segment_offsets(led, written - 1, 9, now_ms=written + 1) == ()
    assert segment_offsets(led, written + 1, 9, now_ms=written + 1) == (2, 1, 0)


def test_special_times_came_with_the_versions_that_their_kips_say() -> None:
    assert FIRST_VERSIONS == {-1: 0, -2: 0, -3: 7, -4: 8, -5: 9, -6: 11}


def test_every_special_time_came_with_a_version_that_exists() -> None:
    versions = schema_of(list_offsets.ListOffsetsRequest).versions
    assert all(first in versions for first in FIRST_VERSIONS.values())
