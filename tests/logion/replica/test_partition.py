"""One partition on this broker: its log, its role, and whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import trio
from logion.log.settings import LogSettings
from logion.names import BrokerId
from logion.protocol.errors import ApiError, Error
from logion.records.batch import parse_batches
from logion.records.record import BatchOptions, read_records
from logion.replica.leader import on_follower_fetch
from logion.replica.partition import FetchBounds, Partition, PartitionRead

from tests.logion.replica.leading import batch, fill, partition

TRANSACTIONAL = BatchOptions(
    producer_id=7, producer_epoch=0, base_sequence=0, is_transactional=True
)


def error_of(act: Callable[[], object]) -> Error:
    """Return the error that `act` raises."""
    with pytest.raises(ApiError) as refusal:
        act()
    return refusal.value.error


def values(read: PartitionRead) -> list[bytes | None]:
    """Return the values of what was read."""
    stored = read.records if isinstance(read.records, bytes) else read.records.read()
    return [it.value for it in read_records(stored, size_max=2**20)]


def follow(led: Partition, offset: int) -> None:
    """Let broker 2 have everything below `offset`."""
    led.leader = on_follower_fetch(led.leader, BrokerId(2), offset)
    led.changed.wake()


def test_records_get_offsets_and_the_leader_s_epoch() -> None:
    led = partition()
    fill(led, b"0")
    appended = led.append(batch(b"1", b"2"), version=9, acks=-1)
    assert (appended.base_offset, appended.last_offset) == (1, 2)
    read = led.read(FetchBounds(0, 1000))
    assert values(read) == [b"0", b"1", b"2"]
    stored = read.records if isinstance(read.records, bytes) else read.records.read()
    assert {it.leader_epoch for it in parse_batches(stored)} == {3}


def test_only_committed_records_are_read() -> None:
    led = partition(1, 2)
    fill(led, b"0", b"1")
    assert values(led.read(FetchBounds(0, 1000))) == []
    follow(led, 1)
    read = led.read(FetchBounds(0, 1000))
    assert (values(read), read.high_watermark) == ([b"0"], 1)


def test_the_high_watermark_is_never_below_the_log_start() -> None:
    led = partition()
    fill(led, b"0", b"1")
    led.delete_before(2)
    led.leader = replace(led.leader, high_watermark=0)
    assert led.high_watermark == 2


def test_acks_all_needs_enough_replicas_in_sync() -> None:
    led = partition(settings=LogSettings(min_in_sync_replicas=2))
    refused = error_of(lambda: led.append(batch(b"0"), version=9, acks=-1))
    assert refused is Error.NOT_ENOUGH_REPLICAS
    assert led.log.end_offset == 0
    led.append(batch(b"0"), version=9, acks=1)


def test_acks_all_may_ask_for_no_more_than_there_are_replicas() -> None:
    settings = LogSettings(min_in_sync_replicas=2, asks_for_replicas_alone=True)
    alone = partition(settings=settings)
    alone.append(batch(b"0"), version=9, acks=-1)
    assert alone.log.end_offset == 1
    alone.replica_count = 2
    refused = error_of(lambda: alone.append(batch(b"1"), version=9, acks=-1))
    assert refused is Error.NOT_ENOUGH_REPLICAS


def test_read_committed_ends_where_a_transaction_is_open() -> None:
    led = partition()
    fill(led, b"0")
    led.append(batch(b"open", options=TRANSACTIONAL), version=9, acks=1)
    assert led.visible_end(read_committed=True) == led.last_stable_offset == 1
    assert led.visible_end(read_committed=False) == 2
    read = led.read(FetchBounds(0, 1000, read_committed=True))
    assert (values(read), read.aborted) == ([b"0"], ())


def test_records_are_deleted_up_to_what_is_committed() -> None:
    led = partition(1, 2)
    fill(led, b"0", b"1", b"2")
    follow(led, 2)
    assert error_of(lambda: led.delete_before(3)) is Error.OFFSET_OUT_OF_RANGE
    assert error_of(lambda: led.delete_before(-2)) is Error.OFFSET_OUT_OF_RANGE
    assert led.delete_before(1) == 1
    assert led.delete_before(-1) == 2


def test_a_reader_must_know_the_leader_s_epoch_if_it_names_one() -> None:
    led = partition()
    for epoch in (-1, 3):
        led.check_epoch(epoch)
    assert error_of(lambda: led.check_epoch(2)) is Error.FENCED_LEADER_EPOCH
    assert error_of(lambda: led.check_epoch(4)) is Error.UNKNOWN_LEADER_EPOCH
    fenced = FetchBounds(0, 1000, current_leader_epoch=2)
    assert error_of(lambda: led.read(fenced)) is Error.FENCED_LEADER_EPOCH


@pytest.mark.parametrize("offset", [-1, 3])
def test_an_offset_outside_the_log_is_refused(offset: int) -> None:
    led = partition()
    fill(led, b"0", b"1")
    outside = FetchBounds(offset, 1000)
    assert error_of(lambda: led.read(outside)) is Error.OFFSET_OUT_OF_RANGE


def test_a_reader_whose_log_diverged_is_told_where_and_gets_nothing() -> None:
    led = partition()
    fill(led, b"0", b"1")
    agrees = led.read(FetchBounds(2, 1000, last_fetched_epoch=3))
    assert agrees.diverging.epoch == -1
    longer = led.read(FetchBounds(5, 1000, last_fetched_epoch=3))
    assert (longer.diverging.epoch, longer.diverging.end_offset) == (3, 2)
    assert len(longer.records) == 0


def test_below_the_log_start_an_offset_is_out_of_range_whatever_its_epoch() -> None:
    """As in Apache Kafka, which looks at the log start offset first."""
    led = partition()
    fill(led, b"0", b"1")
    led.delete_before(1)
    with pytest.raises(ApiError, match="the log starts at 1"):
        led.read(FetchBounds(0, 1000, last_fetched_epoch=2))


async def test_waiting_ends_when_the_isr_has_the_records() -> None:
    led = partition(1, 2)
    fill(led, b"0", b"1")
    steps: list[str] = []

    async def wait() -> None:
        await led.committed(2)
        steps.append("committed")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        follow(led, 1)
        await trio.testing.wait_all_tasks_blocked()
        steps.append("half")
        follow(led, 2)
    assert steps == ["half", "committed"]
