from __future__ import annotations

import logging

import pytest
from logion.names import Buffer
from logion.protocol.errors import ApiError
from logion.records.batch import Batch
from logion.records.record import read_batch
from logion.replica.records import append_records, read_batches

from tests.logion.broker.running import running


class Reader:
    """Keeps the records of each batch that it is given."""

    def __init__(self) -> None:
        self.batches: list[list[tuple[bytes | None, bytes | None]]] = []

    def take(self, buffer: Buffer, batch: Batch) -> None:
        """Keep a batch."""
        records = read_batch(buffer, batch)
        self.batches.append([(it.key, it.value) for it in records])


@pytest.mark.parametrize("release", ["0.8.2", "0.10.0", "4.3"])
async def test_what_is_appended_is_read_back_in_the_format_of_any_release(
    release: str,
) -> None:
    async with running(release=release) as broker:
        await broker.create("kept")
        partition = broker.partition("kept")
        assert append_records(partition, [(b"a", b"1"), (b"b", None)], 5) == 2
        assert append_records(partition, [(b"a", b"2")], 6) == 3
        reader = Reader()
        await read_batches(partition, reader.take, 10)
        found = [record for batch in reader.batches for record in batch]
        assert found == [(b"a", b"1"), (b"b", None), (b"a", b"2")]


async def test_what_the_topic_does_not_take_is_not_appended() -> None:
    async with running() as broker:
        await broker.create("kept", configs={"max.message.bytes": "100"})
        partition = broker.partition("kept")
        with pytest.raises(ApiError, match="MESSAGE_TOO_LARGE"):
            append_records(partition, [(b"k" * 100, b"v")], 1)
        assert partition.log.end_offset == 0


async def test_reading_ends_where_the_log_cannot_be_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as broker:
        await broker.create("kept")
        partition = broker.partition("kept")
        append_records(partition, [(b"a", b"1")], 1)
        partition.log.directory.fail(OSError("the disk is gone"))
        reader = Reader()
        with caplog.at_level(logging.ERROR):
            await read_batches(partition, reader.take, 1 << 20)
        assert reader.batches == []
        assert "kept-0: its records cannot be loaded" in caplog.text
