"""The controller's decisions about leaders: pure, image in, operations out.

The leader of a partition is its first live replica that is in sync. If there is none,
an unclean election takes any live replica, where the topic allows that, and may lose
records; else the partition waits without a leader. The last member of an ISR stays in
it, dead or alive: it alone is known to have every committed record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from enum import IntEnum

from logion.cluster import znodes
from logion.cluster.image import NO_LEADER, ClusterImage, PartitionInfo
from logion.coordination.tree import Operation, SetData
from logion.names import BrokerId, LeaderEpoch, TopicPartition
from logion.protocol.errors import ApiError, Error


def elect_leader(
    partition: PartitionInfo, alive: Collection[BrokerId], *, unclean: bool
) -> PartitionInfo:
    """Return the partition with a leader that is alive, or with none.

    The same partition is returned if nothing changes; else its leader epoch grows.
    """
    in_sync = tuple(broker for broker in partition.isr if broker in alive)
    live = [broker for broker in partition.replicas if broker in alive]
    clean = next((broker for broker in live if broker in in_sync), None)
    if partition.leader in in_sync:
        return _led(partition, partition.leader, in_sync)
    if clean is not None:
        return _led(partition, clean, in_sync)
    if unclean and live:
        return _led(partition, live[0], (live[0],))
    return _led(partition, NO_LEADER, partition.isr)


def prefer_leader(
    partition: PartitionInfo, alive: Collection[BrokerId]
) -> PartitionInfo:
    """Return the partition led by its first replica, if that is alive and in sync."""
    first = partition.replicas[0]
    if first not in alive or first not in partition.isr:
        return partition
    return _led(partition, first, partition.isr)


class Election(IntEnum):
    """How a leader is chosen that somebody asks for (KIP-460)."""

    PREFERRED = 0
    """The first replica, if it is in sync."""
    UNCLEAN = 1
    """Any replica that is alive, if there is no leader; records may be lost."""


def elect_as_asked(
    image: ClusterImage, name: TopicPartition, election: Election
) -> list[Operation]:
    """Return the write of a leader that somebody asked for.

    Raises ApiError UNKNOWN_TOPIC_OR_PARTITION, ELECTION_NOT_NEEDED,
    PREFERRED_LEADER_NOT_AVAILABLE or ELIGIBLE_LEADERS_NOT_AVAILABLE.
    """
    partition = image.partition(*name)
    if partition is None:
        raise ApiError(Error.UNKNOWN_TOPIC_OR_PARTITION, f"there is no {name}")
    is_preferred = election is Election.PREFERRED
    wanted = partition.replicas[:1] if is_preferred else partition.replicas
    if partition.leader in wanted and partition.leader in image.brokers:
        raise ApiError(
            Error.ELECTION_NOT_NEEDED, f"{partition.leader} leads it already"
        )
    if is_preferred:
        after = prefer_leader(partition, image.brokers)
        failure = Error.PREFERRED_LEADER_NOT_AVAILABLE
    else:
        after = elect_leader(partition, image.brokers, unclean=True)
        failure = Error.ELIGIBLE_LEADERS_NOT_AVAILABLE
    if after.leader not in wanted or after.leader not in image.brokers:
        raise ApiError(failure, f"of {list(wanted)} none is fit to lead it")
    return [_write(image, name.topic, after)]


def _led(
    partition: PartitionInfo, leader: BrokerId, isr: tuple[BrokerId, ...]
) -> PartitionInfo:
    if (leader, isr) == (partition.leader, partition.isr):
        return partition
    epoch = LeaderEpoch(partition.leader_epoch + 1)
    return partition._replace(leader=leader, isr=isr, leader_epoch=epoch)


def on_brokers_changed(
    image: ClusterImage, allows_unclean: Callable[[str], bool]
) -> list[Operation]:
    """Return what must be written now that the live brokers are those of the image.

    Partitions whose leader is dead get another, dead followers leave the ISR, and
    partitions that waited for a broker which is back get it as their leader.
    `allows_unclean` says of a topic whether it may lose records to go on.
    """
    operations: list[Operation] = []
    for topic, partition in _decided(image):
        unclean = allows_unclean(topic)
        after = elect_leader(partition, image.brokers, unclean=unclean)
        if after is not partition:
            operations.append(_write(image, topic, after))
    return operations


def on_broker_back(
    image: ClusterImage, broker: BrokerId, allows_unclean: Callable[[str], bool]
) -> list[Operation]:
    """Return what must be written now that a broker has started again, on KRaft.

    As if the controller had fenced it, and heard of it again. Its partitions go to
    another replica in sync, one leader epoch further, or to nobody and back to it, two
    epochs further: clients that know of its earlier epoch alone are fenced.
    """
    others = image.brokers.keys() - {broker}
    operations: list[Operation] = []
    for topic, partition in _decided(image):
        if partition.leader == broker:
            unclean = allows_unclean(topic)
            without = elect_leader(partition, others, unclean=unclean)
            after = elect_leader(without, image.brokers, unclean=unclean)
            operations.append(_write(image, topic, after))
    return operations


def _decided(image: ClusterImage) -> Iterator[tuple[str, PartitionInfo]]:
    """Yield the partitions that a controller has decided about, with their topics."""
    for topic in image.topics.values():
        for partition in topic.partitions.values():
            if partition.partition_epoch >= 0:
                yield topic.name, partition


def on_isr_proposed(
    image: ClusterImage, name: TopicPartition, isr: tuple[BrokerId, ...]
) -> list[Operation]:
    """Return the write of a leader's new ISR, valid for the state it was drawn from.

    The leader epoch stays: only the partition epoch grows (KIP-497).
    """
    partition = image.partition(*name)
    assert partition is not None
    assert partition.leader in isr
    return [_write_state(name.topic, partition._replace(isr=isr))]


def _write(image: ClusterImage, topic: str, partition: PartitionInfo) -> Operation:
    """Return a write in the controller's own term."""
    epoch = image.controller_epoch
    return _write_state(topic, partition._replace(controller_epoch=epoch))


def _write_state(topic: str, partition: PartitionInfo) -> Operation:
    return SetData(
        znodes.state_path(topic, partition.partition),
        znodes.write_state(partition),
        partition.partition_epoch,
    )
