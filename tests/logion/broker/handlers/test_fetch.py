"""Fetch: read records from partitions."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from logion.client.connection import connect
from logion.names import ZERO_UUID, Uuid
from logion.protocol.errors import Error
from logion.protocol.messages.fetch import ForgottenTopic, ReplicaState
from logion.protocol.schema import replace
from logion.records.batch import parse_batches
from logion.records.record import BatchOptions
from logion.testing.disk import MemoryDisk

from tests.logion.broker.running import (
    Running,
    World,
    ask,
    batch,
    fetch_request,
    running,
    values_of,
)

NO_TOPIC = Uuid(b"\x01" * 16)


async def fill(broker: Running, *values: bytes, topic: str = "t") -> None:
    """Make a topic with a batch for each value."""
    await broker.create(topic)
    for value in values:
        await broker.produce(topic, batch(value))


@pytest.mark.parametrize("version", range(13))
async def test_every_version_reads_what_was_written(version: int) -> None:
    async with running(release="3.9") as broker:
        await fill(broker, b"0", b"1")
        (found,) = await broker.fetch("t", version=version)
        assert (found.error_code, found.high_watermark) == (Error.NONE, 2)
        assert values_of(found.records) == [b"0", b"1"]
        magic = {it.magic for it in parse_batches(bytes(found.records))}
        assert magic == {0 if version < 2 else 1 if version < 4 else 2}
        (rest,) = await broker.fetch("t", 1, version=version)
        assert values_of(rest.records) == [b"1"]
        if version >= 4:
            assert found.last_stable_offset == 2
        if version >= 5:
            assert found.log_start_offset == 0


@pytest.mark.parametrize("version", range(13, 17))
async def test_since_version_13_topics_go_by_id(version: int) -> None:
    async with running() as broker:
        await fill(broker, b"0")
        topic_id = broker.topic_id("t")
        request = fetch_request("", topic_id=topic_id)
        (topic,) = (await broker.ask(request, version)).responses
        assert topic.topic_id == topic_id
        assert values_of(topic.partitions[0].records) == [b"0"]
        for unknown in (NO_TOPIC, ZERO_UUID):
            request = fetch_request("", topic_id=unknown)
            (topic,) = (await broker.ask(request, version)).responses
            assert topic.partitions[0].error_code == Error.UNKNOWN_TOPIC_ID


async def test_a_message_is_given_in_the_format_it_was_produced_in() -> None:
    records = batch(b"v")
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", records)
        (found,) = await broker.fetch("t")
    (sent,), (read,) = parse_batches(records), parse_batches(bytes(found.records))
    assert read.crc == sent.crc
    assert len(found.records) == len(records)


@pytest.mark.parametrize(
    ("topic", "offset", "error"),
    [
        ("nope", 0, Error.UNKNOWN_TOPIC_OR_PARTITION),
        ("t", 3, Error.OFFSET_OUT_OF_RANGE),
        ("t", -1, Error.OFFSET_OUT_OF_RANGE),
        ("t", 2, Error.NONE),
    ],
)
async def test_an_offset_must_be_in_the_log_or_at_its_end(
    topic: str, offset: int, error: Error
) -> None:
    async with running() as broker:
        await fill(broker, b"0", b"1")
        (found,) = await broker.fetch(topic, offset)
    assert (found.error_code, bytes(found.records)) == (error, b"")
    assert found.high_watermark == (2 if error is Error.NONE else -1)


class TestSizes:
    """How much a fetch gets (KIP-74)."""

    async def test_one_batch_is_given_however_small_the_limits(self) -> None:
        async with running() as broker:
            await fill(broker, b"0", b"1")
            for limits in ({"max_bytes": 1}, {"partition": {"partition_max_bytes": 1}}):
                (found,) = await broker.fetch("t", **limits)
                assert values_of(found.records) == [b"0"]

    async def test_but_only_in_the_first_partition_that_has_one(self) -> None:
        async with running() as broker:
            await broker.create("t", 3)
            await broker.produce("t", b"", batch(b"1"), batch(b"2"))
            found = await broker.fetch("t", 0, 0, 0, max_bytes=1)
            assert [values_of(it.records) for it in found] == [[], [b"1"], []]

    async def test_whole_batches_are_given_as_far_as_they_fit(self) -> None:
        size = len(batch(b"0"))
        async with running() as broker:
            await fill(broker, b"0", b"1", b"2")
            (found,) = await broker.fetch("t", max_bytes=2 * size)
            assert values_of(found.records) == [b"0", b"1"]

    async def test_the_broker_has_a_limit_of_its_own(self) -> None:
        async with running({"fetch.max.bytes": "1024"}) as broker:
            await fill(broker, b"0" * 900, b"1" * 900)
            (found,) = await broker.fetch("t")
            assert values_of(found.records) == [b"0" * 900]

    @pytest.mark.parametrize("version", [0, 1, 2])
    async def test_before_version_3_a_message_is_cut_at_the_limit(
        self, version: int
    ) -> None:
        async with running(release="0.10.0") as broker:
            await broker.create("t")
            old = BatchOptions(magic=1)
            await broker.produce("t", batch(b"0" * 100, options=old))
            limits = {"partition_max_bytes": 50}
            (found,) = await broker.fetch("t", version=version, partition=limits)
            assert len(found.records) == 50
            assert values_of(found.records) == []


class TestWaiting:
    """A fetch waits until there is enough, or its time is over."""

    async def test_it_waits_as_long_as_there_is_too_little(self) -> None:
        async with running() as broker:
            await fill(broker, b"0")
            started = trio.current_time()
            (found,) = await broker.fetch("t", 1, max_wait_ms=30)
            assert trio.current_time() - started >= 0.03
            assert (found.error_code, len(found.records)) == (Error.NONE, 0)

    async def test_a_record_that_arrives_ends_the_wait(self) -> None:
        async with running() as broker, await connect(broker.address) as other:
            await fill(broker, b"0")
            got: list[bytes | None] = []

            async def wait() -> None:
                request = fetch_request("t", 1, max_wait_ms=60_000)
                answer = await ask(other, request, 12)
                got.extend(values_of(answer.responses[0].partitions[0].records))

            async with trio.open_nursery() as nursery:
                nursery.start_soon(wait)
                await trio.testing.wait_all_tasks_blocked(0.01)
                assert not got
                await broker.produce("t", batch(b"1"))
            assert got == [b"1"]

    async def test_min_bytes_may_need_several_records(self) -> None:
        size = len(batch(b"0"))
        async with running() as broker, await connect(broker.address) as other:
            await broker.create("t", 2)
            got: list[int] = []

            async def wait() -> None:
                request = fetch_request(
                    "t", 0, 0, max_wait_ms=60_000, min_bytes=2 * size
                )
                answer = await ask(other, request, 12)
                got.extend(len(it.records) for it in answer.responses[0].partitions)

            async with trio.open_nursery() as nursery:
                nursery.start_soon(wait)
                await trio.testing.wait_all_tasks_blocked(0.01)
                await broker.produce("t", batch(b"0"))
                await trio.testing.wait_all_tasks_blocked(0.01)
                assert not got
                await broker.produce("t", b"", batch(b"1"))
            assert got == [size, size]

    async def test_an_error_is_told_at_once(self) -> None:
        async with running() as broker:
            await fill(broker)
            with trio.fail_after(2):
                found = await broker.fetch("t", 0, 0, max_wait_ms=60_000)
        errors = [it.error_code for it in found]
        assert errors == [Error.NONE, Error.UNKNOWN_TOPIC_OR_PARTITION]

    async def test_a_fetch_of_nothing_does_not_wait(self) -> None:
        async with running() as broker:
            with trio.fail_after(2):
                request = fetch_request(None, max_wait_ms=60_000)
                assert (await broker.ask(request, 12)).responses == ()

    async def test_a_client_that_waits_does_not_hold_up_the_shutdown(self) -> None:
        with trio.fail_after(5):
            async with trio.open_nursery() as nursery, running() as broker:
                await fill(broker)
                client = await connect(broker.address)
                request = fetch_request("t", max_wait_ms=60_000)
                nursery.start_soon(_ignore_failure, client, request)
                await trio.testing.wait_all_tasks_blocked(0.01)


async def _ignore_failure(client: Any, request: Any) -> None:
    from logion.protocol.errors import ApiError

    with pytest.raises(ApiError, match="closed"):
        await ask(client, request, 12)
    await client.aclose()


class TestLeaderEpochs:
    """A client that believes in another leader is told (KIP-320, KIP-595)."""

    @pytest.mark.parametrize(
        ("epoch", "error"), [(0, Error.NONE), (5, Error.UNKNOWN_LEADER_EPOCH)]
    )
    async def test_its_leader_epoch_is_checked(self, epoch: int, error: Error) -> None:
        async with running() as broker:
            await fill(broker, b"0")
            (found,) = await broker.fetch(
                "t", partition={"current_leader_epoch": epoch}
            )
            assert found.error_code == error

    async def test_a_log_that_diverged_is_told_where(self) -> None:
        async with running() as broker:
            await fill(broker, b"0")
            (found,) = await broker.fetch("t", 5, partition={"last_fetched_epoch": 0})
            assert found.error_code == Error.NONE
            assert found.diverging_epoch.epoch == 0
            assert found.diverging_epoch.end_offset == 1
            assert len(found.records) == 0

    async def test_a_log_that_agrees_is_not(self) -> None:
        async with running() as broker:
            await fill(broker, b"0")
            (found,) = await broker.fetch("t", partition={"last_fetched_epoch": 0})
            assert found.diverging_epoch.epoch == -1
            assert values_of(found.records) == [b"0"]


async def test_read_committed_gets_a_list_of_aborted_transactions() -> None:
    async with running() as broker:
        await fill(broker, b"0")
        (committed,) = await broker.fetch("t", isolation_level=1)
        (uncommitted,) = await broker.fetch("t")
    assert committed.aborted_transactions == ()
    assert uncommitted.aborted_transactions is None


async def test_read_committed_stops_at_an_open_transaction() -> None:
    options = BatchOptions(
        producer_id=7, producer_epoch=0, base_sequence=0, is_transactional=True
    )
    async with running() as broker:
        await fill(broker, b"0")
        records = memoryview(bytearray(batch(b"open", options=options)))
        broker.partition("t").append(records, version=9, acks=1)
        (committed,) = await broker.fetch("t", isolation_level=1)
        (uncommitted,) = await broker.fetch("t")
    assert values_of(committed.records) == [b"0"]
    assert (committed.last_stable_offset, committed.high_watermark) == (1, 2)
    assert values_of(uncommitted.records) == [b"0", b"open"]


async def test_down_conversion_can_be_forbidden() -> None:
    configs = {"message.downconversion.enable": "false"}
    async with running(release="3.9") as broker:
        await broker.create("t", configs=configs)
        await broker.produce("t", batch(b"0"))
        (old,) = await broker.fetch("t", version=3)
        (new,) = await broker.fetch("t", version=4)
    assert (old.error_code, new.error_code) == (Error.UNSUPPORTED_VERSION, Error.NONE)


@pytest.mark.parametrize("release", ["0.8.2", "0.10.0"])
async def test_old_releases_give_what_they_store(release: str) -> None:
    magic = 0 if release == "0.8.2" else 1
    async with running(release=release) as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"0", options=BatchOptions(magic=magic)))
        (found,) = await broker.fetch("t")
    assert {it.magic for it in parse_batches(bytes(found.records))} == {magic}


@pytest.mark.parametrize(
    ("version", "error"),
    [(5, Error.NOT_LEADER_OR_FOLLOWER), (6, Error.KAFKA_STORAGE_ERROR)],
)
async def test_a_broken_disk_is_told_as_the_client_knows_it(
    version: int, error: Error
) -> None:
    disk = MemoryDisk()
    async with running(world=World(disk), release="3.9") as broker:
        await fill(broker, b"0")
        disk.fail(count=1)
        await broker.produce("t", batch(b"1"))
        (found,) = await broker.fetch("t", version=version)
        assert found.error_code == error


class TestSessions:
    """A consumer names its partitions once, then only changes (KIP-227)."""

    async def open(self, broker: Running) -> int:
        """Open a session on two partitions of a new topic; return its id."""
        await broker.create("t", 2)
        await broker.produce("t", batch(b"0"))
        request = fetch_request("t", 0, 0, session=(0, 0))
        answer = await broker.ask(request, 12)
        assert answer.session_id > 0
        assert indexes(answer) == [0, 1]
        return int(answer.session_id)

    async def test_only_partitions_with_news_are_answered(self) -> None:
        async with running() as broker:
            id_ = await self.open(broker)
            answer = await broker.ask(fetch_request(None, session=(id_, 1)), 12)
            assert (answer.session_id, indexes(answer)) == (id_, [0])
            moved = fetch_request("t", 1, session=(id_, 2))
            assert indexes(await broker.ask(moved, 12)) == []
            await broker.produce("t", b"", batch(b"1"))
            answer = await broker.ask(fetch_request(None, session=(id_, 3)), 12)
            assert indexes(answer) == [1]

    async def test_an_error_is_told_again_until_it_passes(self) -> None:
        async with running() as broker:
            id_ = await self.open(broker)
            bad = fetch_request("t", 99, session=(id_, 1))
            assert indexes(await broker.ask(bad, 12)) == [0]
            again = fetch_request(None, session=(id_, 2))
            assert indexes(await broker.ask(again, 12)) == [0]

    async def test_forgotten_partitions_are_not_answered(self) -> None:
        async with running() as broker:
            id_ = await self.open(broker)
            forgotten = (ForgottenTopic(topic="t", partitions=(0,)),)
            request = fetch_request(
                None, session=(id_, 1), forgotten_topics_data=forgotten
            )
            assert indexes(await broker.ask(request, 12)) == []

    async def test_a_session_without_partitions_ends(self) -> None:
        async with running() as broker:
            id_ = await self.open(broker)
            forgotten = (ForgottenTopic(topic="t", partitions=(0, 1)),)
            request = fetch_request(
                None, session=(id_, 1), forgotten_topics_data=forgotten
            )
            answer = await broker.ask(request, 12)
            assert (answer.session_id, answer.responses) == (0, ())
            assert len(broker.state.fetch_sessions) == 0

    @pytest.mark.parametrize(
        ("shift", "epoch", "version", "error"),
        [
            (1, 1, 12, Error.FETCH_SESSION_ID_NOT_FOUND),
            (0, 2, 12, Error.INVALID_FETCH_SESSION_EPOCH),
            (0, 1, 13, Error.FETCH_SESSION_TOPIC_ID_ERROR),
        ],
    )
    async def test_a_session_that_cannot_go_on_is_told_why(
        self, shift: int, epoch: int, version: int, error: Error
    ) -> None:
        async with running() as broker:
            id_ = await self.open(broker)
            request = fetch_request(None, session=(id_ + shift, epoch))
            answer = await broker.ask(request, version)
            assert (answer.error_code, answer.session_id) == (error, 0)
            assert answer.responses == ()

    async def test_a_full_fetch_closes_the_session_it_names(self) -> None:
        async with running() as broker:
            id_ = await self.open(broker)
            answer = await broker.ask(fetch_request("t", session=(id_, -1)), 12)
            assert (answer.session_id, indexes(answer)) == (0, [0])
            assert len(broker.state.fetch_sessions) == 0

    async def test_topics_go_by_id_in_sessions_too(self) -> None:
        async with running() as broker:
            await fill(broker, b"0")
            topic_id = broker.topic_id("t")
            opening = fetch_request("", topic_id=topic_id, session=(0, 0))
            first = await broker.ask(opening, 13)
            going_on = fetch_request(None, session=(first.session_id, 1))
            answer = await broker.ask(going_on, 13)
            assert answer.responses[0].topic_id == topic_id


def indexes(answer: Any) -> list[int]:
    """Return the partitions in an answer, in its order."""
    return [it.partition_index for topic in answer.responses for it in topic.partitions]


@pytest.mark.parametrize("replica", [0, 1, 5])
@pytest.mark.parametrize(
    ("version", "epoch", "error"),
    [
        (4, -1, Error.NOT_LEADER_OR_FOLLOWER),
        (12, -1, Error.NOT_LEADER_OR_FOLLOWER),
        (12, 0, Error.UNKNOWN_LEADER_EPOCH),
        (12, 7, Error.UNKNOWN_LEADER_EPOCH),
    ],
)
async def test_who_is_no_follower_gets_nothing(
    replica: int, version: int, epoch: int, error: Error
) -> None:
    async with running() as broker:
        await fill(broker, b"0")
        known = {"current_leader_epoch": epoch} if version >= 9 else {}
        (found,) = await broker.fetch(
            "t", version=version, replica_id=replica, partition=known
        )
    assert (found.error_code, found.high_watermark) == (error, -1)
    assert not found.records


async def test_since_version_15_a_replica_says_more_than_its_id() -> None:
    async with running() as broker:
        await fill(broker, b"0")
        state = ReplicaState(replica_id=5, replica_epoch=1)
        request = fetch_request("", topic_id=broker.topic_id("t"), replica_state=state)
        (topic,) = (await broker.ask(request, 15)).responses
    assert topic.partitions[0].error_code == Error.NOT_LEADER_OR_FOLLOWER


@pytest.mark.parametrize("replica", [-1, -2, -3])
async def test_below_0_there_are_only_consumers(replica: int) -> None:
    async with running() as broker:
        await fill(broker, b"0")
        (found,) = await broker.fetch("t", replica_id=replica)
    assert values_of(found.records) == [b"0"]


async def test_of_a_partition_that_is_named_twice_the_last_place_is_read() -> None:
    async with running() as broker:
        await fill(broker, b"0", b"1")
        (first,), (last,) = (fetch_request("t", it).topics for it in (0, 1))
        request = replace(fetch_request("t"), topics=(first, last))
        (topic,) = (await broker.ask(request, 12)).responses
    assert [values_of(it.records) for it in topic.partitions] == [[b"1"]]


async def test_records_do_not_fit_into_a_negative_size() -> None:
    async with running() as broker:
        await fill(broker, b"0")
        small = {"partition_max_bytes": -1}
        for offset, error in ((0, Error.UNKNOWN_SERVER_ERROR), (1, Error.NONE)):
            request = fetch_request("t", offset, partition=small)
            (topic,) = (await broker.ask(request, 12)).responses
            assert topic.partitions[0].error_code == error


@pytest.mark.parametrize("version", [12, 13])
async def test_an_unknown_isolation_level_fails_the_whole_fetch(version: int) -> None:
    async with running() as broker:
        await fill(broker, b"0")
        answer = await broker.ask(fetch_request("t", isolation_level=2), version)
    assert answer.error_code == Error.UNKNOWN_SERVER_ERROR
    assert len(answer.responses) == (version < 13)


@pytest.mark.parametrize(
    ("release", "records"), [("2.8", b""), ("3.9", None), ("4.0", b"")]
)
async def test_in_3_x_the_records_of_a_fetch_that_is_refused_are_null(
    release: str, records: bytes | None
) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        answer = await broker.ask(fetch_request("t", isolation_level=2), 11)
    (partition,) = answer.responses[0].partitions
    assert partition.records == records


@pytest.mark.parametrize(("release", "aborted"), [("2.8", None), ("3.9", ())])
async def test_until_2_8_an_unknown_partition_has_no_list_of_transactions(
    release: str, aborted: tuple[()] | None
) -> None:
    async with running(release=release) as broker:
        (topic,) = (await broker.ask(fetch_request("nope"), 11)).responses
    assert topic.partitions[0].aborted_transactions == aborted
