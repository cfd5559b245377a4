"""Sums over topics of many partitions, made without holding up the broker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import trio

from logion.broker.inspection import log_of
from logion.broker.state import BrokerState
from logion.cluster.image import TopicInfo
from logion.names import TopicPartition

PARTITIONS_AT_ONCE = 100
"""So many are counted between two steps of the broker: some 100 us."""


class Figures(NamedTuple):
    """What the partitions of a topic, or of all, come to."""

    topics: int = 0
    partitions: int = 0
    records: int = 0
    """Offsets between start and end: compaction may have taken some."""
    size: int = 0
    """Bytes of all segments."""
    leaderless: int = 0
    """Partitions that this broker does not lead: here, those that are offline."""


async def figures(broker: BrokerState, topics: Iterable[TopicInfo]) -> Figures:
    """Return the sums over some topics."""
    topic_count = count = records = size = leaderless = 0
    for topic in topics:
        topic_count += 1
        for index in topic.partitions:
            count += 1
            if count % PARTITIONS_AT_ONCE == 0:
                await trio.lowlevel.checkpoint()
            log = log_of(broker, TopicPartition(topic.name, index))
            if log is None:
                leaderless += 1
            else:
                records += log.end_offset - log.start_offset
                size += log.size
    return Figures(topic_count, count, records, size, leaderless)
