"""The rules of a partition's leader: what is in sync, and what is committed.

Pure: a frozen value and functions from it to the next one. The high watermark is the
smallest log end offset in the ISR and never goes back (documentation, "Replication":
a message is committed once every in-sync replica has it; only committed messages are
given to consumers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from logion.names import BrokerId, LeaderEpoch


@dataclass(frozen=True, slots=True)
class Leader:
    """What the leader of one partition knows."""

    broker: BrokerId
    """The leader itself."""
    epoch: LeaderEpoch
    """Its term."""
    isr: frozenset[BrokerId]
    """Replicas that count for commitment, the leader among them."""
    end_offsets: Mapping[BrokerId, int]
    """Log end offset of each replica, the leader's included, as far as it is known."""
    high_watermark: int
    """Every record below it is committed."""


def on_elected(
    broker: BrokerId,
    epoch: LeaderEpoch,
    isr: frozenset[BrokerId],
    *,
    end_offset: int,
    high_watermark: int,
) -> Leader:
    """Return the state of a leader that begins its term with the log it has."""
    assert broker in isr, f"leader {broker} is not in its ISR {sorted(isr)}"
    leader = Leader(broker, epoch, isr, {broker: end_offset}, high_watermark)
    return _with(leader, isr, leader.end_offsets)


def on_append(leader: Leader, end_offset: int) -> Leader:
    """Return the leader after its own log has grown to `end_offset`."""
    return _with(leader, leader.isr, {**leader.end_offsets, leader.broker: end_offset})


def on_follower_fetch(leader: Leader, follower: BrokerId, offset: int) -> Leader:
    """Return the leader after `follower` asked for `offset`: it has all below it."""
    return _with(leader, leader.isr, {**leader.end_offsets, follower: offset})


def on_isr_changed(leader: Leader, isr: frozenset[BrokerId]) -> Leader:
    """Return the leader with the ISR that the controller confirmed."""
    assert leader.broker in isr, f"leader {leader.broker} left its ISR {sorted(isr)}"
    return _with(leader, isr, leader.end_offsets)


def has_enough_in_sync(leader: Leader, min_in_sync: int) -> bool:
    """Tell whether a write with acks=-1 may be taken (`min.insync.replicas`)."""
    return len(leader.isr) >= min_in_sync


def copies(leader: Leader, end_offset: int) -> int:
    """Return how many replicas in sync have every record below `end_offset`."""
    return sum(leader.end_offsets.get(it, 0) >= end_offset for it in leader.isr)


def _with(
    leader: Leader, isr: frozenset[BrokerId], end_offsets: Mapping[BrokerId, int]
) -> Leader:
    """Return the leader with these, and with the high watermark that they allow."""
    committed = min([end_offsets.get(broker, 0) for broker in isr])
    high_watermark = max(leader.high_watermark, committed)
    return Leader(leader.broker, leader.epoch, isr, end_offsets, high_watermark)
