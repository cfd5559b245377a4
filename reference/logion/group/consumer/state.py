"""A consumer group and its members, as values.

Three things are told apart: what a member *has* (`Member.assigned`), what it is
*giving up* (`Member.revoking`) and what it *shall have* (`ConsumerGroup.targets`).
The epoch of the group numbers its membership and subscriptions, that of the target
says for which of them it was made, that of a member how far the member has come.

Source: KIP-848, "Group Coordinator" and "Assignment Process".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, TypeVar

from logion.cluster.image import ClusterImage
from logion.group.classic.state import ClassicGroup
from logion.names import Uuid
from logion.protocol.messages.group_records import ClassicMemberMetadata, TopicMetadata

JOIN_EPOCH = 0
"""Epoch by which a member says that it joins, or joins again."""

LEAVE_EPOCH = -1
"""Epoch by which a member says that it leaves for good."""

LEAVE_FOR_A_WHILE_EPOCH = -2
"""Epoch by which a static member says that it leaves and will be back."""

NO_TARGET_EPOCH = -1
"""Epoch of the target of a group that is being deleted."""

K = TypeVar("K")
V = TypeVar("V")


class TopicIdPartition(NamedTuple):
    """One partition of the topic with this id."""

    topic_id: Uuid
    partition: int


Assignment: TypeAlias = frozenset[TopicIdPartition]
"""Partitions of one member."""

Epochs: TypeAlias = Mapping[TopicIdPartition, int]
"""Partitions of one member, each with the epoch in which the member got it."""


class MemberState(IntEnum):
    """What stands between a member and its target, by the number in its record."""

    STABLE = 0
    """Nothing: it has what it shall have, or has not been told of the new target."""
    UNREVOKED_PARTITIONS = 1
    """Partitions that it has to give up first."""
    UNRELEASED_PARTITIONS = 2
    """Partitions that others have to give up."""
    UNKNOWN = 127
    """Something that a later release has written."""


class GroupState(Enum):
    """What a group is doing, in the words of the protocol."""

    EMPTY = "Empty"
    ASSIGNING = "Assigning"
    RECONCILING = "Reconciling"
    STABLE = "Stable"
    DEAD = "Dead"


def nothing() -> Mapping[K, V]:
    """Return an empty mapping that nobody can fill."""
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Member:
    """A member: who it is, what it wants and what it has."""

    member_id: str
    epoch: int = JOIN_EPOCH
    """How far it has come; -2 for a static member that has left for a while."""
    previous_epoch: int = -1
    """Epoch it had before: the answer that told it of the present one may be lost."""
    state: MemberState = MemberState.STABLE
    instance_id: str | None = None
    """Its `group.instance.id`; None if it is not static (KIP-345)."""
    rack_id: str | None = None
    rebalance_timeout_ms: int = -1
    """How long it may take to give partitions up."""
    client_id: str = ""
    client_host: str = ""
    topic_names: frozenset[str] = frozenset()
    """Topics it subscribes to by name."""
    topic_pattern: str = ""
    """Pattern of the topics it subscribes to, empty if it gave none."""
    server_assignor: str | None = None
    """Assignor it would like; None if it does not mind."""
    assigned: Epochs = field(default_factory=nothing)
    """Partitions it may read."""
    revoking: Epochs = field(default_factory=nothing)
    """Partitions it must give up before it moves on."""
    classic: ClassicMemberMetadata | None = None
    """What is known of it besides if it speaks the classic protocol, else None."""

    def is_reconciled_to(self, epoch: int) -> bool:
        """Tell whether it has reached this epoch and waits for nothing."""
        return self.state is MemberState.STABLE and self.epoch == epoch


class ResolvedPattern(NamedTuple):
    """The topics that match a pattern, and when they were looked for."""

    topics: frozenset[str]
    version: int = 0
    """Version of the cluster's metadata; this broker always writes 0."""
    timestamp: int = 0
    """In ms since 1970."""


class Deadline(Enum):
    """What ends a member if it is not done in time."""

    SESSION = "the member session expired"
    REBALANCE = "the member did not give up its partitions in time"
    JOIN = "the classic member failed to join within the rebalance timeout"
    SYNC = "the member failed to sync within timeout"


class Timer(NamedTuple):
    """One deadline of one member."""

    kind: Deadline
    member_id: str


@dataclass(frozen=True, slots=True)
class ConsumerGroup:
    """A group as its coordinator sees it; a rule returns the next one."""

    group_id: str
    epoch: int = 0
    """Version of its members and subscriptions."""
    members: Mapping[str, Member] = field(default_factory=nothing)
    """By member id."""
    static_members: Mapping[str, str] = field(default_factory=nothing)
    """Member id of each static member, by `group.instance.id`."""
    target_epoch: int = 0
    """Group epoch for which the target was made."""
    target_at_ms: int = 0
    """When it was made, in ms since 1970; 0 if that is not known."""
    targets: Mapping[str, Assignment] = field(default_factory=nothing)
    """What each member shall have, by member id."""
    patterns: Mapping[str, ResolvedPattern] = field(default_factory=nothing)
    """Patterns that members subscribe to."""
    metadata_hash: int = 0
    """Stands for the topics it subscribes to as last seen (4.1 and later)."""
    topics_seen: tuple[TopicMetadata, ...] | None = None
    """Those topics themselves, None if no record holds them (before 4.1)."""
    timers: Mapping[Timer, int] = field(default_factory=nothing, compare=False)
    """When which deadline ends, on the monotonic clock. No record holds them."""
    image_seen: ClusterImage | None = field(default=None, compare=False, repr=False)
    """The cluster when the subscriptions were last held against it."""

    def static_member(self, instance_id: str) -> Member | None:
        """Return the member with this `group.instance.id`, None if there is none."""
        member_id = self.static_members.get(instance_id)
        return None if member_id is None else self.members[member_id]

    def target_of(self, member_id: str) -> Assignment:
        """Return what a member shall have; nothing if there is no such member."""
        return self.targets.get(member_id, frozenset())

    @property
    def state(self) -> GroupState:
        """Return what the group is doing."""
        if not self.members:
            return GroupState.EMPTY
        if self.epoch > self.target_epoch:
            return GroupState.ASSIGNING
        done = (it.is_reconciled_to(self.target_epoch) for it in self.members.values())
        return GroupState.STABLE if all(done) else GroupState.RECONCILING


class Migration(NamedTuple):
    """Whether a group may change its protocol (`group.consumer.migration.policy`)."""

    upgrades: bool
    """From classic to consumer."""
    downgrades: bool
    """From consumer to classic."""


MIGRATIONS: Mapping[str, Migration] = MappingProxyType(
    {
        "disabled": Migration(upgrades=False, downgrades=False),
        "upgrade": Migration(upgrades=True, downgrades=False),
        "downgrade": Migration(upgrades=False, downgrades=True),
        "bidirectional": Migration(upgrades=True, downgrades=True),
    }
)
"""By the setting's value in lower case."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a broker is configured to do; the defaults are those of Kafka 4.3."""

    session_timeout_ms: int = 45_000
    """A member is removed if it is silent for so long."""
    heartbeat_interval_ms: int = 5_000
    """What members are told."""
    size_max: int = 2**31 - 1
    """Most members a group may have."""
    classic_size_max: int = 2**31 - 1
    """Most members a classic group may have: none larger is converted."""
    assignors: tuple[str, ...] = ("uniform", "range")
    """Names of the assignors; the first is used if members do not mind."""
    assignment_interval_ms: int = 0
    """Least time between two targets (KIP-1263, 4.3); 0: none."""
    pattern_interval_ms: int = 600_000
    """Patterns are looked up anew after so long at the latest."""
    migration: Migration = MIGRATIONS["bidirectional"]
    first_epoch: int = 1
    """Epoch of a group before anything has happened: 0 in some releases."""
    has_metadata_hash: bool = True
    """Whether the group's record has a hash of its topics (4.1, KIP-1101), not a
    record of its own that lists them."""
    has_assignment_epochs: bool = True
    """Whether records tell when a partition was assigned, and a commit is held
    against that (KIP-1251)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What the rules look at besides the group."""

    image: ClusterImage
    now_ms: int
    """The monotonic clock: deadlines count on it."""
    time_ms: int
    """The wall clock: what is written down."""
    settings: Settings


class Client(NamedTuple):
    """Who sends a request."""

    id: str
    """Its `client.id`."""
    host: str
    """Its address, as records hold it."""


GroupRecord: TypeAlias = tuple[Any, Any]
"""Key and value of a record, as messages of `group_records`; None as value deletes."""


class Downgrade(NamedTuple):
    """A classic group that was a consumer group until its last consumer member left."""

    group: ClassicGroup
    """As it stands, to be stored."""
    must_rebalance: bool
    """Whether its members have to join again."""


class Outcome(NamedTuple):
    """What a rule leads to."""

    group: ConsumerGroup
    records: tuple[GroupRecord, ...] = ()
    """To be stored before anybody hears of it."""
    downgrade: Downgrade | None = None
    """What the group has become instead: the records delete `group` then."""
    problems: tuple[str, ...] = ()
    """What whoever runs the broker should hear of."""
