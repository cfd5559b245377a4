"""Pages of records, whatever they hold."""

from __future__ import annotations

import pytest
from logion.records.record import BatchOptions, Record, write_batch
from logion.testing.clock import NEW_YEAR_2024_MS

from tests.logion.broker.running import batch, running
from tests.logion.console.asking import Answer, get

HOSTILE = b"<script>alert('x')</script>"


def offsets(answer: Answer) -> list[int]:
    """Return the offsets of the records on a page."""
    return [
        int(it.rpartition("/")[2])
        for it in answer.links
        if it.startswith("/topics/t/0/")
    ]


async def test_records_are_told_newest_first_in_pages() -> None:
    async with running() as broker:
        await broker.create("t")
        for _ in range(5):
            await broker.produce("t", batch(*(b"v%d" % it for it in range(10))))
        newest = await get(broker, "/topics/t/0")
        older = await get(broker, "/topics/t/0?before=30")
        oldest = await get(broker, "/topics/t/0?order=oldest")
        middle = await get(broker, "/topics/t/0?from=15")
    assert offsets(newest) == list(range(49, 29, -1))
    assert "/topics/t/0?before=30" in newest.links
    assert offsets(older) == list(range(29, 9, -1))
    assert "/topics/t/0?before=50" in older.links
    assert offsets(oldest) == list(range(20))
    assert "/topics/t/0?from=20" in oldest.links
    assert offsets(middle) == list(range(15, 35))
    assert "/topics/t/0?from=0" in middle.links


async def test_a_page_can_begin_at_a_time() -> None:
    async with running() as broker:
        await broker.create("t", 1, {"message.timestamp.after.max.ms": str(2**63 - 1)})
        for day in range(3):
            stamp = NEW_YEAR_2024_MS + day * 86_400_000
            data = write_batch([Record(0, stamp, None, b"v", ())])
            await broker.produce("t", data)
        since = await get(broker, "/topics/t/0?time=2024-01-02T00:00")
        zoned = await get(broker, "/topics/t/0?time=2024-01-02T00:00:00%2B00:00")
        later = await get(broker, "/topics/t/0?time=2025-01-01T00:00")
        wrong = await get(broker, "/topics/t/0?time=yesterday")
    assert offsets(since) == offsets(zoned) == [1, 2]
    assert offsets(later) == []
    assert "There are no records from offset 3 on." in later.text
    assert wrong.status == 400
    assert "time is 'yesterday': expected one like 2026-01-31T12:00." in wrong.text


async def test_a_record_tells_key_value_headers_and_time() -> None:
    record = Record(
        0,
        NEW_YEAR_2024_MS,
        b"key",
        b'{"a":1}',
        (("trace", b"abc"), ("empty", b""), ("none", None)),
    )
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", write_batch([record]))
        text = (await get(broker, "/topics/t/0")).text
    assert "Offset 0 2024-01-01 00:00:00.000 UTC" in text
    assert "Key text, 3 bytes key" in text
    assert 'Value JSON, 7 bytes { "a": 1 }' in text
    assert "trace : abc empty : empty none : null" in text


@pytest.mark.parametrize("path", ["/topics/t/0", "/topics/t/0/0"])
async def test_hostile_records_are_text(path: str) -> None:
    record = Record(0, 2**63 - 1, HOSTILE, HOSTILE, ((HOSTILE.decode(), HOSTILE),) * 50)
    async with running() as broker:
        await broker.create("t", 1, {"message.timestamp.after.max.ms": str(2**63 - 1)})
        await broker.produce("t", write_batch([record]))
        answer = await get(broker, path)
    assert answer.status == 200
    assert HOSTILE.decode() not in answer.html
    assert HOSTILE.decode() in answer.text
    assert "and 30 more" in answer.text


async def test_huge_values_are_cut_and_the_record_tells_more() -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"x" * 500_000))
        page = await get(broker, "/topics/t/0")
        record = await get(broker, "/topics/t/0/0")
    assert "Value text, 488.3 KiB, cut" in page.text
    assert len(page.body) < 10_000
    assert 250_000 < len(record.body) < 300_000


async def test_half_a_surrogate_pair_does_not_break_a_page() -> None:
    record = Record(0, 1, None, b"v", (("\udcff", b"x"),))
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", write_batch([record]))
        assert (await get(broker, "/topics/t/0")).status == 200


async def test_a_record_tells_of_its_batch() -> None:
    options = BatchOptions(producer_id=7, producer_epoch=2, base_sequence=0)
    data = write_batch([Record(0, NEW_YEAR_2024_MS, None, None, ())], options)
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", data, batch(b"other"))
        text = (await get(broker, "/topics/t/0/0")).text
        log = (await get(broker, "/topics/t/0")).text
    assert "offsets 0 to 0, format 2" in text
    assert "id 7, epoch 2, sequence from 0" in text
    assert "Producers" in log


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/topics/t/1", "There is no partition t-1 on this broker."),
        ("/topics/t/0/5", "There is no offset 5 in t-0."),
        ("/topics/t/0/1", "There is no record 1 in t-0."),
        ("/topics/none/0", "There is no topic 'none'."),
    ],
)
async def test_what_is_not_there_is_said(path: str, reason: str) -> None:
    async with running() as broker:
        await broker.create("t")
        log = broker.partition("t").log
        for offset in (0, 3):
            log.append_as_follower(write_batch([Record(offset, 1, None, b"v", ())]))
        answer = await get(broker, path)
    assert answer.status == 404
    assert reason in answer.text


async def test_offsets_that_compaction_took_are_told() -> None:
    async with running() as broker:
        await broker.create("t")
        log = broker.partition("t").log
        log.append_as_follower(
            write_batch([], BatchOptions(base_offset=0, last_offset=4))
        )
        text = (await get(broker, "/topics/t/0")).text
    assert "Of the offsets 0 to 4 no records are left: compaction took them." in text


async def test_an_empty_partition_says_so() -> None:
    async with running() as broker:
        await broker.create("t")
        assert "There are no records here." in (await get(broker, "/topics/t/0")).text


@pytest.mark.parametrize("path", ["/topics/t/0", "/topics/t/0/0"])
async def test_a_log_on_a_failed_disk_is_told(path: str) -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"v"))
        directory = broker.partition("t").log.directory
        directory.fail(OSError(5, "Input/output error"))
        answer = await get(broker, path)
    assert answer.status == 503
    assert "is offline" in answer.text
