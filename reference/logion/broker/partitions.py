"""The partitions of this broker follow the image of the cluster.

A topic that appears gets its logs, one that goes loses them, and a change of settings
reaches the logs that have them. Handlers look partitions up here and nowhere else.
"""

from __future__ import annotations

import logging
from collections.abc import Container, Iterator

from logion.cluster.image import ClusterImage, PartitionInfo, TopicInfo
from logion.log.log import Log
from logion.log.manager import LogManager
from logion.names import BrokerId, TopicPartition
from logion.protocol.errors import ApiError
from logion.replica.leader import on_elected
from logion.replica.partition import Partition

logger = logging.getLogger(__name__)


class Partitions:
    """The partitions that one broker leads, by name."""

    def __init__(self, broker: BrokerId, logs: LogManager) -> None:
        """Lead nothing yet."""
        self._broker = broker
        self._logs = logs
        self._led: dict[TopicPartition, Partition] = {}

    def __iter__(self) -> Iterator[Partition]:
        """Return every partition this broker leads."""
        return iter(self._led.values())

    def get(self, name: TopicPartition) -> Partition | None:
        """Return the partition, None if this broker does not lead it."""
        return self._led.get(name)

    def follow(self, before: ClusterImage, after: ClusterImage) -> None:
        """Make what this broker has fit `after`."""
        for name, topic in before.topics.items():
            successor = after.topics.get(name)
            if successor is None or successor.id != topic.id:
                self._remove(topic)
        for name, topic in after.topics.items():
            if before.topics.get(name) is not topic:
                self._add(topic, _may_have_logs(topic, before))
        for name in _reconfigured(before, after):
            self._logs.reconfigure(name)

    def is_offline(self, name: TopicPartition) -> bool:
        """Tell whether the log of a partition of this broker cannot be used.

        It lies, or may lie, in a log directory that has failed.
        """
        if not self._logs.has_failed_directory:
            return False
        log = self._logs.logs.get(name)
        return log is None or log.directory.failure is not None

    def replace_log(self, log: Log) -> None:
        """Let a partition have a log that is as its own, in another directory."""
        partition = self._led.get(log.name)
        if partition is not None:
            partition.log = log
            partition.changed.wake()

    def note_high_watermarks(self) -> None:
        """Tell the logs what is committed, for their checkpoint and for retention."""
        for name, partition in self._led.items():
            self._logs.high_watermarks[name] = partition.high_watermark

    def _add(self, topic: TopicInfo, old: Container[int]) -> None:
        """Follow a topic of which the partitions `old` may have logs already.

        One of these that is not there is not begun anew while a directory is offline:
        its records may be in that.
        """
        for index, info in topic.partitions.items():
            name = TopicPartition(topic.name, index)
            if info.leader == self._broker:
                if index in old and name not in self._led and self.is_offline(name):
                    continue
                self._lead(name, topic, info)
            elif (led := self._led.pop(name, None)) is not None:
                led.changed.wake()

    def _lead(
        self, name: TopicPartition, topic: TopicInfo, info: PartitionInfo
    ) -> None:
        known = self._led.get(name)
        if known is not None and known.leader.epoch == info.leader_epoch:
            return
        try:
            log = self._logs.create(name, topic.id)
        except ApiError:
            return  # the disk failed: the partition stays without a leader here
        leader = on_elected(
            self._broker,
            info.leader_epoch,
            frozenset(info.isr),
            end_offset=log.end_offset,
            high_watermark=self._logs.high_watermarks.get(name, 0),
        )
        self._led[name] = Partition(
            name, topic.id, log, leader, replica_count=len(info.replicas)
        )

    def _remove(self, topic: TopicInfo) -> None:
        for index in topic.partitions:
            name = TopicPartition(topic.name, index)
            led = self._led.pop(name, None)
            if name in self._logs.logs:
                self._delete(name)
            if led is not None:
                led.changed.wake()

    def _delete(self, name: TopicPartition) -> None:
        """Delete a log; one on a failed disk is out of use, and its folder stays."""
        try:
            self._logs.delete(name)
        except ApiError as problem:
            logger.warning(
                "the folder of %s, which is deleted, stays: %s", name, problem
            )


def _may_have_logs(topic: TopicInfo, before: ClusterImage) -> Container[int]:
    """Return the partitions of a topic that are older than this change."""
    if before == ClusterImage():
        return topic.partitions  # the broker starts: what there is was made before
    known = before.topics.get(topic.name)
    return known.partitions if known is not None and known.id == topic.id else ()


def _reconfigured(before: ClusterImage, after: ClusterImage) -> set[str]:
    """Return the topics whose settings may have changed."""
    if before.broker_configs != after.broker_configs:
        return set(after.topics)
    return {
        name for name in after.topics if before.config_of(name) != after.config_of(name)
    }
