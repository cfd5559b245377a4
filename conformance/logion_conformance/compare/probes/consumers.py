"""Consumer groups (KIP-848): heartbeats and descriptions."""

from __future__ import annotations

from typing import Any

from logion.names import Uuid
from logion.protocol.messages.consumer_group_describe import (
    ConsumerGroupDescribeRequest,
)
from logion.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
    TopicPartitions,
)
from logion.protocol.messages.sync_group import SyncGroupRequestAssignment

from logion_conformance.compare.probe import Ground, Probe, Script, asking
from logion_conformance.compare.probes.committed import commit, describe
from logion_conformance.compare.probes.groups import enter, join, settled, sync
from logion_conformance.compare.probes.produce import NO_ID, UNKNOWN


def beat(
    it: Ground, epoch: int = 0, member: str = "somebody", **more: Any
) -> ConsumerGroupHeartbeatRequest:
    """Return a heartbeat; the first one says all that it has to."""
    first: dict[str, Any] = {}
    if epoch == 0:
        first = {
            "rebalance_timeout_ms": 10_000,
            "subscribed_topic_names": (it.standing.name,),
            "topic_partitions": (),
        }
    usual = {"group_id": it.name, "member_id": member, "member_epoch": epoch}
    return ConsumerGroupHeartbeatRequest(**{**usual, **first, **more})


def owned(topic_id: Uuid, *partitions: int) -> tuple[TopicPartitions, ...]:
    """Return what a member says that it owns."""
    return (TopicPartitions(topic_id=topic_id, partitions=partitions),)


def entered(it: Ground, **more: Any) -> Any:
    """Join; return member id and epoch."""
    came = yield beat(it, member="somebody" if it.version else "", **more)
    return came.member_id or "somebody", came.member_epoch


def alone(it: Ground) -> Script:
    """One member: joins, owns, beats, leaves."""
    member, epoch = yield from entered(it)
    yield beat(it, epoch, member, topic_partitions=owned(it.standing.topic_id, 0))
    yield beat(it, epoch, member)
    yield beat(it, -1, member)
    yield beat(it, epoch, member)


def wrong_epochs(it: Ground) -> Script:
    """A member comes with epochs that it does not have."""
    member, epoch = yield from entered(it)
    yield beat(it, epoch + 5, member)
    yield beat(it, epoch - 1, member)
    yield beat(it, -2, member)
    yield beat(it, -3, member)
    yield beat(it, epoch, "nobody")


def changes(it: Ground) -> Script:
    """A member changes what it says of itself."""
    member, epoch = yield from entered(it)
    yield beat(it, epoch, member, subscribed_topic_names=(UNKNOWN.name,))
    yield beat(it, epoch, member, server_assignor="uniform")
    yield beat(it, epoch, member, server_assignor="nonsense")
    yield beat(it, epoch, member, topic_partitions=owned(NO_ID, 0))


def static(it: Ground) -> Script:
    """A member with a name leaves for a while, and comes back."""
    member, epoch = yield from entered(it, instance_id="i")
    yield beat(it, 0, "other", instance_id="i")
    yield beat(it, -2, member, instance_id="i")
    yield beat(it, 0, "other", instance_id="i")
    yield beat(it, epoch, member, instance_id="i")


def described(it: Ground) -> Script:
    """A group with a member is described, as a consumer group and as a classic one."""
    yield from entered(it)
    yield describe_consumers(it.name)
    yield describe(it.name)


def meets_classic(it: Ground) -> Script:
    """Members of both protocols come to one group, of whom one wants what there is."""
    yield from settled(it)
    yield beat(it, subscribed_topic_names=(UNKNOWN.name,))
    yield describe_consumers(it.name)


def meets_malformed(it: Ground) -> Script:
    """A member comes to a classic group whose shares are no consumer's."""
    came = yield from enter(it)
    share = SyncGroupRequestAssignment(member_id=came.member_id, assignment=b"share 0")
    yield sync(it, came.generation_id, came.member_id, assignments=(share,))
    yield beat(it, subscribed_topic_names=(UNKNOWN.name,))


def classic_meets(it: Ground) -> Script:
    """A classic member comes to a consumer group."""
    member, epoch = yield from entered(it)
    yield join(it)
    yield commit(it, generation_id_or_member_epoch=epoch, member_id=member)
    yield commit(it, generation_id_or_member_epoch=epoch + 1, member_id=member)
    yield commit(it, generation_id_or_member_epoch=0, member_id=member)


def describe_consumers(*groups: str, **more: Any) -> ConsumerGroupDescribeRequest:
    """Return the request that describes consumer groups."""
    usual = {"include_authorized_operations": False}
    return ConsumerGroupDescribeRequest(**{"group_ids": groups, **usual, **more})


PROBES = (
    *asking(
        "ConsumerGroupHeartbeat",
        {
            "no-group-id": lambda it: beat(it, group_id=""),
            "no-member-id": lambda it: beat(it, 1, ""),
            "unknown-member": lambda it: beat(it, 1),
            "leaves-no-group": lambda it: beat(it, -1),
            "static-leaves-without-a-name": lambda it: beat(it, -2),
            "epoch-minus-3": lambda it: beat(it, -3),
            "no-time-out": lambda it: beat(it, rebalance_timeout_ms=-1),
            "time-out-0": lambda it: beat(it, rebalance_timeout_ms=0),
            "no-subscription": lambda it: beat(it, subscribed_topic_names=None),
            "empty-subscription": lambda it: beat(it, subscribed_topic_names=()),
            "owns-at-first": lambda it: beat(
                it, topic_partitions=owned(it.standing.topic_id, 0)
            ),
            "owned-unknown-at-first": lambda it: beat(it, topic_partitions=None),
            "unknown-assignor": lambda it: beat(it, server_assignor="nonsense"),
            "empty-name": lambda it: beat(it, instance_id=""),
            "empty-rack": lambda it: beat(it, rack_id=""),
            "empty-assignor": lambda it: beat(it, server_assignor=""),
            "pattern": lambda it: beat(it, subscribed_topic_regex="compare-st.*"),
            "bad-pattern": lambda it: beat(it, subscribed_topic_regex="["),
            "empty-pattern": lambda it: beat(it, subscribed_topic_regex=""),
        },
    ),
    Probe("ConsumerGroupHeartbeat", "alone", alone),
    Probe("ConsumerGroupHeartbeat", "wrong-epochs", wrong_epochs),
    Probe("ConsumerGroupHeartbeat", "changes", changes),
    Probe("ConsumerGroupHeartbeat", "static", static),
    Probe("ConsumerGroupHeartbeat", "meets-classic", meets_classic),
    Probe("ConsumerGroupHeartbeat", "meets-malformed", meets_malformed),
    Probe("ConsumerGroupHeartbeat", "classic-meets", classic_meets),
    *asking(
        "ConsumerGroupDescribe",
        {
            "no-group": lambda it: describe_consumers(it.name),
            "no-group-id": lambda it: describe_consumers(""),
            "none": lambda it: describe_consumers(),
            "twice": lambda it: describe_consumers(it.name, it.name),
        },
    ),
    Probe(
        "ConsumerGroupDescribe",
        "described",
        described,
        needs=("ConsumerGroupHeartbeat",),
    ),
)
