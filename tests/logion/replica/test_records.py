from __future__ import annotations

import logging

import pytest
import trio
from logion.names import Buffer
from logion.protocol.errors import ApiError, Error
from logion.records.batch import Batch
from logion.records.codec import Codec
from logion.records.record import BatchOptions, read_batch
from logion.replica.records import TURN_SIZE, append_records, placed_in, read_batches

from tests.logion.broker.running import FOLDER, running

MAGIC_AT = 16
"""Where a batch says its format."""


class Reader:
    """Keeps the records of each batch that it is given."""

    def __init__(self) -> None:
        self.batches: list[list[tuple[bytes | None, bytes | None]]] = []
        self.headers: list[Batch] = []

    def take(self, buffer: Buffer, batch: Batch) -> None:
        """Keep a batch."""
        records = read_batch(buffer, batch)
        self.batches.append([(it.key, it.value) for it in records])
        self.headers.append(batch)


@pytest.mark.parametrize("release", ["0.8.2", "0.10.0", "4.3"])
async def test_what_is_appended_is_read_back_in_the_format_of_any_release(
    release: str, caplog: pytest.LogCaptureFixture
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
        assert not [it for it in caplog.messages if "kept-0" in it]


async def test_what_the_topic_does_not_take_is_not_appended() -> None:
    async with running() as broker:
        await broker.create("kept", configs={"max.message.bytes": "100"})
        partition = broker.partition("kept")
        for size, fits in ((32, False), (31, True)):  # 68 bytes are the batch's own
            records = [(b"k" * size, b"v")]
            if fits:
                assert append_records(partition, records, 1) == 1
                continue
            with pytest.raises(ApiError) as refusal:
                append_records(partition, records, 1)
            assert refusal.value.error is Error.MESSAGE_TOO_LARGE
            assert refusal.value.message == "101 bytes; the topic takes 100"
            assert partition.log.end_offset == 0


async def test_what_too_few_replicas_would_have_is_not_appended() -> None:
    async with running(release="3.6") as broker:
        await broker.create("kept", configs={"min.insync.replicas": "2"})
        with pytest.raises(ApiError, match="NOT_ENOUGH_REPLICAS"):
            append_records(broker.partition("kept"), [(b"k", b"v")], 1)


async def test_what_is_appended_is_written_as_its_options_say() -> None:
    async with running() as broker:
        await broker.create("kept")
        partition = broker.partition("kept")
        append_records(partition, [(b"k", b"v")], 1, BatchOptions(codec=Codec.GZIP))
        reader = Reader()
        await read_batches(partition, reader.take, 10)
        assert [it.codec for it in reader.headers] == [Codec.GZIP]


async def test_options_are_placed_in_the_topic_s_format_and_the_present_epoch() -> None:
    async with running(release="2.8") as broker:
        await broker.create("kept", configs={"message.format.version": "0.10.0"})
        partition = broker.partition("kept")
        found = placed_in(partition, BatchOptions(codec=Codec.GZIP))
        place = partition.log.settings.rules.magic, partition.leader.epoch
        assert (found.magic, found.leader_epoch, found.codec) == (*place, Codec.GZIP)
        assert placed_in(partition, found) is found
        for other in (found._replace(leader_epoch=7), found._replace(magic=0)):
            assert placed_in(partition, other) == found


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
        (told,) = [it for it in caplog.messages if it.startswith("kept-0")]
        assert told.startswith("kept-0: its records cannot be loaded: KAFKA_STORAGE")


async def test_reading_ends_where_the_bytes_are_no_batch(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as broker:
        await broker.create("kept")
        partition = broker.partition("kept")
        append_records(partition, [(b"a", b"1")], 1)
        second = partition.log.size
        append_records(partition, [(b"b", b"2")], 1)
        path = f"{FOLDER}/kept-0/{0:020}.log"
        broker.disk.open(path).pwritev([b"\x63"], second + MAGIC_AT)
        reader = Reader()
        await read_batches(partition, reader.take, 10)
        assert reader.batches == [[(b"a", b"1")]]
        assert "kept-0: cannot be read from 1 on" in caplog.messages


class Steps(trio.abc.Instrument):
    """Keeps how many batches a reader had each time its task let others go on."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.task = reader, trio.lowlevel.current_task()
        self.seen: list[int] = []

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        """Note a step if it is the reader's."""
        if task is self.task:
            self.seen.append(len(self.reader.batches))


async def test_others_get_their_turn_when_enough_was_read_and_at_the_end() -> None:
    async with running() as broker:
        await broker.create("kept")
        partition = broker.partition("kept")
        for _ in range(7):
            append_records(partition, [(b"k", b"v" * (TURN_SIZE // 3))], 1)
        reader = Reader()
        steps = Steps(reader)
        trio.lowlevel.add_instrument(steps)
        await read_batches(partition, reader.take, 1 << 20)
        trio.lowlevel.remove_instrument(steps)
        assert steps.seen == [3, 6, 7]
