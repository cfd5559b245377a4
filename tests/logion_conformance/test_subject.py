from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
import trio
import trio.testing
from logion.client.connection import Connection, Exchange, Options
from logion.client.versions import VersionRange
from logion.protocol.apis import METADATA, PRODUCE
from logion.protocol.errors import ApiError, ProtocolError
from logion_conformance.expect import Broken
from logion_conformance.material import EARLIEST, Reading, values_in
from logion_conformance.opening import open_subject
from logion_conformance.subject import Subject
from logion_conformance.targets import Target, ask_versions

from tests.logion.client.small_broker import SmallBroker, running


@asynccontextmanager
async def meeting(
    broker: SmallBroker,
    limits: dict[int, VersionRange] | None = None,
    *,
    timeout_s: float = 60,
) -> AsyncIterator[tuple[Subject, list[Exchange]]]:
    spoken = await ask_versions(broker.address, Options())
    said: list[Exchange] = []
    target = Target((broker.address,), None, spoken)
    async with open_subject(
        target, limits or {}, prefix="mine", timeout_s=timeout_s, exchanges=said
    ) as subject:
        yield subject, said


async def test_topics_have_names_of_their_own_and_are_gone_afterwards() -> None:
    async with running() as broker:
        async with meeting(broker) as (subject, _):
            one, two = await subject.topic(), await subject.topic(partitions=2)
            assert one.name != two.name
            assert set(broker.topics) == {one.name, two.name}
            assert all(name.startswith("mine-") for name in broker.topics)
        assert broker.topics == {}


async def test_each_case_is_a_client_of_its_own() -> None:
    # what one case makes of quotas would be felt by those that run beside it
    async with (
        running() as broker,
        meeting(broker) as (one, _),
        meeting(broker) as (two, _),
    ):
        clients = [it.cluster.options.client_id for it in (one, two)]
    assert len(set(clients)) == 2
    assert all(it.startswith("mine-") for it in clients)


async def test_topics_are_gone_after_a_failure_too() -> None:
    async with running() as broker:
        with suppress(Broken):
            async with meeting(broker) as (subject, _):
                await subject.topic()
                raise Broken("x", expected="y", came="z")
        assert broker.topics == {}
        assert broker.asked[-1][0] == "DeleteTopics"


async def test_topics_are_gone_after_a_case_that_was_ended_from_outside() -> None:
    async with running() as broker:
        with trio.CancelScope() as scope:
            async with meeting(broker) as (subject, _):
                await subject.topic()
                scope.cancel()
                await trio.sleep_forever()
        assert broker.topics == {}


async def test_who_does_not_answer_keeps_no_case_that_was_ended(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    async def wait(_: Subject) -> None:
        await trio.sleep_forever()

    monkeypatch.setattr(Subject, "clean_up", wait)
    async with running() as broker:
        with trio.CancelScope() as scope:
            async with meeting(broker):
                scope.cancel()
                await trio.sleep_forever()
    assert scope.cancelled_caught


async def test_a_name_can_be_given_an_end_and_a_length() -> None:
    async with running() as broker, meeting(broker) as (subject, _):
        assert subject.new_name(tail="-a.b").endswith("-a.b")
        assert len(subject.new_name(size=249)) == 249


async def test_the_usual_acts_append_and_read() -> None:
    async with running() as broker, meeting(broker) as (subject, _):
        topic = await subject.topic()
        assert await subject.append(topic, b"a", b"b") == 0
        assert values_in(await subject.fetch(topic, 1), 1) == [b"b"]
        assert await subject.end_offset(topic) == 2
        assert (await subject.list_offset(topic, EARLIEST)).offset == 0


async def test_records_are_read_on_where_a_fetch_brings_less_than_there_is() -> None:
    reading = Reading(partition_max_bytes=1)  # a batch is what comes at least
    async with running() as broker, meeting(broker) as (subject, _):
        topic = await subject.topic()
        for value in (b"a", b"b", b"c"):
            await subject.append(topic, value)
        one_by_one = partial(subject.fetch, reading=reading)
        subject.fetch = one_by_one  # type: ignore[method-assign]
        assert values_in(await subject.fetch(topic)) == [b"a"]
        assert [it.value for it in await subject.read(topic, 2, 1)] == [b"b", b"c"]
        assert len(await subject.read(topic, 9)) == 3


async def test_a_case_speaks_within_its_limits() -> None:
    limits = {PRODUCE: VersionRange(4, 5)}
    async with running() as broker, meeting(broker, limits) as (subject, _):
        topic = await subject.topic()
        await subject.append(topic, b"x")
        assert ("Produce", 5) in broker.asked
        assert subject.version("Produce") == 5
        assert subject.advertises("Produce", 9)


async def test_what_the_broker_does_not_speak_is_unsupported() -> None:
    async with running() as broker, meeting(broker) as (subject, _):
        subject.need("Produce", 9)
        with pytest.raises(pytest.skip.Exception, match="the broker does not"):
            subject.need("DeleteRecords")


async def test_what_is_said_is_kept_without_the_cleaning_up() -> None:
    async with running() as broker:
        async with meeting(broker) as (subject, said):
            await subject.topic()
        assert broker.asked[-1][0] == "DeleteTopics"
        kinds = [type(each.request).__name__ for each in said]
        assert "CreateTopicsRequest" in kinds
        assert "DeleteTopicsRequest" not in kinds


async def test_an_answer_with_more_bytes_than_its_fields_is_caught() -> None:
    async with running("trailing-bytes") as broker:
        with pytest.raises((ProtocolError, ApiError), match="found 1 more"):
            async with meeting(broker, {METADATA: VersionRange(0, 9)}):
                pass


async def test_a_broker_that_says_nothing_is_broken() -> None:
    async with (
        running("ignores-unknown-apis") as broker,
        meeting(broker, timeout_s=0.2) as (subject, _),
    ):
        connection = await subject.connect_mutely()
        await connection.send(bytes([0, 0, 0, 10]) + b"\x7f\0" + bytes(8))
        with pytest.raises(Broken, match="nothing within"):
            await subject.next_frame(connection)


class Resets(trio.abc.Stream):
    """A stream that the other side has reset: nothing more is sent, or comes."""

    async def send_all(self, data: object) -> None:
        raise trio.BrokenResourceError("[Errno 104] Connection reset by peer")

    async def wait_send_all_might_not_block(self) -> None:
        await trio.lowlevel.checkpoint()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        raise trio.BrokenResourceError("[Errno 104] Connection reset by peer")

    async def aclose(self) -> None:
        await trio.lowlevel.checkpoint()


async def test_a_reset_in_place_of_an_answer_is_an_end_of_the_connection() -> None:
    async with running() as broker, meeting(broker) as (subject, _):
        connection = Connection(Resets(), subject.cluster.options)
        await subject.say(connection, b"x")
        assert await subject.next_frame(connection) is None
