"""Fetch sessions (KIP-227): what a reader need not say again, and is not told again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.fetch import FetchResponse, ForgottenTopic
from logion.protocol.schema import replace as with_fields

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import (
    expect,
    expect_error,
    expect_success,
    expect_that,
)
from logion_conformance.material import (
    AT_ONCE,
    Topic,
    fetch_partition,
    fetch_request,
    values_in,
)
from logion_conformance.subject import Subject

KIP = "KIP-227"

FULL = 0
"""Session epoch that asks for a new session, with all its partitions."""

SLOTS = "max.incremental.fetch.session.cache.slots"
MANY_SLOTS = 1_000
"""What it is by default: sessions that the suite leaves behind fill fewer."""

NONE = -1
"""Session epoch of a fetch outside of sessions; with an id, it closes that one."""


async def ask(
    broker: Subject, topic: Topic, session: tuple[int, int], *offsets: int
) -> FetchResponse:
    """Return the answer to a fetch of partitions 0, 1, ... within a session."""
    wanted = [fetch_partition(at, partition=index) for index, at in enumerate(offsets)]
    reading = replace(AT_ONCE, session_id=session[0], session_epoch=session[1])
    request = fetch_request(topic, *wanted, reading=reading)
    return await broker.ask_leader(topic, request, FetchResponse)


async def begun(broker: Subject, topic: Topic, *offsets: int) -> int:
    """Return the id of a new session over some partitions."""
    came = await ask(broker, topic, (0, FULL), *offsets)
    expect_success(came.error_code)
    need_slot(broker, came)
    expect_that(
        "the session id",
        holds=came.session_id > 0,
        expected="more than 0",
        came=came.session_id,
    )
    return came.session_id


def need_slot(broker: Subject, came: FetchResponse) -> None:
    """Go on only where a session was begun, or could have been; UNSUPPORTED if not."""
    slots = broker.number(SLOTS, MANY_SLOTS)
    if not came.session_id and slots < MANY_SLOTS:
        pytest.skip(f"no session was begun: the broker's {SLOTS} is {slots}")


def told(came: FetchResponse) -> dict[int, list[bytes | None]]:
    """Return the values of an answer by partition, of one topic."""
    return {
        data.partition_index: values_in(data)
        for topic in came.responses
        for data in topic.partitions
    }


@case(
    "sessions.none",
    level=MUST,
    cites=f"{KIP}: epoch -1 is a fetch without a session",
    apis={"Fetch": "7+"},
)
async def test_a_reader_may_do_without_sessions(broker: Subject, version: int) -> None:
    """A fetch with epoch -1 is answered in full and begins no session."""
    topic = await broker.topic()
    came = await ask(broker, topic, (0, NONE), 0)
    expect_success(came.error_code)
    expect("the session id", came.session_id, 0)
    expect("the partitions", told(came), {0: []})
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "sessions.incremental",
    level=MUST,
    cites=f"{KIP}: an incremental fetch returns what has changed",
    apis={"Fetch": "7+", "Produce": "3+", "CreateTopics": "0+"},
)
async def test_a_session_tells_only_what_is_new(broker: Subject, version: int) -> None:
    """Within a session a fetch that names no partition is about all of them, and the
    answer is about those with something new."""
    topic = await broker.topic(partitions=2)
    session = await begun(broker, topic, 0, 0)
    quiet = await ask(broker, topic, (session, 1))
    expect("the partitions without news", told(quiet), {})
    await broker.append(topic, b"news", partition=1)
    came = await ask(broker, topic, (session, 2))
    expect_success(came.error_code)
    expect("the session id", came.session_id, session)
    expect("the partitions with news", told(came), {1: [b"news"]})
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "sessions.offsets",
    level=MUST,
    cites=f"{KIP}: partitions named in an incremental fetch are updated",
    apis={"Fetch": "7+", "Produce": "3+"},
)
async def test_a_session_remembers_the_offset_it_was_last_told(
    broker: Subject,
) -> None:
    """A fetch that names a partition moves the session there; the next need not."""
    topic = await broker.topic()
    await broker.append(topic, b"0")
    session = await begun(broker, topic, 0)
    moved = await ask(broker, topic, (session, 1), 1)
    expect("what is new at offset 1", told(moved), {})
    await broker.append(topic, b"1")
    came = await ask(broker, topic, (session, 2))
    expect("what is new then", told(came), {0: [b"1"]})


@case(
    "sessions.epoch.wrong",
    level=MUST,
    cites=f"{KIP}: error 71 INVALID_FETCH_SESSION_EPOCH",
    apis={"Fetch": "7+"},
)
async def test_a_session_counts_its_fetches(broker: Subject, version: int) -> None:
    """Epochs go up by one; any other is INVALID_FETCH_SESSION_EPOCH, and the answer
    is about no partition."""
    topic = await broker.topic()
    session = await begun(broker, topic, 0)
    came = await ask(broker, topic, (session, 5))
    expect_error(came.error_code, Error.INVALID_FETCH_SESSION_EPOCH)
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "sessions.id.unknown",
    level=MUST,
    cites=f"{KIP}: error 70 FETCH_SESSION_ID_NOT_FOUND",
    apis={"Fetch": "7+"},
)
async def test_a_session_nobody_began_is_not_found(
    broker: Subject, version: int
) -> None:
    """An incremental fetch of an unknown session is FETCH_SESSION_ID_NOT_FOUND."""
    topic = await broker.topic()
    session = await begun(broker, topic, 0)
    came = await ask(broker, topic, (session ^ 0x3FFF_0000, 1))
    expect_error(came.error_code, Error.FETCH_SESSION_ID_NOT_FOUND)
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "sessions.closed",
    level=MUST,
    cites=f"{KIP}: epoch -1 with an id closes the session",
    apis={"Fetch": "7+"},
)
async def test_a_closed_session_is_gone(broker: Subject) -> None:
    """A fetch with epoch -1 and the session's id ends it."""
    topic = await broker.topic()
    session = await begun(broker, topic, 0)
    closing = await ask(broker, topic, (session, NONE), 0)
    expect("the session id of the closing answer", closing.session_id, 0)
    came = await ask(broker, topic, (session, 1))
    expect_error(came.error_code, Error.FETCH_SESSION_ID_NOT_FOUND)


@case(
    "sessions.forgotten",
    level=MUST,
    cites=f"{KIP}: FetchRequest.ForgottenTopicsData",
    apis={"Fetch": "7+", "Produce": "3+", "CreateTopics": "0+"},
)
async def test_a_forgotten_partition_is_told_no_more(
    broker: Subject, version: int
) -> None:
    """A partition named as forgotten leaves the session; the others stay."""
    topic = await broker.topic(partitions=2)
    session = await begun(broker, topic, 0, 0)
    reading = replace(AT_ONCE, session_id=session, session_epoch=1)
    forgotten = ForgottenTopic(
        topic=topic.name, topic_id=topic.topic_id, partitions=(0,)
    )
    request = with_fields(
        fetch_request(topic, reading=reading), forgotten_topics_data=(forgotten,)
    )
    expect_success((await broker.ask_leader(topic, request, FetchResponse)).error_code)
    for partition in (0, 1):
        await broker.append(topic, b"x", partition=partition)
    came = await ask(broker, topic, (session, 2))
    expect("the partitions told of", told(came), {1: [b"x"]})
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "sessions.ids-after-names",
    level=SHOULD,
    cites="KIP-516: error 106 FETCH_SESSION_TOPIC_ID_ERROR",
    apis={"Fetch": "13+"},
)
async def test_a_session_keeps_to_names_or_to_ids(broker: Subject) -> None:
    """A session begun with topic names cannot go on with topic ids."""
    topic = await broker.topic()
    connection = await broker.connect_to_leader(topic)
    reading = replace(AT_ONCE, session_id=0, session_epoch=FULL)
    request = fetch_request(topic, fetch_partition(0), reading=reading)
    first = await connection.call(request, FetchResponse, version=12)
    expect_success(first.error_code)
    need_slot(broker, first)
    reading = replace(AT_ONCE, session_id=first.session_id, session_epoch=1)
    request = fetch_request(topic, fetch_partition(0), reading=reading)
    came = await connection.call(request, FetchResponse)
    expect_error(came.error_code, Error.FETCH_SESSION_TOPIC_ID_ERROR)
