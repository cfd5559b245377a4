"""Committing offsets, reading them, and forgetting them.

Source: Kafka documentation, "Consumers" and `offsets.retention.minutes`; KIP-211,
KIP-447, KIP-496.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping

from logion.group.cell import GroupCell
from logion.group.classic.membership import on_commit, transactional_error
from logion.group.classic.state import ClassicGroup, State
from logion.group.classic.steps import Sender
from logion.group.consumer.committing import EPOCH_VERSION, check_fetch
from logion.group.consumer.subscriptions import names_of_all
from logion.group.coordinator import GroupCoordinator
from logion.group.offsets import CommittedOffset, Retention, expired
from logion.group.records import group_key, offset_key, offset_value
from logion.group.shard import Committer, Shard, commit_error
from logion.group.subscription import subscribed_topics
from logion.names import TopicPartition
from logion.protocol.embedded import CONSUMER
from logion.protocol.errors import ApiError, Error
from logion.replica.records import KeyValue

log = logging.getLogger(__name__)

NOBODY = Sender("", -1)
"""Who commits without being a member."""


async def commit(
    groups: GroupCoordinator,
    group_id: str,
    sender: Sender,
    offsets: Mapping[TopicPartition, CommittedOffset],
    version: int = 0,
) -> Error:
    """Write offsets down, all or none; return why none was.

    `version` is the one of the request. Raises ApiError as
    `Shards.of` does, and as `check_commit` of consumer groups does.
    """
    shard, cell = groups.find(group_id)
    if cell is None:
        if sender.generation >= 0:
            return Error.ILLEGAL_GENERATION
        cell = GroupCell(group_id)
    error = _commit_error(groups, cell, sender, offsets, version)
    if error is not Error.NONE or not offsets:
        return error
    try:
        records = _commit_records(groups, group_id, offsets)
        end_offset = shard.commit(group_id, offsets, records, groups.time_ms)
    except ApiError as problem:
        log.error("%s: a commit cannot be written: %s", shard.name, problem)
        return commit_error(problem.error)
    error = await shard.committed(end_offset)
    shard.settle()
    return commit_error(error)


async def commit_in_transaction(
    groups: GroupCoordinator,
    group_id: str,
    sender: Sender,
    offsets: Mapping[TopicPartition, CommittedOffset],
    committer: Committer,
) -> Error:
    """Write offsets down, all or none, that count if the transaction is committed.

    Returns why none was. Raises ApiError as `Shards.of` does.
    """
    shard, cell = groups.find(group_id)
    if cell is None and sender.generation >= 0:
        return Error.ILLEGAL_GENERATION
    cell = GroupCell(group_id) if cell is None else cell
    error = _transactional_error(groups, cell, sender, offsets)
    if error is not Error.NONE or not offsets:
        return error
    try:
        records = _commit_records(groups, group_id, offsets)
        end_offset = shard.append(records, groups.time_ms, committer)
    except ApiError as problem:
        log.error("%s: a commit cannot be written: %s", shard.name, problem)
        return commit_error(problem.error)
    shard.cell(group_id)  # it is there from now on, whatever becomes of the offsets
    shard.pending.open.add(committer.id, group_id, offsets, end_offset)
    return commit_error(await shard.committed(end_offset))


def _commit_error(
    groups: GroupCoordinator,
    cell: GroupCell,
    sender: Sender,
    offsets: Iterable[TopicPartition],
    version: int,
) -> Error:
    """Return why a sender may not commit; NONE if it may, and it lives if a member."""
    if cell.consumer is not None:
        groups.check_consumer_commit(cell.consumer, sender, offsets, version)
        return Error.NONE
    step = on_commit(cell.classic, sender, groups.settings.rules, groups.now)
    cell.classic = step.group
    return step.error


def _transactional_error(
    groups: GroupCoordinator,
    cell: GroupCell,
    sender: Sender,
    offsets: Iterable[TopicPartition],
) -> Error:
    """Return why a sender may not commit in a transaction; NONE if it may.

    Before KIP-447 producers did not say for whom: the transaction alone fences them.
    """
    if sender == NOBODY:
        return Error.NONE
    if cell.consumer is None:
        return transactional_error(cell.classic, sender)
    try:
        groups.check_consumer_commit(cell.consumer, sender, offsets, EPOCH_VERSION)
    except ApiError as refusal:
        is_stale = refusal.error is Error.STALE_MEMBER_EPOCH
        return Error.ILLEGAL_GENERATION if is_stale else refusal.error
    return Error.NONE


def _commit_records(
    groups: GroupCoordinator,
    group_id: str,
    offsets: Mapping[TopicPartition, CommittedOffset],
) -> list[KeyValue]:
    versions = groups.settings.versions
    return [
        (
            offset_key(group_id, partition, versions.offset_key),
            offset_value(committed, versions.offset),
        )
        for partition, committed in offsets.items()
    ]


def committed_offsets(
    groups: GroupCoordinator,
    group_id: str,
    member_id: str | None = None,
    epoch: int = -1,
) -> Mapping[TopicPartition, CommittedOffset]:
    """Return what a group has committed, whatever state it is in.

    A member of a consumer group says who it is. Raises ApiError as
    `Shards.of` does, and as `check_fetch` of consumer groups does.
    """
    shard = groups.shards.of(group_id)
    shard.settle()
    cell = shard.cells.get(group_id)
    if cell is not None and cell.consumer is not None:
        check_fetch(cell.consumer, member_id, epoch)
    return {} if cell is None else cell.offsets


def unstable_offsets(
    groups: GroupCoordinator, group_id: str
) -> Collection[TopicPartition]:
    """Return the partitions of which an open transaction commits offsets (KIP-447).

    Raises ApiError as `Shards.of` does.
    """
    shard = groups.shards.of(group_id)
    shard.settle()
    return shard.pending.open.of_group(group_id)


def delete_offsets(
    groups: GroupCoordinator, group_id: str, partitions: Iterable[TopicPartition]
) -> dict[TopicPartition, Error]:
    """Forget offsets that no member reads on from (KIP-496); return each one's error.

    Raises ApiError: NON_EMPTY_GROUP for a group whose members' topics nobody can tell,
    what `GroupCoordinator.known` raises, and why it cannot be written: then nothing is
    forgotten.
    """
    shard, cell = groups.known(group_id)
    if cell.consumer is not None:
        kept: Collection[str] | None = names_of_all(cell.consumer)
    else:
        kept = _topics_in_use(cell.classic)
    answers = {
        it: Error.GROUP_SUBSCRIBED_TO_TOPIC
        if kept is None or it.topic in kept
        else Error.NONE
        for it in partitions
    }
    deleted = [it for it, error in answers.items() if error is Error.NONE]
    _forget(groups, shard, cell, deleted)
    if not groups.settings.keeps_unused_groups:
        _tidy(groups, shard, cell)
    return answers


def _topics_in_use(group: ClassicGroup) -> Collection[str] | None:
    """Return the topics that members read, None if it may be any.

    Raises ApiError NON_EMPTY_GROUP for members that are no consumers.
    """
    if group.state is State.EMPTY:
        return ()
    if group.protocol_type != CONSUMER:
        text = f"group {group.id!r} is {group.state.value} and not of consumers"
        raise ApiError(Error.NON_EMPTY_GROUP, text)
    return subscribed_topics(group)


def delete_group(groups: GroupCoordinator, group_id: str) -> None:
    """Forget a group without members, and its offsets.

    Raises ApiError: NON_EMPTY_GROUP, what `GroupCoordinator.known` raises, and why it
    cannot be written: then the group stays.
    """
    shard, cell = groups.known(group_id)
    state = cell.classic.state.value
    if cell.consumer is not None:
        state = cell.consumer.state.value
    if state != State.EMPTY.value:
        text = f"group {group_id!r} is {state}"
        raise ApiError(Error.NON_EMPTY_GROUP, text)
    _forget(groups, shard, cell, _all_partitions(shard, cell))
    _end_if_unused(groups, shard, cell)


def _all_partitions(shard: Shard, cell: GroupCell) -> list[TopicPartition]:
    """Return the partitions with offsets of a group, in open transactions too."""
    return list(dict.fromkeys([*cell.offsets, *shard.pending.open.of_group(cell.id)]))


def forget_topics(groups: GroupCoordinator, topics: Collection[str]) -> None:
    """Forget what was committed for topics that were deleted."""
    for shard, cell in groups.cells():
        gone = [it for it in _all_partitions(shard, cell) if it.topic in topics]
        if gone:
            _tidy(groups, shard, cell, gone)


def expire_offsets(groups: GroupCoordinator) -> int:
    """Forget the offsets that are too old, and groups that have nothing left.

    Return how many offsets that were.
    """
    count = 0
    for shard, cell in groups.cells():
        retention = _retention(cell, groups.settings.retention_ms)
        old = [] if retention is None else _expired(groups, shard, cell, retention)
        if _tidy(groups, shard, cell, old):
            count += len(old)
    return count


def _expired(
    groups: GroupCoordinator, shard: Shard, cell: GroupCell, retention: Retention
) -> Collection[TopicPartition]:
    """Return the partitions whose offsets are too old, and no newer one on its way."""
    old = expired(cell.offsets, retention, groups.now.time_ms)
    return [it for it in old if not shard.pending.has(cell.id, it)]


def _retention(cell: GroupCell, duration_ms: int) -> Retention | None:
    """Return how long the offsets of a group are kept, None for as long as it lives.

    Those of a group count from when it became empty, those of a consumer that is in no
    group from each commit; a stable group of consumers keeps what it reads (KIP-211),
    and a consumer group does always.
    """
    if cell.consumer is not None:
        return Retention(duration_ms, kept_topics=names_of_all(cell.consumer))
    group = cell.classic
    if group.protocol_type is None:
        return Retention(duration_ms)
    if group.state is State.EMPTY:
        return Retention(duration_ms, None if group.since_ms < 0 else group.since_ms)
    topics = subscribed_topics(group)
    if group.state is State.STABLE and topics is not None:
        return Retention(duration_ms, kept_topics=topics)
    return None


def _forget(
    groups: GroupCoordinator,
    shard: Shard,
    cell: GroupCell,
    partitions: Collection[TopicPartition],
) -> None:
    """Write that offsets are forgotten, then forget them.

    Raises ApiError, and nothing has changed, if that cannot be written.
    """
    version = groups.settings.versions.offset_key
    known = set(_all_partitions(shard, cell))
    gone = [it for it in partitions if it in known]
    _write_tombstones(groups, shard, [offset_key(cell.id, it, version) for it in gone])
    for it in gone:
        cell.offsets.pop(it, None)
    shard.pending.drop(cell.id, gone)


def _end_if_unused(groups: GroupCoordinator, shard: Shard, cell: GroupCell) -> None:
    """Forget a group that has neither members nor offsets.

    Raises ApiError, and the group stays, if that cannot be written.
    """
    group = cell.classic
    is_used = group.state is not State.EMPTY or group.pending
    if is_used or _all_partitions(shard, cell):
        return
    if cell.consumer is not None and cell.consumer.members:
        return
    groups.end_consumer_group(shard, cell)
    if group.generation:  # else it was never written
        _write_tombstones(groups, shard, [group_key(cell.id)])
    shard.cells.pop(cell.id, None)


def _tidy(
    groups: GroupCoordinator,
    shard: Shard,
    cell: GroupCell,
    partitions: Collection[TopicPartition] = (),
) -> bool:
    """Forget offsets, and the group if nothing is left; nobody waits for it.

    Returns False, and what could not be written is still there for the next time.
    """
    try:
        _forget(groups, shard, cell, partitions)
        _end_if_unused(groups, shard, cell)
    except ApiError as problem:
        log.error("%s: tombstones cannot be written: %s", shard.name, problem)
        return False
    return True


def _write_tombstones(
    groups: GroupCoordinator, shard: Shard, keys: Collection[bytes]
) -> None:
    if keys:
        shard.append_of_group([(key, None) for key in keys], groups.now.time_ms)
