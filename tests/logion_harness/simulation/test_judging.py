from __future__ import annotations

from contextlib import suppress

import trio
from logion.client.cluster import raise_for
from logion.client.connection import Exchange
from logion.names import TopicPartition
from logion.protocol.apis import PRODUCE
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
)
from logion.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
)
from logion_harness.simulation import schedule
from logion_harness.simulation.commits import Commits
from logion_harness.simulation.judging import judged
from logion_harness.simulation.plan import Fault, Kind, Plan, Reader, Sender
from logion_harness.simulation.recording import key_of
from logion_harness.simulation.world import World

KEY = key_of(TopicPartition("topic", 0))
PLAN = Plan(1, 1, (Sender(1, 1, 0, is_idempotent=False),), (Reader(100),))


def verdict(*, fails_at_s: float, is_idempotent: bool = False) -> list[str]:
    """Return what is wrong where a send fails and its record is there twice."""

    async def happen() -> list[str]:
        sender = PLAN.senders[0]._replace(is_idempotent=is_idempotent)
        world = World(PLAN._replace(senders=(sender,)))
        await trio.sleep(fails_at_s)
        with (
            suppress(ApiError),
            world.recorder.sending("producer-0.0", [(KEY, "0/1")]),
        ):
            raise_for(Error.NETWORK_EXCEPTION)
        world.recorder.note("consumer-0", "invoke", "poll", [["poll"]])
        records = {KEY: [[0, "0/1"], [1, "0/1"]]}
        world.recorder.note("consumer-0", "ok", "poll", [["poll", records]])
        return [it.partition(":")[0] for it in judged(world)]

    return schedule.run(happen, 1)


def test_only_producers_without_idempotence_may_write_a_record_twice() -> None:
    assert verdict(fails_at_s=1) == []
    assert verdict(fails_at_s=1, is_idempotent=True) == ["duplicate"]


def test_what_begins_when_all_is_well_may_not_fail() -> None:
    assert verdict(fails_at_s=9) == ["no-recovery"]


def test_a_plan_prints_who_is_there_and_what_goes_wrong() -> None:
    faults = Fault(Kind.KILL, 1500, 20), Fault(Kind.LOSE_ANSWER, 2000, 3, PRODUCE)
    lines = str(PLAN._replace(faults=faults, release="2.8")).splitlines()
    assert lines == [
        "seed 1, release 2.8, 1 partition",
        "Sender(flushes=1, batch=1, pause_ms=0, is_idempotent=False)",
        "Reader(max_wait_ms=100)",
        "1.500 s: the broker's process is killed (20)",
        "2.000 s: a connection ends, and the answer on its way with it (3), Produce",
    ]


def committing(offset: int, answer: object) -> Exchange:
    """Return a commit of an offset, and what came of it."""
    row = OffsetCommitRequestPartition(
        partition_index=0, committed_offset=offset, committed_metadata=None
    )
    topic = OffsetCommitRequestTopic(name="topic", partitions=(row,))
    return Exchange(OffsetCommitRequest(group_id="g", topics=(topic,)), 9, 1, answer)


def committed(error: Error = Error.NONE) -> OffsetCommitResponse:
    """Return the answer to a commit."""
    row = OffsetCommitResponsePartition(partition_index=0, error_code=error)
    topic = OffsetCommitResponseTopic(name="topic", partitions=(row,))
    return OffsetCommitResponse(topics=(topic,))


def fetching(offset: int, error: Error = Error.NONE, group: str = "g") -> Exchange:
    """Return a fetch of the committed offset, and its answer."""
    row = OffsetFetchResponsePartitions(
        partition_index=0, committed_offset=offset, metadata="", error_code=error
    )
    topic = OffsetFetchResponseTopics(name="topic", partitions=(row,))
    group = OffsetFetchResponseGroup(group_id=group, topics=(topic,))
    answer = OffsetFetchResponse(groups=(group,))
    return Exchange(OffsetFetchRequest(), 9, 1, answer)


def complaints(*exchanges: Exchange) -> list[str]:
    """Return what is wrong with what a group's members were told."""
    commits = Commits("g")
    return [wrong for it in exchanges for wrong in commits.observe(it)]


def test_an_offset_whose_commit_was_answered_is_not_lost() -> None:
    told = committing(5, committed()), committing(7, committed())
    wrong = ["lost-commit: 5 is committed of topic-0, 7 was before"]
    assert complaints(*told, fetching(7), fetching(8)) == []
    assert complaints(*told, fetching(5)) == wrong
    assert complaints(*told, fetching(-1, Error.NOT_COORDINATOR)) == []
    refused = committing(9, committed(Error.ILLEGAL_GENERATION))
    assert complaints(*told, refused, fetching(7)) == []


def test_a_commit_that_was_given_up_may_come_late() -> None:
    lost = committing(5, ApiError(Error.REQUEST_TIMED_OUT))
    assert complaints(lost, committing(7, committed()), fetching(5)) == []
    assert complaints(lost, committing(7, committed()), fetching(6)) != []


def fetching_as_before(offset: int, group: str) -> Exchange:
    """Return a fetch of one group's offset, as it was before several were asked."""
    row = OffsetFetchResponsePartition(
        partition_index=0, committed_offset=offset, metadata="", error_code=Error.NONE
    )
    topic = OffsetFetchResponseTopic(name="topic", partitions=(row,))
    answer = OffsetFetchResponse(topics=(topic,))
    return Exchange(OffsetFetchRequest(group_id=group), 7, 1, answer)


def test_offsets_are_looked_at_in_every_form_and_only_those_of_the_group() -> None:
    told = committing(5, committed())
    wrong = ["lost-commit: 3 is committed of topic-0, 5 was before"]
    assert complaints(told, fetching_as_before(3, "g")) == wrong
    assert complaints(told, fetching_as_before(3, "another")) == []
    assert complaints(told, fetching(3, group="another")) == []
