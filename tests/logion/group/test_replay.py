from __future__ import annotations

import logging

import pytest
from logion.group.classic.state import ClassicGroup, State
from logion.group.offsets import CommittedOffset
from logion.group.records import group_key, group_value, offset_key, offset_value
from logion.group.replay import Replay
from logion.names import TopicPartition
from logion.records.batch import parse_batches
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.record import BatchOptions, Record, write_batch

NAME = TopicPartition("__consumer_offsets", 4)
T = TopicPartition("t", 0)


def committed(offset: int, at: int = 0, options: BatchOptions | None = None) -> bytes:
    """Return a batch with one committed offset, at offset `at` of the log."""
    value = offset_value(CommittedOffset(offset, commit_ms=1), 3)
    return stored(at, offset_key("g", T, 1), value, options)


def stored(
    at: int, key: bytes | None, value: bytes | None, options: BatchOptions | None = None
) -> bytes:
    """Return a batch of one record."""
    return write_batch([Record(at, 1, key, value)], options or BatchOptions())


def replayed(*batches: bytes) -> Replay:
    """Return what is known after these batches."""
    replay = Replay(NAME)
    for data in batches:
        for batch in parse_batches(data):
            replay.take(data, batch)
    return replay


def offset_in(replay: Replay) -> int | None:
    """Return what group g has committed for t-0."""
    cell = replay.result().get("g")
    return None if cell is None else cell.offsets[T].offset


def transactional(producer_id: int = 7) -> BatchOptions:
    return BatchOptions(
        producer_id=producer_id,
        producer_epoch=0,
        base_sequence=0,
        is_transactional=True,
    )


def marker(kind: ControlType, at: int, producer_id: int = 7) -> bytes:
    return write_end_transaction_marker(
        EndTransactionMarker(kind, 0),
        offset=at,
        timestamp=1,
        leader_epoch=0,
        producer_id=producer_id,
        producer_epoch=0,
    )


def test_the_last_commit_counts() -> None:
    assert offset_in(replayed(committed(1, 0), committed(2, 1))) == 2


def test_null_takes_a_commit_back() -> None:
    gone = stored(1, offset_key("g", T, 1), None)
    assert replayed(committed(1, 0), gone).result() == {}


def test_commits_of_0_8_2_are_read_too() -> None:
    value = offset_value(CommittedOffset(9, commit_ms=1), 0)
    assert offset_in(replayed(stored(0, offset_key("g", T, 0), value))) == 9


def test_a_group_is_what_its_last_record_says() -> None:
    first = ClassicGroup("g", State.EMPTY, 1, 4, "consumer")
    last = ClassicGroup("g", State.EMPTY, 2, 5, "consumer")
    batches = [
        stored(at, group_key("g"), group_value(it, {}, 3))
        for at, it in enumerate((first, last))
    ]
    assert replayed(*batches).result()["g"].classic == last
    gone = stored(2, group_key("g"), None)
    assert replayed(*batches, gone).result() == {}
    assert offset_in(replayed(*batches, committed(5, 2), gone)) == 5


def test_the_offsets_of_a_transaction_count_from_its_commit_on() -> None:
    begun = [committed(1, 0), committed(8, 1, transactional())]
    assert offset_in(replayed(*begun)) == 1
    assert offset_in(replayed(*begun, marker(ControlType.ABORT, 2))) == 1
    assert offset_in(replayed(*begun, marker(ControlType.COMMIT, 2))) == 8
    assert offset_in(replayed(*begun, marker(ControlType.COMMIT, 2, 9))) == 1


def test_a_later_commit_outside_the_transaction_stands() -> None:
    batches = [committed(8, 0, transactional()), committed(9, 1)]
    assert offset_in(replayed(*batches, marker(ControlType.COMMIT, 2))) == 9


def spoilt(data: bytes) -> bytes:
    """Return a batch with another last byte: its checksum is wrong now."""
    return data[:-1] + bytes([data[-1] ^ 1])


BAD = [
    stored(1, None, b"x"),
    stored(1, b"\0\x01\0\x05g", b"x"),
    stored(1, offset_key("g", T, 1), b"\0\x03short"),
    spoilt(committed(7, 1)),
    stored(1, b"\0", b"x", BatchOptions(is_control=True, producer_id=1)),
    stored(1, group_key("g"), group_value(ClassicGroup("g", generation=-1), {}, 3)),
]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_corrupt_record_is_passed_over_with_its_offset_and_the_rest_is_read(
    bad: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        replay = replayed(committed(1, 0), bad, committed(2, 2))
    assert offset_in(replay) == 2
    (line,) = caplog.messages
    assert line.startswith("__consumer_offsets-4: passed over at offset 1: ")


def test_kinds_that_only_newer_releases_know_are_passed_over_silently(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert replayed(stored(0, b"\0\x4dwhatever", b"\0\0")).result() == {}
    assert caplog.messages == []
