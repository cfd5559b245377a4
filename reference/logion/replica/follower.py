"""The rules of a follower: where its log parts from its leader's, and what it copies.

Pure: a frozen value and functions from it to the next one. A follower that was told of
another leader first looks for the last offset that both logs share; until then it
copies nothing. Whoever holds the log truncates it to `end_offset` when that falls, and
begins it anew where it jumps (KIP-101, KIP-279, KIP-320, KIP-595).

Kafka truncates after each answer, and asks again; here it is done once, when the place
is found. What is left is the same, but for a replica that is elected before that: it
has its whole log still (`docs/deviations.md`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from logion.log.epochs import (
    EpochEnd,
    Epochs,
    end_of_epoch,
    latest_epoch,
    without_end,
)
from logion.names import NO_LEADER_EPOCH, BrokerId, LeaderEpoch
from logion.replica.rules import ReplicationRules


@dataclass(frozen=True, slots=True)
class Follower:
    """What the follower of one partition knows."""

    leader: BrokerId
    """Whom it follows."""
    epoch: LeaderEpoch
    """Its leader's term."""
    epochs: Epochs
    """The terms in its log."""
    start_offset: int
    """Where its log starts."""
    end_offset: int
    """Where its log ends, or has to."""
    high_watermark: int
    """Every record below it is committed, as far as it was told."""
    asked: int | None = None
    """The epoch whose end it asks its leader for; None once it copies."""


class Position(NamedTuple):
    """What a follower's fetch says of its log."""

    offset: int
    """Where it goes on."""
    last_fetched_epoch: int
    """The term of the record before that, -1 if it knows none (KIP-595)."""


def on_leader_changed(
    rules: ReplicationRules, follower: Follower, leader: BrokerId, epoch: LeaderEpoch
) -> Follower:
    """Return the replica as a follower of `leader` in `epoch`, with the log it has.

    It asks for an epoch, or copies from its end offset on.
    """
    told = replace(follower, leader=leader, epoch=epoch)
    if rules.trusts_same_leader and follower.leader == leader:
        return told
    if not rules.asks_leader or not follower.epochs:
        return _truncated(told, follower.high_watermark)
    return replace(told, asked=latest_epoch(follower.epochs))


def on_epoch_end(follower: Follower, end: EpochEnd) -> Follower:
    """Return the follower that was told where an epoch ends in its leader's log.

    `end` is the largest epoch that the leader knows, up to the one asked for, or up to
    the last of the follower's log where a fetch shows that it has parted. Before
    KIP-279 it names no epoch. If it is unknown, as the answer to a request of its own
    may say, the follower has its high watermark to go by. If only the leader knows the
    epoch, the follower asks for the one before it in its own log.
    """
    if end.end_offset < 0:
        return _truncated(follower, follower.high_watermark)
    if end.epoch == NO_LEADER_EPOCH or end.epoch > latest_epoch(follower.epochs):
        return _truncated(follower, end.end_offset)
    own = end_of_epoch(follower.epochs, end.epoch, follower.end_offset)
    if own.epoch != end.epoch:
        return replace(follower, asked=own.epoch)
    return _truncated(follower, min(own.end_offset, end.end_offset))


def position(follower: Follower) -> Position:
    """Return what its next fetch says: where it goes on if nothing has parted."""
    if follower.asked is None:
        return Position(follower.end_offset, latest_epoch(follower.epochs))
    end = end_of_epoch(follower.epochs, follower.asked, follower.end_offset)
    return Position(end.end_offset, follower.asked)


def on_agreed(follower: Follower) -> Follower:
    """Return the follower whose leader has all that is below its position."""
    return _truncated(follower, position(follower).offset)


def on_fetched(
    follower: Follower, epochs: Epochs, end_offset: int, high_watermark: int
) -> Follower:
    """Return the follower whose log has grown to these epochs and this end.

    It takes its leader's high watermark, lower or not, as far as it is in its log.
    """
    assert follower.asked is None, "nothing is copied before the logs agree"
    return replace(
        follower,
        epochs=epochs,
        end_offset=end_offset,
        high_watermark=max(follower.start_offset, min(high_watermark, end_offset)),
    )


def on_out_of_range(follower: Follower, leader_start: int, leader_end: int) -> Follower:
    """Return the follower whose position is not in its leader's log, which is so long.

    One that is ahead ends where its leader does. One that is behind the leader's start
    begins anew there, and all below is committed (KAFKA-9491). Between the two it goes
    on: the leader has written since (KAFKA-2143).
    """
    offset = position(follower).offset
    if leader_end < offset:
        return _truncated(follower, leader_end)
    if offset < leader_start:
        return replace(
            follower,
            epochs=(),
            start_offset=leader_start,
            end_offset=leader_start,
            high_watermark=leader_start,
            asked=None,
        )
    return follower


def _truncated(follower: Follower, end_offset: int) -> Follower:
    """Return the follower that copies from `end_offset` on, or from where it ends."""
    end = min(end_offset, follower.end_offset)
    return replace(
        follower,
        epochs=without_end(follower.epochs, end),
        start_offset=min(end, follower.start_offset),
        end_offset=end,
        high_watermark=min(end, follower.high_watermark),
        asked=None,
    )
