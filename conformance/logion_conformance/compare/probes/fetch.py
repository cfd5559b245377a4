"""Fetch: places, limits, epochs and sessions."""

from __future__ import annotations

from typing import Any

from logion.names import ZERO_UUID
from logion.protocol.messages.fetch import (
    FetchPartition,
    FetchRequest,
    FetchTopic,
    ForgottenTopic,
    ReplicaState,
)

from logion_conformance.compare.probe import Ground, Probe, Script, asking
from logion_conformance.compare.probes.produce import UNKNOWN, produce
from logion_conformance.material import Topic

END = 6
"""Where the standing topic ends."""


def fetch(
    it: Ground,
    offset: int = 0,
    *,
    topic: Topic | None = None,
    partition: int = 0,
    size: int = 1 << 20,
    epoch: int = -1,
    last_epoch: int = -1,
    **more: Any,
) -> FetchRequest:
    """Return the fetch of one partition; `more` are fields of the request."""
    wanted = FetchPartition(
        partition=partition,
        fetch_offset=offset,
        partition_max_bytes=size,
        current_leader_epoch=epoch,
        last_fetched_epoch=last_epoch,
    )
    return of(in_topic(topic or it.standing, wanted), **more)


def in_topic(topic: Topic, *parts: FetchPartition) -> FetchTopic:
    """Return what is fetched of one topic."""
    return FetchTopic(topic=topic.name, topic_id=topic.topic_id, partitions=parts)


def of(*topics: FetchTopic, **more: Any) -> FetchRequest:
    """Return the fetch of some topics, at once unless `more` say otherwise."""
    usual = {"max_wait_ms": 0, "min_bytes": 0, "max_bytes": 1 << 24}
    return FetchRequest(topics=topics, **{**usual, **more})


def part(partition: int, offset: int = 0) -> FetchPartition:
    """Return what is fetched of one partition."""
    return FetchPartition(
        partition=partition, fetch_offset=offset, partition_max_bytes=1 << 20
    )


def replica(it: Ground, number: int) -> FetchRequest:
    """Return the fetch of somebody who says which replica it is."""
    if it.version >= 15:
        state = ReplicaState(replica_id=number, replica_epoch=1)
        return fetch(it, replica_state=state)
    return fetch(it, replica_id=number)


def written_and_read(it: Ground) -> Script:
    """What was written is read, from each offset."""
    yield produce(it)
    for offset in range(3):
        yield fetch(it, offset, topic=it.own)


SESSIONS = 7
"""The first version with sessions."""


def in_session(session: int, epoch: int, *topics: FetchTopic) -> Any:
    """Return a fetch of a session."""
    return of(*topics, session_id=session, session_epoch=epoch)


def session(it: Ground) -> Script:
    """A session begins, goes on with nothing new, and is closed."""
    everything = in_topic(it.standing, part(0))
    number = (yield in_session(0, 0, everything)).session_id
    yield in_session(number, 1)
    yield in_session(number, 2, in_topic(it.standing, part(0, END)))
    yield in_session(number, 3)
    yield in_session(number, -1, everything)
    yield in_session(number, 4)


def session_epochs(it: Ground) -> Script:
    """A session is asked with an epoch that is not the next."""
    everything = in_topic(it.standing, part(0))
    number = (yield in_session(0, 0, everything)).session_id
    yield in_session(number, 5)
    yield in_session(number, 1)
    yield in_session(number, 1)


def session_forgets(it: Ground) -> Script:
    """A partition leaves a session; one that is not in it does, too."""
    everything = in_topic(it.standing, part(0))
    number = (yield in_session(0, 0, everything)).session_id
    name, topic_id = it.standing.name, it.standing.topic_id
    for epoch, gone in enumerate((0, 0, 7), start=1):
        yield of(
            session_id=number,
            session_epoch=epoch,
            forgotten_topics_data=(
                ForgottenTopic(topic=name, topic_id=topic_id, partitions=(gone,)),
            ),
        )


def session_with_errors(it: Ground) -> Script:
    """Errors of a session's partitions are told each time."""
    wanted = in_topic(it.standing, part(0), part(1)), in_topic(UNKNOWN, part(0))
    number = (yield in_session(0, 0, *wanted)).session_id
    yield in_session(number, 1)
    yield in_session(number, 2)


def session_hears_of_records(it: Ground) -> Script:
    """What is written after a session has begun comes with its next fetch."""
    number = (yield in_session(0, 0, in_topic(it.own, part(0)))).session_id
    yield produce(it)
    yield in_session(number, 1)
    yield in_session(number, 2, in_topic(it.own, part(0, 2)))
    yield in_session(number, 3)


PROBES = (
    *asking(
        "Fetch",
        {
            "from-0": fetch,
            "from-the-middle": lambda it: fetch(it, 3),
            "from-the-end": lambda it: fetch(it, END),
            "beyond-the-end": lambda it: fetch(it, END + 1),
            "negative-offset": lambda it: fetch(it, -1),
            "far-negative-offset": lambda it: fetch(it, -7),
            "no-topics": lambda it: of(),
            "no-partitions": lambda it: of(in_topic(it.standing)),
            "no-topic": lambda it: fetch(it, topic=UNKNOWN),
            "topic-without-name": lambda it: fetch(it, topic=Topic("", ZERO_UUID)),
            "no-partition": lambda it: fetch(it, partition=1),
            "partition-negative": lambda it: fetch(it, partition=-1),
            "partition-twice": lambda it: of(in_topic(it.standing, part(0), part(0))),
            "topic-twice": lambda it: of(
                in_topic(it.standing, part(0)), in_topic(it.standing, part(0))
            ),
            "one-of-two-partitions": lambda it: of(
                in_topic(it.standing, part(0), part(1))
            ),
            "one-of-two-topics": lambda it: of(
                in_topic(UNKNOWN, part(0)), in_topic(it.standing, part(0))
            ),
            "one-byte": lambda it: fetch(it, size=1),
            "no-byte": lambda it: fetch(it, size=0),
            "negative-size": lambda it: fetch(it, size=-1),
            "one-byte-in-all": lambda it: fetch(it, max_bytes=1),
            "no-byte-in-all": lambda it: fetch(it, max_bytes=0),
            "negative-size-in-all": lambda it: fetch(it, max_bytes=-1),
            "100-bytes": lambda it: fetch(it, size=100),
            "waits-in-vain": lambda it: fetch(it, END, max_wait_ms=50, min_bytes=1),
            "waits-negative": lambda it: fetch(it, END, max_wait_ms=-1, min_bytes=1),
            "error-does-not-wait": lambda it: fetch(
                it, 99, max_wait_ms=30_000, min_bytes=1
            ),
            "min-bytes-negative": lambda it: fetch(it, END, min_bytes=-1),
            "read-committed": lambda it: fetch(it, isolation_level=1),
            "isolation-2": lambda it: fetch(it, isolation_level=2),
            "isolation-negative": lambda it: fetch(it, isolation_level=-1),
            "debugger": lambda it: replica(it, -2),
            "replica-minus-3": lambda it: replica(it, -3),
            "replica-7": lambda it: replica(it, 7),
            "epoch-0": lambda it: fetch(it, epoch=0),
            "epoch-newer": lambda it: fetch(it, epoch=5),
            "epoch-minus-2": lambda it: fetch(it, epoch=-2),
            "last-epoch-0": lambda it: fetch(it, 3, last_epoch=0),
            "last-epoch-newer": lambda it: fetch(it, 3, last_epoch=5),
            "last-epoch-without-offset": lambda it: fetch(it, END + 5, last_epoch=0),
            "rack": lambda it: fetch(it, rack_id="r"),
            "id-of-another-name": lambda it: fetch(
                it, topic=Topic(it.standing.name, UNKNOWN.topic_id)
            ),
            "id-0": lambda it: fetch(it, topic=Topic(it.standing.name, ZERO_UUID)),
            "session-unknown": lambda it: in_session(12_345, 1),
            "session-unknown-from-0": lambda it: in_session(
                12_345, 0, in_topic(it.standing, part(0))
            ),
            "session-unknown-closed": lambda it: in_session(
                12_345, -1, in_topic(it.standing, part(0))
            ),
            "session-0-epoch-1": lambda it: in_session(
                0, 1, in_topic(it.standing, part(0))
            ),
            "session-negative": lambda it: in_session(
                -5, 1, in_topic(it.standing, part(0))
            ),
            "session-of-nothing": lambda it: in_session(0, 0),
        },
    ),
    Probe("Fetch", "written-and-read", written_and_read, needs_topic=True),
    Probe("Fetch", "session", session, first=SESSIONS),
    Probe("Fetch", "session-epochs", session_epochs, first=SESSIONS),
    Probe("Fetch", "session-forgets", session_forgets, first=SESSIONS),
    Probe("Fetch", "session-with-errors", session_with_errors, first=SESSIONS),
    Probe(
        "Fetch",
        "session-hears-of-records",
        session_hears_of_records,
        needs_topic=True,
        first=SESSIONS,
    ),
)
