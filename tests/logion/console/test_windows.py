"""Pages of a log: every record on some page, bounded work on each."""

from __future__ import annotations

import pytest
import trio
import trio.lowlevel
from logion.console import windows
from logion.console.windows import Page, read_page
from logion.log.log import Log
from logion.records.codec import Codec
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.record import BatchOptions, Record, write_batch

from tests.logion.broker.running import Running, batch, running

COUNT = 10


def offsets(page: Page) -> list[int]:
    return [it.record.offset for it in page.records]


async def all_pages(log: Log, *, newest_first: bool) -> list[int]:
    """Return the offsets of all pages, from the first to the last."""
    at = log.end_offset if newest_first else log.start_offset
    found: list[int] = []
    for _ in range(1000):
        page = await read_page(log, at, COUNT, newest_first=newest_first)
        assert len(page.records) <= COUNT
        assert page.problems == ()
        found += offsets(page)
        at = page.start if newest_first else page.end
        if at == (log.start_offset if newest_first else log.end_offset):
            return found
    raise AssertionError("the pages have no end")


async def filled(broker: Running, *sizes: int, magic: int = 2) -> Log:
    """Return the log of a topic with a batch of each size; some are compressed."""
    await broker.create("t")
    log = broker.partition("t").log
    for number, size in enumerate(sizes):
        records = [Record(i, 1, None, b"%d" % i, ()) for i in range(size)]
        codec = Codec.GZIP if number % 2 else Codec.NONE
        await broker.produce("t", write_batch(records, BatchOptions(codec=codec)))
        if number % 3 == 2:
            log.roll()
    return log


@pytest.mark.parametrize("newest_first", [True, False])
async def test_every_record_is_on_one_page(newest_first: bool) -> None:
    async with running() as broker:
        log = await filled(broker, 1, 25, 3, 1, 1, 40, 7)
        found = await all_pages(log, newest_first=newest_first)
    assert found == sorted(range(78), reverse=newest_first)


@pytest.mark.parametrize("newest_first", [True, False])
async def test_every_record_of_an_old_format_is_on_one_page(newest_first: bool) -> None:
    async with running(release="0.10.0") as broker:
        await broker.create("t")
        log = broker.partition("t").log
        for codec in (Codec.GZIP, Codec.NONE, Codec.GZIP):
            records = [Record(i, 1, None, b"v", ()) for i in range(12)]
            data = write_batch(records, BatchOptions(magic=1, codec=codec))
            await broker.produce("t", data)
        found = await all_pages(log, newest_first=newest_first)
    assert found == sorted(range(36), reverse=newest_first)


async def test_records_below_the_start_of_the_log_are_not_shown() -> None:
    async with running() as broker:
        log = await filled(broker, 30)
        log.delete_before(7)
        assert await all_pages(log, newest_first=False) == list(range(7, 30))


@pytest.mark.parametrize("newest_first", [True, False])
async def test_offsets_that_compaction_emptied_are_passed_over(
    newest_first: bool,
) -> None:
    async with running() as broker:
        await broker.create("t")
        log = broker.partition("t").log
        for offset in (3, 50_000, 50_001, 90_000):
            record = Record(offset, 1, None, b"v", ())
            log.append_as_follower(write_batch([record]))
        pages = await all_pages(log, newest_first=newest_first)
        assert pages == sorted((3, 50_000, 50_001, 90_000), reverse=newest_first)
        page = await read_page(log, 4, COUNT, newest_first=False)
    assert offsets(page)[0] == 50_000
    assert page.start == 4


async def test_an_empty_log_has_an_empty_page() -> None:
    async with running() as broker:
        log = await filled(broker)
        page = await read_page(log, 5, COUNT, newest_first=True)
    assert (page.records, page.start, page.end, page.problems) == ((), 0, 0, ())


async def test_large_records_make_a_page_short() -> None:
    async with running({"message.max.bytes": "10000000"}) as broker:
        await broker.create("t")
        for _ in range(5):
            await broker.produce("t", batch(b"x" * 700_000))
        log = broker.partition("t").log
        newest = await read_page(log, 5, COUNT, newest_first=True)
        oldest = await read_page(log, 0, COUNT, newest_first=False)
        assert await all_pages(log, newest_first=True) == [4, 3, 2, 1, 0]
    assert offsets(newest) == [4]
    assert offsets(oldest) == [0]


async def test_a_batch_that_is_too_large_is_told_not_read() -> None:
    async with running({"message.max.bytes": "10000000"}) as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"x" * 5_000_000))
        log = broker.partition("t").log
        page = await read_page(log, 1, COUNT, newest_first=True)
    assert page.records == ()
    assert page.problems == (
        "The batch with offset 0 has 5,000,075 bytes: too many to show.",
    )


async def test_a_batch_that_would_swell_is_told_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(windows, "DECOMPRESSED_MAX", 100)
    async with running() as broker:
        await broker.create("t")
        record = Record(0, 1, None, b"x" * 1000, ())
        data = write_batch([record], BatchOptions(codec=Codec.GZIP))
        await broker.produce("t", data, batch(b"other"))
        page = await read_page(broker.partition("t").log, 1, COUNT, newest_first=True)
    assert page.records == ()
    (problem,) = page.problems
    assert problem.startswith("The batch at offset 0 cannot be decoded:")


async def test_a_batch_of_very_many_records_is_told_not_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(windows, "BATCH_RECORDS_MAX", 2)
    async with running() as broker:
        log = await filled(broker, 2, 3)
        page = await read_page(log, 5, COUNT, newest_first=True)
    assert offsets(page) == [1, 0]
    assert page.problems == ("The batch at offset 2 has 3 records: too many to show.",)


async def test_damaged_records_are_told() -> None:
    async with running() as broker:
        log = await filled(broker, 3)
        log.segments[0].file.pwritev([b"\xff" * 4], 61)
        page = await read_page(log, 3, COUNT, newest_first=True)
    assert page.records == ()
    (problem,) = page.problems
    assert problem.startswith("The batch at offset 0 cannot be decoded: record 0 of 3")


async def test_a_disk_that_fails_is_told_and_takes_nothing_offline() -> None:
    async with running() as broker:
        log = await filled(broker, 3)
        broker.disk.fail()  # type: ignore[attr-defined]
        page = await read_page(log, 3, COUNT, newest_first=True)
        broker.disk.heal()  # type: ignore[attr-defined]
        log.directory.check()
    assert page.problems == ("The log cannot be read: Input/output error.",)


async def test_markers_of_transactions_are_told() -> None:
    async with running() as broker:
        await broker.create("t")
        log = broker.partition("t").log
        for kind in (ControlType.COMMIT, ControlType.ABORT):
            marker = write_end_transaction_marker(
                EndTransactionMarker(kind, 0),
                offset=log.end_offset,
                timestamp=1,
                leader_epoch=0,
                producer_id=1,
                producer_epoch=0,
            )
            log.append_as_leader(marker, leader_epoch=0)
        page = await read_page(log, 0, COUNT, newest_first=False)
    assert page.problems == ()
    told = [it.control for it in page.records]
    assert told == ["transaction committed", "transaction aborted"]


async def test_the_broker_goes_on_while_a_page_is_decoded() -> None:
    async with running() as broker:
        log = await filled(broker, 20_000)
        steps = 0
        async with trio.open_nursery() as nursery:

            async def count() -> None:
                nonlocal steps
                while True:
                    await trio.lowlevel.checkpoint()
                    steps += 1

            nursery.start_soon(count)
            page = await read_page(log, 20_000, COUNT, newest_first=True)
            nursery.cancel_scope.cancel()
    assert offsets(page) == list(range(19_999, 19_989, -1))
    assert steps > 10
