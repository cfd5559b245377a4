"""What is told of a broker, as text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from logion.broker.inspection import inspect
from logion.broker.views import LINES_MAX, BrokerView, RequestView, lag_between
from logion.names import TopicPartition
from logion.protocol.embedded import assignment_bytes

from tests.logion.broker.running import batch, running
from tests.logion.group.members import members
from tests.logion.transaction.producing import SMALL, T0, T1, producer

BOTH = [TopicPartition("t", 0), TopicPartition("t", 1)]


async def view() -> BrokerView:
    async with running() as broker:
        await broker.create("greetings", 2)
        await broker.produce("greetings", batch(b"one", b"two"))
        return inspect(broker.state)


async def test_a_summary_says_what_the_broker_holds_and_saw() -> None:
    lines = (await view()).summary().splitlines()
    assert lines[0] == "broker 1, release 4.3"
    assert lines[1:4] == [
        "topics: 1",
        "  greetings: 2 partitions",
        "    0: offsets 0 to 2, high watermark 2, last stable offset 2, 0 producers",
    ]
    assert lines[4:6] == ["groups: none", "clients: 1"]
    assert lines[6].startswith("  logion (logion ")
    assert lines[-1] == "clients that are gone: none"


async def test_a_summary_is_bounded() -> None:
    seen = await view()
    many = replace(
        seen,
        topics=seen.topics * 1000,
        clients=tuple(replace(it, recent=()) for it in seen.clients) * 1000,
    )
    lines = many.summary().splitlines()
    assert "  ... and 980 more" in lines
    assert len(lines) < 5 * LINES_MAX


async def test_transactions_tell_where_they_stand_and_what_they_touch() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker, "b")
        await producer(broker, "a")
        await one.add(T1, T0)
        seen = inspect(broker.state)
    lines = seen.summary().splitlines()
    at = lines.index("transactions: 2")
    assert lines[at + 1 : at + 5] == [
        f"  a: Empty, producer {seen.transaction('a').producer_id}, epoch 0",
        f"  b: Ongoing, producer {one.producer_id}, epoch 0",
        "    t-0",
        "    t-1",
    ]
    with pytest.raises(KeyError):
        seen.transaction("c")


async def test_a_topic_of_many_partitions_tells_of_some() -> None:
    seen = await view()
    (topic,) = seen.topics
    many = replace(topic, partitions=topic.partitions[:1] * 100)
    lines = replace(seen, topics=(many,)).summary().splitlines()
    assert "    ... and 80 more that hold records" in lines


async def test_groups_tell_who_reads_what_and_how_far_behind() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t", 2)
        await broker.produce("t", batch(b"one", b"two", b"three"))
        await a.join()
        await a.sync({a.id: assignment_bytes(BOTH)})
        await a.commit(1)
        seen = inspect(broker.state)
    assert seen.group("g").state == "Stable"
    assert seen.lag("g") == {TopicPartition("t", 0): 2}
    with pytest.raises(KeyError):
        seen.group("none")
    lines = seen.summary().splitlines()
    start = lines.index("groups: 1")
    assert lines[start + 1] == "  g: Stable, generation 1, range"
    assert re.fullmatch(r"    \S+ at /127\.0\.0\.1: t-0, t-1", lines[start + 2])
    assert lines[start + 3] == "    t-0: committed 1, lag 2"


def test_a_lag_is_never_below_zero() -> None:
    assert lag_between(3, 10) == 7
    assert lag_between(10, 3) == 0


def test_a_request_in_short_names_its_errors() -> None:
    request = RequestView("Fetch", 17, 4, 0, 0.25, ("NOT_LEADER_OR_FOLLOWER",))
    assert str(request) == "Fetch 17 #4 0.2 ms NOT_LEADER_OR_FOLLOWER"
