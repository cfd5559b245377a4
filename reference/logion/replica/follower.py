"""The rules of a follower: where its log parts from its leader's, and what it copies.

Pure: a frozen value and functions from it to the next one. A follower that was told
whom to follow first looks for the last offset that both logs share; until then it
copies nothing. Whoever holds the log cuts it to `end_offset` when that falls (KIP-101,
KIP-279, KIP-320).

Kafka cuts a log after each answer, and asks again; here it is cut once, when the place
is found. What is left is the same.
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
    last_epoch: int
    """The term of the record before that, -1 if it knows none (KIP-595)."""


def on_told(
    rules: ReplicationRules, log: Follower, leader: BrokerId, epoch: LeaderEpoch
) -> Follower:
    """Return the follower of `leader` in `epoch`, with the log it has.

    It asks for an epoch, or copies from its end offset on.
    """
    told = replace(log, leader=leader, epoch=epoch)
    if rules.trusts_same_leader and log.leader == leader:
        return told
    if not rules.asks_leader or not log.epochs:
        return _cut(told, log.high_watermark)
    return replace(told, asked=latest_epoch(log.epochs))


def on_epoch_end(follower: Follower, end: EpochEnd) -> Follower:
    """Return the follower that got an answer to its question.

    `end` is the largest epoch up to the one asked for that the leader knows, and where
    that ends in its log; before KIP-279 it names no epoch. A leader that knows none
    leaves the follower its high watermark to go by. If only the leader knows the epoch,
    the follower asks for the one before it in its own log.
    """
    assert follower.asked is not None, "nothing was asked"
    if end.end_offset < 0:
        return _cut(follower, follower.high_watermark)
    if end.epoch == NO_LEADER_EPOCH:
        return _cut(follower, end.end_offset)
    own = end_of_epoch(follower.epochs, end.epoch, follower.end_offset)
    if own.epoch != end.epoch:
        return replace(follower, asked=own.epoch)
    return _cut(follower, min(own.end_offset, end.end_offset))


def position(follower: Follower) -> Position:
    """Return what its next fetch says: where it goes on if nothing has parted."""
    if follower.asked is None:
        return Position(follower.end_offset, latest_epoch(follower.epochs))
    end = end_of_epoch(follower.epochs, follower.asked, follower.end_offset)
    return Position(end.end_offset, follower.asked)


def on_agreed(follower: Follower) -> Follower:
    """Return the follower whose leader has all that is below its position."""
    return _cut(follower, position(follower).offset)


def on_fetched(
    follower: Follower, epochs: Epochs, end_offset: int, high_watermark: int
) -> Follower:
    """Return the follower whose log has grown to these epochs and this end.

    It takes its leader's high watermark, lower or not, as far as its log goes.
    """
    assert follower.asked is None, "nothing is copied before the logs agree"
    return replace(
        follower,
        epochs=epochs,
        end_offset=end_offset,
        high_watermark=min(high_watermark, end_offset),
    )


def on_out_of_range(follower: Follower, leader_start: int, leader_end: int) -> Follower:
    """Return the follower whose position its leader's log, as long as this, has not.

    One that is ahead ends where its leader does. One whose log ends before its leader's
    starts begins anew there (KAFKA-2143), and all below is committed (KAFKA-9491).
    Between the two it goes on: the leader has written since.
    """
    if leader_end < follower.end_offset:
        return _cut(follower, leader_end)
    if follower.end_offset < leader_start:
        return replace(
            follower, epochs=(), end_offset=leader_start, high_watermark=leader_start
        )
    return follower


def _cut(follower: Follower, end_offset: int) -> Follower:
    """Return the follower that copies from `end_offset` on, or from where it ends."""
    end = min(end_offset, follower.end_offset)
    return replace(
        follower,
        epochs=without_end(follower.epochs, end),
        end_offset=end,
        high_watermark=min(end, follower.high_watermark),
        asked=None,
    )
