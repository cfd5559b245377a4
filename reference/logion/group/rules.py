"""What the rules of classic groups go by: settings, releases, time, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Instant(NamedTuple):
    """One moment on both clocks."""

    ms: int
    """The monotonic clock: deadlines count on it."""
    time_ms: int
    """The wall clock: what is written down."""


@dataclass(frozen=True, slots=True)
class GroupRules:
    """The rules of classic groups; the defaults are those of the newest release."""

    session_timeout_min_ms: int = 6_000
    """`group.min.session.timeout.ms`."""
    session_timeout_max_ms: int = 1_800_000
    """`group.max.session.timeout.ms`."""
    initial_delay_ms: int = 3_000
    """How long an empty group waits for more members after the first one
    (`group.initial.rebalance.delay.ms`, KIP-134)."""
    size_max: int = 2**31 - 1
    """Most members (`group.max.size`, KIP-389)."""
    new_member_timeout_ms: int | None = 300_000
    """How long a new member's first JoinGroup may wait; None: as long as it takes, as
    before 2.2 (KAFKA-7610)."""
    expires_unsynced: bool = True
    """Members that do not sync within the rebalance timeout are removed, from 2.8 on
    (KAFKA-9559)."""
    keeps_empty_groups: bool = True
    """A group without members stays until its offsets are gone, from 0.10.1 on."""
    heartbeats_while_completing: bool = True
    """A heartbeat counts while the leader divides the work, from 2.6 on; before, the
    answer is REBALANCE_IN_PROGRESS."""
    refuses_heartbeats_by_state: bool = False
    """0.9 and 0.10.0 look at the group's state before they look for the member."""
    refuses_commits_by_state: bool = False
    """Until 2.3 a commit while the leader divides the work is refused before anybody
    looks who sent it."""
    requires_protocol_type: bool = True
    """A join without a type of protocol is refused, from 2.2 on; before, it is taken
    into an empty group."""
