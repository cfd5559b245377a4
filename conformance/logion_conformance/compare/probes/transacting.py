"""Whole transactions: written, ended, seen by readers, and taken over by others.

Every transaction here has the probe's own topic, so that what readers see is compared
to the last record.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, TypeAlias

from logion.protocol.errors import Error
from logion.protocol.messages.describe_transactions import DescribeTransactionsRequest
from logion.protocol.messages.list_transactions import ListTransactionsRequest

from logion_conformance.compare.probe import Ground, Probe, Script, Until
from logion_conformance.compare.probes import committed, metadata, offsets
from logion_conformance.compare.probes.batches import batch
from logion_conformance.compare.probes.fetch import fetch
from logion_conformance.compare.probes.produce import produce
from logion_conformance.compare.probes.topics import new_id
from logion_conformance.compare.probes.transactions import (
    OLD,
    add,
    add_offsets,
    commit,
    end,
)

NOT_READY = {
    Error.COORDINATOR_LOAD_IN_PROGRESS,
    Error.COORDINATOR_NOT_AVAILABLE,
    Error.NOT_COORDINATOR,
    Error.CONCURRENT_TRANSACTIONS,
    Error.NOT_ENOUGH_REPLICAS,
    Error.UNSTABLE_OFFSET_COMMIT,
}
"""What is said of what will be a little later."""

UNCOMMITTED, COMMITTED = 0, 1


class Who(NamedTuple):
    """A producer."""

    id: int
    epoch: int


Begun: TypeAlias = Generator[Any, Any, Who]


def is_ready(answer: Any) -> bool:
    """Return whether an answer is more than a request to come again."""
    return not NOT_READY & {*codes(answer)}


def codes(answer: Any) -> list[int]:
    """Return all error codes of an answer about one thing."""
    found = [getattr(answer, "error_code", 0)]
    for topic in getattr(answer, "results_by_topic_v3_and_below", ()):
        found += [it.partition_error_code for it in topic.results_by_partition]
    for topic in getattr(answer, "responses", ()):
        found += [it.error_code for it in getattr(topic, "partition_responses", ())]
    for topic in getattr(answer, "topics", ()):
        found += [it.error_code for it in topic.partitions]
    return found


def ready(request: Any, version: int | None = None) -> Until:
    """Return the step that asks until it is neither too early nor too soon."""
    return Until(request, is_ready, version)


def taken(it: Ground, **more: Any) -> Begun:
    """Take the transactional id, whoever had it; return who that makes."""
    came = yield ready(new_id(transactional_id=it.name, **more))
    return Who(came.producer_id, came.producer_epoch)


def added(it: Ground, who: Who) -> Script:
    """Add the partition as clients do."""
    version = min(it.version_of("AddPartitionsToTxn"), OLD)
    yield ready(add(it, who.id, who.epoch, topic=it.own.name), version)


def opened(it: Ground) -> Begun:
    """Begin a transaction with one record."""
    who = yield from taken(it)
    yield from added(it, who)
    yield ready(record(it, who))
    return who


def record(it: Ground, who: Who, sequence: int = 0, **more: Any) -> Any:
    """Return the append of a record in the transaction."""
    chosen: dict[str, Any] = {
        "producer_id": who.id,
        "producer_epoch": who.epoch,
        "base_sequence": sequence,
        "is_transactional": True,
    }
    data = batch(it, b"a", **(chosen | more))
    return produce(it, data, transactional_id=it.name)


def read(it: Ground, level: int = COMMITTED) -> Any:
    """Return the fetch of all of the topic."""
    return fetch(it, topic=it.own, isolation_level=level)


def is_stable(length: int) -> Callable[[Any], bool]:
    """Return whether all of so many offsets may be read; markers come later."""

    def told(answer: Any) -> bool:
        (part,) = answer.responses[0].partitions
        return bool(part.last_stable_offset == part.high_watermark == length)

    return told


def seen(it: Ground, length: int = 2) -> Script:
    """Readers of both kinds read all."""
    yield Until(read(it), is_stable(length))
    yield read(it, UNCOMMITTED)


def ended(it: Ground, *, is_commit: bool) -> Script:
    """A transaction ends; it is ended again, and in the other way."""
    who = yield from opened(it)
    yield read(it)
    yield end(it, *who, committed=is_commit)
    yield from seen(it)
    yield ready(end(it, *who, committed=is_commit))
    yield end(it, *who, committed=not is_commit)


def one_after_the_other(it: Ground) -> Script:
    """Three transactions of one producer; the second is aborted."""
    who = yield from taken(it)
    for number in range(3):
        yield from added(it, who)
        has_epoch = number and it.api == "EndTxn" and it.version >= 5
        yield ready(record(it, who, 0 if has_epoch else number))
        came = yield ready(end(it, *who, committed=number != 1))
        if it.api == "EndTxn" and it.version >= 5:
            who = Who(came.producer_id, came.producer_epoch)
    yield from seen(it, 6)


def by_zombies(it: Ground) -> Script:
    """Another producer takes over: what was open is aborted, and its owner fenced."""
    who = yield from opened(it)
    other = yield from taken(it)
    yield from seen(it)
    yield end(it, *who)
    yield from added(it, other)
    yield end(it, *who)
    yield end(it, who.id, other.epoch + 1)
    yield end(it, who.id + 1_000, other.epoch)
    yield record(it, who, 1)
    yield ready(end(it, *other))


def wrong_additions_of_zombies(it: Ground) -> Script:
    """Who is fenced adds nothing."""
    who = yield from taken(it)
    other = yield from taken(it)
    yield add(it, *who, topic=it.own.name)
    yield add(it, other.id, other.epoch + 1, topic=it.own.name)
    yield add(it, *other, topic=it.own.name)
    yield ready(add(it, *other, topic=it.own.name))


def wrong_offsets_of_zombies(it: Ground) -> Script:
    """Who is fenced adds no offsets."""
    who = yield from taken(it)
    other = yield from taken(it)
    yield add_offsets(it, *who)
    yield add_offsets(it, other.id, other.epoch + 1)
    yield add_offsets(it, other.id + 1_000, other.epoch)
    yield ready(add_offsets(it, *other))


def known_again(it: Ground) -> Script:
    """A producer that knows its id and epoch gets the next (KIP-360)."""
    who = yield from taken(it)
    later = yield from taken(it, producer_id=who.id, producer_epoch=who.epoch)
    asked = new_id(transactional_id=it.name, producer_id=who.id)
    yield ready(asked)
    for number, epoch in (
        (later.id, later.epoch),
        (later.id, later.epoch + 5),
        (who.id, who.epoch),
        (later.id + 1_000, later.epoch),
        (later.id, -1),
        (-1, 3),
    ):
        yield ready(
            new_id(transactional_id=it.name, producer_id=number, producer_epoch=epoch)
        )


def offsets_of(it: Ground, *, is_commit: bool) -> Script:
    """Offsets of a transaction are not told before it ends."""
    who = yield from taken(it)
    yield ready(add_offsets(it, *who))
    yield ready(commit(it, *who))
    yield committed.fetch(it, it.standing, 0)
    yield ready(end(it, *who, committed=is_commit))
    wanted = 1 if is_commit else -1
    yield Until(committed.fetch(it, it.standing, 0), has_offset(wanted))


def has_offset(wanted: int) -> Callable[[Any], bool]:
    """Return whether an answer tells of this offset."""

    def told(answer: Any) -> bool:
        topics = [*answer.topics, *(it for each in answer.groups for it in each.topics)]
        return any(it.committed_offset == wanted for t in topics for it in t.partitions)

    return told


def offsets_of_zombies(it: Ground) -> Script:
    """Who is fenced commits no offsets; nor does who has not added the group."""
    who = yield from taken(it)
    yield commit(it, *who)
    other = yield from taken(it)
    yield ready(add_offsets(it, *other))
    yield commit(it, *who)
    yield commit(it, other.id, other.epoch + 1)
    yield ready(commit(it, *other))
    yield commit(it, *other, generation_id=3, member_id="m")
    yield commit(it, *other, group_instance_id="i", generation_id=3, member_id="m")
    yield ready(end(it, *other))


def not_added(it: Ground) -> Script:
    """A record comes for a partition that was not added."""
    who = yield from taken(it)
    yield ready(record(it, who))
    yield read(it)


def of_another(it: Ground) -> Script:
    """Records of other epochs, of no transaction and out of order, in an open one."""
    who = yield from opened(it)
    yield record(it, Who(who.id + 1_000, who.epoch))
    yield record(it, who, 1, is_transactional=False)
    yield record(it, who, 7)
    yield record(it, who, 1)
    yield record(it, Who(who.id, who.epoch + 1))
    yield read(it)


def of_nobody(it: Ground) -> Script:
    """A transactional record of a producer that nobody knows."""
    yield record(it, Who(123_456, 0))


def told_of(it: Ground) -> Script:
    """A transaction is described while it is open, and when it has ended."""
    who = yield from opened(it)
    asked = DescribeTransactionsRequest(transactional_ids=(it.name,))
    yield asked
    yield ready(end(it, *who))
    yield Until(asked, is_complete)


def is_complete(answer: Any) -> bool:
    """Return whether a transaction that is described has come to its end."""
    return "Complete" in answer.transaction_states[0].transaction_state


def listed(it: Ground) -> Script:
    """A transaction is listed by its producer and its state."""
    who = yield from opened(it)
    for states in ((), ("Ongoing",), ("Empty",), ("Ongoing", "Nonsense")):
        yield ListTransactionsRequest(
            state_filters=states, producer_id_filters=(who.id,)
        )


def producers(it: Ground) -> Script:
    """A producer is told of while its transaction is open, and afterwards."""
    who = yield from opened(it)
    yield metadata.producers(it.own.name, 0)
    yield ready(end(it, *who))
    yield Until(read(it), is_stable(2))
    yield metadata.producers(it.own.name, 0)


def ends_of_log(it: Ground) -> Script:
    """The end of what may be read is where the first open transaction begins."""
    who = yield from opened(it)
    for level in (UNCOMMITTED, COMMITTED):
        yield offsets.offsets(it, -1, name=it.own.name, isolation_level=level)
    yield ready(end(it, *who))
    yield from seen(it)
    yield offsets.offsets(it, -1, name=it.own.name, isolation_level=COMMITTED)


def _probe(
    api: str, way: str, script: Callable[[Ground], Script], **more: Any
) -> Probe:
    needs = ("InitProducerId", "AddPartitionsToTxn", "AddOffsetsToTxn", "EndTxn")
    return Probe(api, way, script, needs_topic=True, needs=needs, **more)


PROBES = (
    _probe("EndTxn", "committed", lambda it: ended(it, is_commit=True)),
    _probe("EndTxn", "aborted", lambda it: ended(it, is_commit=False)),
    _probe("EndTxn", "one-after-the-other", one_after_the_other),
    _probe("EndTxn", "by-zombies", by_zombies),
    _probe("InitProducerId", "known-again", known_again, first=3),
    _probe("AddPartitionsToTxn", "by-zombies", wrong_additions_of_zombies, last=OLD),
    _probe("AddOffsetsToTxn", "by-zombies", wrong_offsets_of_zombies),
    _probe("TxnOffsetCommit", "committed", lambda it: offsets_of(it, is_commit=True)),
    _probe("TxnOffsetCommit", "aborted", lambda it: offsets_of(it, is_commit=False)),
    _probe("TxnOffsetCommit", "by-zombies", offsets_of_zombies),
    _probe("Produce", "transaction-not-added", not_added, first=3),
    _probe("Produce", "transaction-of-another", of_another, first=3),
    _probe("Produce", "transaction-of-nobody", of_nobody, first=3),
    _probe("Fetch", "transaction", lambda it: ended(it, is_commit=False), first=4),
    _probe("ListOffsets", "transaction", ends_of_log, first=2),
    _probe("DescribeTransactions", "told-of", told_of),
    _probe("ListTransactions", "listed", listed),
    _probe("DescribeProducers", "transaction", producers),
)
