"""The rules of a partition's leader: what is in sync, and what is committed.

Pure: a frozen value and functions from it to the next one. The high watermark is the
smallest log end offset in the ISR and never goes back (documentation, "Replication":
a message is committed once every in-sync replica has it; only committed messages are
given to consumers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from logion.names import NO_LEADER_EPOCH, BrokerId, LeaderEpoch
from logion.protocol.errors import Error


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
    epoch_start_offset: int
    """Where its log ended when its term began."""
    partition_epoch: int
    """Which state of the partition that is: each has a later one (KIP-497)."""
    proposed: frozenset[BrokerId] = frozenset()
    """The ISR that it has asked for, empty if for none: its members count as well, for
    they may be in it already (KIP-497)."""


def on_elected(
    broker: BrokerId,
    epoch: LeaderEpoch,
    isr: frozenset[BrokerId],
    *,
    end_offset: int,
    high_watermark: int,
    partition_epoch: int = 0,
) -> Leader:
    """Return the state of a leader that begins its term with the log it has."""
    assert broker in isr, f"leader {broker} is not in its ISR {sorted(isr)}"
    leader = Leader(
        broker,
        epoch,
        isr,
        end_offsets={broker: end_offset},
        high_watermark=high_watermark,
        epoch_start_offset=end_offset,
        partition_epoch=partition_epoch,
    )
    return _with(leader, leader.end_offsets)


def on_append(leader: Leader, end_offset: int) -> Leader:
    """Return the leader after its own log has grown to `end_offset`."""
    return _with(leader, {**leader.end_offsets, leader.broker: end_offset})


def on_follower_fetch(leader: Leader, follower: BrokerId, offset: int) -> Leader:
    """Return the leader after `follower` asked for `offset`: it has all below it."""
    return _with(leader, {**leader.end_offsets, follower: offset})


def on_isr_proposed(leader: Leader, isr: frozenset[BrokerId]) -> Leader:
    """Return the leader that has asked for another ISR: one at a time."""
    assert not leader.proposed, f"{sorted(leader.proposed)} is proposed already"
    return replace(leader, proposed=isr)


def on_isr_refused(leader: Leader) -> Leader:
    """Return the leader whose proposal the controller has refused for good.

    It has INELIGIBLE_REPLICA or OPERATION_NOT_ATTEMPTED for an answer; after others the
    proposal may have been taken all the same, and counts.
    """
    return _with(replace(leader, proposed=frozenset()), leader.end_offsets)


def on_isr_changed(
    leader: Leader, isr: frozenset[BrokerId], partition_epoch: int
) -> Leader:
    """Return the leader with the ISR that the controller confirmed.

    One that is not newer than its own comes late, and changes nothing. With a newer one
    what it has proposed is void: the controller refuses proposals to change an older.
    """
    assert leader.broker in isr, f"leader {leader.broker} left its ISR {sorted(isr)}"
    if partition_epoch <= leader.partition_epoch:
        return leader
    changed = replace(
        leader, isr=isr, partition_epoch=partition_epoch, proposed=frozenset()
    )
    return _with(changed, leader.end_offsets)


def fault_of_epoch(leader: Leader, named: int) -> Error | None:
    """Return what is wrong with the leader epoch that a client or follower names.

    It has to be the leader's own (KIP-320); those of old releases name none.
    """
    if named in (NO_LEADER_EPOCH, leader.epoch):
        return None
    if named < leader.epoch:
        return Error.FENCED_LEADER_EPOCH
    return Error.UNKNOWN_LEADER_EPOCH


def has_enough_in_sync(leader: Leader, min_in_sync: int) -> bool:
    """Tell whether a write with acks=-1 may be taken (`min.insync.replicas`)."""
    return len(leader.isr) >= min_in_sync


def copies(leader: Leader, end_offset: int) -> int:
    """Return how many replicas in sync have every record below `end_offset`."""
    return sum(leader.end_offsets.get(it, 0) >= end_offset for it in leader.isr)


def _with(leader: Leader, end_offsets: Mapping[BrokerId, int]) -> Leader:
    """Return the leader with these, and with the high watermark that they allow."""
    counted = leader.isr | leader.proposed if leader.proposed else leader.isr
    committed = min([end_offsets.get(broker, 0) for broker in counted])
    return Leader(
        leader.broker,
        leader.epoch,
        leader.isr,
        end_offsets,
        max(leader.high_watermark, committed),
        leader.epoch_start_offset,
        leader.partition_epoch,
        leader.proposed,
    )
