"""Produce: append records to partitions."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from logion.broker.context import Context
from logion.broker.handlers.produce import PARTITIONS_PER_TURN, handle
from logion.client.connection import connect
from logion.names import Uuid
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.produce import ProduceRequest
from logion.protocol.schema import replace
from logion.records.batch import parse_batches
from logion.records.codec import Codec
from logion.records.record import BatchOptions, Record, write_batch
from logion.replica.leader import on_follower_fetch, on_isr_changed
from logion.testing.clock import NEW_YEAR_2024_MS
from logion.testing.disk import MemoryDisk

from tests.logion.broker.running import (
    Running,
    World,
    batch,
    idempotent,
    produce_request,
    running,
    values_of,
)

LATEST_BY_NAME = 12


def old_set(magic: int, *values: bytes) -> bytes:
    """Return a message set of format v0 or v1."""
    records = [
        Record(offset, NEW_YEAR_2024_MS, b"k", value)
        for offset, value in enumerate(values)
    ]
    return write_batch(records, BatchOptions(magic=magic))


def for_version(version: int, *values: bytes) -> bytes:
    """Return records in the format that clients of a Produce version write."""
    if version < 3:
        return old_set(min(version // 2, 1), *values)
    return batch(*values)


@pytest.mark.parametrize("version", range(12))
async def test_every_version_appends_and_tells_the_offset(version: int) -> None:
    async with running(release="3.9") as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"before"))
        request = produce_request("t", for_version(version, b"a", b"b"))
        answer = await broker.ask(request, version)
        (found,) = answer.responses[0].partition_responses
        assert (found.index, found.error_code, found.base_offset) == (0, 0, 1)
        assert answer.responses[0].name == "t"
        (read,) = await broker.fetch("t")
        assert values_of(read.records) == [b"before", b"a", b"b"]


async def test_since_version_13_topics_go_by_id() -> None:
    async with running() as broker:
        await broker.create("t")
        topic_id = broker.topic_id("t")
        request = produce_request("", batch(b"v"), topic_id=topic_id)
        (topic,) = (await broker.ask(request, 13)).responses
        assert topic.topic_id == topic_id
        assert topic.partition_responses[0].error_code == Error.NONE
        unknown = produce_request("", batch(b"v"), topic_id=Uuid(b"\x01" * 16))
        (topic,) = (await broker.ask(unknown, 13)).responses
        assert topic.partition_responses[0].error_code == Error.UNKNOWN_TOPIC_ID


@pytest.mark.parametrize("acks", [1, -1])
async def test_an_acknowledged_record_is_committed(acks: int) -> None:
    async with running() as broker:
        await broker.create("t")
        (found,) = await broker.produce("t", batch(b"v"), acks=acks)
        assert (found.error_code, found.base_offset) == (Error.NONE, 0)
        assert broker.partition("t").high_watermark == 1


async def test_without_acks_there_is_no_answer() -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.client.tell(produce_request("t", batch(b"v"), acks=0), version=9)
        (read,) = await broker.fetch("t")
        assert values_of(read.records) == [b"v"]


async def test_without_acks_a_failure_closes_the_connection() -> None:
    async with running() as broker, await connect(broker.address) as other:
        await other.tell(produce_request("nope", batch(b"v"), acks=0), version=9)
        with pytest.raises(ApiError, match="closed"):
            await other.exchange(bytes.fromhex("0000000a00120000000000010000"))


@pytest.mark.parametrize("acks", [2, -2])
async def test_other_acks_have_no_meaning(acks: int) -> None:
    async with running() as broker:
        await broker.create("t")
        (found,) = await broker.produce("t", batch(b"v"), acks=acks)
        assert found.error_code == Error.INVALID_REQUIRED_ACKS
        assert broker.partition("t").log.end_offset == 0


async def test_0_8_waited_for_any_number_of_copies() -> None:
    async with running(release="0.8.2") as broker:
        await broker.create("t")
        request = produce_request("t", old_set(0, b"v"), acks=2, timeout_ms=1)
        answer = await broker.ask(request, 0)
        (found,) = answer.responses[0].partition_responses
        assert (found.error_code, found.base_offset) == (Error.REQUEST_TIMED_OUT, 0)
        assert broker.partition("t").log.end_offset == 1


async def test_as_many_copies_as_0_8_was_asked_for_are_enough() -> None:
    async with running(release="0.8.2") as broker:
        await broker.create("t")
        add_follower(broker)
        partition = broker.partition("t")
        partition.leader = on_follower_fetch(partition.leader, 2, 1)  # type: ignore[arg-type]
        (found,) = await broker.produce("t", old_set(0, b"v"), acks=2)
        assert (found.error_code, found.base_offset) == (Error.NONE, 0)


async def test_acks_below_0_were_all_the_same_to_0_8() -> None:
    async with running(release="0.8.2") as broker:
        await broker.create("t")
        (found,) = await broker.produce("t", old_set(0, b"v"), acks=-2)
        assert (found.error_code, found.base_offset) == (Error.NONE, 0)


async def test_0_8_counted_the_replicas_in_sync_afterwards_if_acks_were_below_1() -> (
    None
):
    async with running(release="0.8.2") as broker:
        await broker.create("t", configs={"min.insync.replicas": "2"})
        (before,) = await broker.produce("t", old_set(0, b"v"), acks=-1)
        assert before.error_code == Error.NOT_ENOUGH_REPLICAS
        assert broker.partition("t").log.end_offset == 0
        (after,) = await broker.produce("t", old_set(0, b"v"), acks=-2)
        assert after.error_code == Error.NOT_ENOUGH_REPLICAS_AFTER_APPEND
        assert (after.base_offset, broker.partition("t").log.end_offset) == (0, 1)


def corrupt(records: bytes) -> bytes:
    """Return a batch with its last byte changed."""
    return records[:-1] + bytes([records[-1] ^ 1])


@pytest.mark.parametrize(
    ("records", "error"),
    [
        (corrupt(batch(b"v")), Error.CORRUPT_MESSAGE),
        (batch(b"v")[:-1], Error.INVALID_RECORD),
        (batch(b"v")[:16] + b"\x09" + batch(b"v")[17:], Error.CORRUPT_MESSAGE),
        (b"", Error.INVALID_RECORD),
        (None, Error.INVALID_RECORD),
        (old_set(1, b"v"), Error.INVALID_RECORD),
        (batch(b"v") + batch(b"w"), Error.INVALID_RECORD),
        (batch(b"x" * 2000), Error.MESSAGE_TOO_LARGE),
    ],
)
async def test_what_cannot_be_taken_is_refused_and_nothing_appended(
    records: bytes | None, error: Error
) -> None:
    async with running() as broker:
        await broker.create("t", configs={"max.message.bytes": "1000"})
        request = produce_request("t", records)
        answer = await broker.ask(request, LATEST_BY_NAME)
        (found,) = answer.responses[0].partition_responses
        assert found.error_code == error
        assert found.base_offset == -1
        assert found.log_start_offset == -1
        assert broker.partition("t").log.end_offset == 0


@pytest.mark.parametrize(("release", "start"), [("0.11.0", -1), ("1.0", 0)])
async def test_since_1_0_a_refusal_tells_where_the_log_starts(
    release: str, start: int
) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        request = produce_request("t", idempotent(0, b"v"))
        await broker.ask(request, 3)
        again = produce_request("t", idempotent(9, b"v"))
        (found,) = (await broker.ask(again)).responses[0].partition_responses
        assert found.error_code == Error.OUT_OF_ORDER_SEQUENCE_NUMBER
        assert found.log_start_offset == start


async def test_of_a_partition_that_is_named_twice_the_last_records_are_taken() -> None:
    async with running() as broker:
        await broker.create("t")
        (topic,) = produce_request("t", batch(b"first")).topic_data
        (again,) = produce_request("t", batch(b"last")).topic_data
        empty = replace(topic, name="u", partition_data=())
        topics = (topic, empty, again)
        request = ProduceRequest(acks=-1, timeout_ms=1, topic_data=topics)
        answer = await broker.ask(request, LATEST_BY_NAME)
        assert [it.name for it in answer.responses] == ["t"]
        (found,) = await broker.fetch("t")
        assert values_of(found.records) == [b"last"]


async def test_a_topic_without_a_name_is_unknown() -> None:
    async with running() as broker:
        answer = await broker.ask(produce_request("", batch(b"v")), LATEST_BY_NAME)
        (found,) = answer.responses[0].partition_responses
        assert found.error_code == Error.UNKNOWN_TOPIC_OR_PARTITION


async def test_each_partition_has_its_own_error() -> None:
    async with running() as broker:
        await broker.create("t", 2)
        answers = await broker.produce(
            "t", batch(b"v"), corrupt(batch(b"v")), batch(b"v")
        )
        assert [(it.index, it.error_code) for it in answers] == [
            (0, Error.NONE),
            (1, Error.CORRUPT_MESSAGE),
            (2, Error.UNKNOWN_TOPIC_OR_PARTITION),
        ]


async def test_producing_creates_no_topic() -> None:
    async with running() as broker:
        (found,) = await broker.produce("nope", batch(b"v"))
        assert found.error_code == Error.UNKNOWN_TOPIC_OR_PARTITION
        assert not broker.state.cluster.image.topics


async def test_internal_topics_are_not_for_clients() -> None:
    async with running() as broker:
        await broker.create("__consumer_offsets")
        (found,) = await broker.produce("__consumer_offsets", batch(b"v"))
        assert found.error_code == Error.INVALID_TOPIC_EXCEPTION


@pytest.mark.parametrize(
    ("version", "error"), [(6, Error.UNSUPPORTED_COMPRESSION_TYPE), (7, Error.NONE)]
)
async def test_zstd_came_with_version_7(version: int, error: Error) -> None:
    async with running(release="3.9") as broker:
        await broker.create("t")
        records = batch(b"v" * 100, options=BatchOptions(codec=Codec.ZSTD))
        answer = await broker.ask(produce_request("t", records), version)
        assert answer.responses[0].partition_responses[0].error_code == error


async def test_log_append_time_is_the_broker_s_clock_and_is_told() -> None:
    async with running() as broker:
        await broker.create("t", configs={"message.timestamp.type": "LogAppendTime"})
        (found,) = await broker.produce("t", batch(b"v", timestamp=1))
        assert found.log_append_time_ms == NEW_YEAR_2024_MS
        (read,) = await broker.fetch("t")
        (stored,) = parse_batches(bytes(read.records))
        assert stored.max_timestamp == NEW_YEAR_2024_MS


async def test_which_records_were_refused_is_told() -> None:
    async with running() as broker:
        await broker.create("t", configs={"cleanup.policy": "compact"})
        records = write_batch(
            [Record(0, 1, b"k", b"v"), Record(1, 1, None, b"v")], BatchOptions()
        )
        (found,) = await broker.produce("t", records)
        assert found.error_code == Error.INVALID_RECORD
        assert [it.batch_index for it in found.record_errors] == [1]
        assert found.error_message


class TestIdempotence:
    """A batch is appended once however often it comes (KIP-98)."""

    async def produce(self, broker: Running, *batches: bytes) -> list[tuple[int, int]]:
        """Produce one after the other; return the error and offset of each."""
        answers: list[Any] = []
        for records in batches:
            answers += await broker.produce("t", records)
        return [(it.error_code, it.base_offset) for it in answers]

    async def test_a_duplicate_gets_the_offset_of_the_first(self) -> None:
        async with running() as broker:
            await broker.create("t")
            found = await self.produce(
                broker,
                idempotent(0, b"a", b"b"),
                idempotent(2),
                idempotent(0, b"a", b"b"),
            )
            assert found == [(0, 0), (0, 2), (0, 0)]
            assert broker.partition("t").log.end_offset == 3

    async def test_a_gap_is_refused(self) -> None:
        async with running() as broker:
            await broker.create("t")
            found = await self.produce(broker, idempotent(0), idempotent(2))
            assert found == [(0, 0), (Error.OUT_OF_ORDER_SEQUENCE_NUMBER, -1)]

    async def test_a_new_epoch_begins_at_zero_and_ends_the_old_one(self) -> None:
        async with running() as broker:
            await broker.create("t")
            found = await self.produce(
                broker,
                idempotent(0),
                idempotent(1, epoch=1),
                idempotent(0, epoch=1),
                idempotent(1),
            )
            assert found == [
                (0, 0),
                (Error.OUT_OF_ORDER_SEQUENCE_NUMBER, -1),
                (0, 1),
                (Error.INVALID_PRODUCER_EPOCH, -1),
            ]

    async def test_a_restart_forgets_no_producer(self) -> None:
        world = World()
        async with running(world=world) as broker:
            await broker.create("t")
            assert await self.produce(broker, idempotent(0)) == [(0, 0)]
        async with running(world=world) as broker:
            found = await self.produce(broker, idempotent(0), idempotent(1))
            assert found == [(0, 0), (0, 1)]


async def test_too_few_replicas_in_sync_refuse_acks_all_and_nothing_else() -> None:
    async with running(release="3.6") as broker:
        await broker.create("t", configs={"min.insync.replicas": "2"})
        (found,) = await broker.produce("t", batch(b"v"), acks=-1)
        assert found.error_code == Error.NOT_ENOUGH_REPLICAS
        (found,) = await broker.produce("t", batch(b"v"), acks=1)
        assert found.error_code == Error.NONE


def add_follower(broker: Running) -> None:
    """Let broker 2 be in sync, so that nothing is committed before it has it."""
    partition = broker.partition("t")
    partition.leader = on_isr_changed(partition.leader, frozenset({1, 2}), 1)  # type: ignore[arg-type]


async def test_acks_all_waits_for_the_isr() -> None:
    async with running() as broker:
        await broker.create("t")
        add_follower(broker)
        answers: list[Any] = []

        async def produce() -> None:
            answers.extend(await broker.produce("t", batch(b"v"), acks=-1))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(produce)
            await trio.testing.wait_all_tasks_blocked(0.01)
            assert not answers
            partition = broker.partition("t")
            partition.leader = on_follower_fetch(partition.leader, 2, 1)  # type: ignore[arg-type]
            partition.changed.wake()
        assert [it.error_code for it in answers] == [Error.NONE]


@pytest.mark.parametrize("timeout_ms", [1, 0, -1])
async def test_acks_all_gives_up_after_its_timeout(timeout_ms: int) -> None:
    async with running() as broker:
        await broker.create("t")
        add_follower(broker)
        request = produce_request("t", batch(b"v"), acks=-1, timeout_ms=timeout_ms)
        answer = await broker.ask(request, LATEST_BY_NAME)
        (found,) = answer.responses[0].partition_responses
        assert (found.error_code, found.base_offset) == (Error.REQUEST_TIMED_OUT, 0)


async def test_a_broken_disk_fails_its_partitions_and_the_broker_goes_on() -> None:
    disk = MemoryDisk()
    settings = {"log.dirs": "one,two"}
    async with running(settings, world=World(disk)) as broker:
        await broker.create("t", 2)
        folders = [broker.partition("t", it).log.directory.path for it in (0, 1)]
        disk.fail(count=1)
        first, second = await broker.produce("t", batch(b"v"), batch(b"v"))
        assert folders[0] != folders[1]
        assert first.error_code == Error.KAFKA_STORAGE_ERROR
        assert second.error_code == Error.NONE
        (again,) = await broker.produce("t", batch(b"v"))
        assert again.error_code == Error.KAFKA_STORAGE_ERROR


@pytest.mark.parametrize("release", ["0.8.2", "0.10.0"])
async def test_old_releases_store_what_their_clients_send(release: str) -> None:
    magic = 0 if release == "0.8.2" else 1
    async with running(release=release) as broker:
        await broker.create("t")
        (found,) = await broker.produce("t", old_set(magic, b"a", b"b"))
        assert (found.error_code, found.base_offset) == (Error.NONE, 0)
        (read,) = await broker.fetch("t")
        assert {it.magic for it in parse_batches(bytes(read.records))} == {magic}
        assert values_of(read.records) == [b"a", b"b"]


async def test_an_empty_request_has_an_empty_answer() -> None:
    request = ProduceRequest(acks=1, timeout_ms=1, topic_data=())
    async with running() as broker:
        assert (await broker.ask(request)).responses == ()


@pytest.mark.parametrize(("topics", "partitions"), [(1, 1000), (1000, 1), (25, 40)])
async def test_others_get_their_turn_while_a_request_is_long(
    topics: int, partitions: int
) -> None:
    (topic,) = produce_request("t", *[b""] * partitions).topic_data
    named = tuple(replace(topic, name=f"t{number}") for number in range(topics))
    request = ProduceRequest(acks=1, timeout_ms=1, topic_data=named)
    context = Context(0, LATEST_BY_NAME, 7, "", "10.0.0.1:1", "PLAINTEXT")
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await trio.lowlevel.checkpoint()
            turns += 1

    async with running() as broker, trio.open_nursery() as nursery:
        nursery.start_soon(other)
        answer = await handle(broker.state, context, request)
        nursery.cancel_scope.cancel()
    assert turns > 1000 // PARTITIONS_PER_TURN // 2
    assert answer is not None
    found = [it for topic in answer.responses for it in topic.partition_responses]
    assert [it.index for it in found] == [*range(partitions)] * topics


OF_TRANSACTION = BatchOptions(
    producer_id=7, producer_epoch=0, base_sequence=0, is_transactional=True
)


async def test_a_batch_of_a_transaction_needs_the_name_of_it_beside_it() -> None:
    records = (batch(b"v"), batch(b"v", options=OF_TRANSACTION))
    async with running() as broker:
        await broker.create("t", 2)
        answer = await broker.ask(produce_request("t", *records), LATEST_BY_NAME)
        found = answer.responses[0].partition_responses
        error = Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        assert [it.error_code for it in found] == [error] * 2
        assert broker.partition("t", 1).log.end_offset == 0


async def test_before_2_1_a_batch_of_a_transaction_needs_no_name() -> None:
    records = memoryview(bytearray(batch(b"v", options=OF_TRANSACTION)))
    async with running(release="0.11.0") as broker:
        await broker.create("t")
        (told,) = await broker.produce("t", records)
        assert told.error_code == Error.NONE


async def test_a_batch_of_a_transaction_that_is_cut_is_refused_as_any_other() -> None:
    cut = batch(b"v", options=OF_TRANSACTION)[:40]
    asked = replace(produce_request("t", cut), transactional_id="it")
    async with running() as broker:
        await broker.create("t")
        answer = await broker.ask(asked, LATEST_BY_NAME)
        (told,) = answer.responses[0].partition_responses
        assert told.error_code == Error.INVALID_RECORD
