"""Which brokers get the replicas of a topic: Kafka's round robin, with given starts.

First replicas go round the brokers from `start`; the others follow at a distance that
grows by one every time round, so that the load of a broker that dies spreads. With
racks (KIP-36) brokers are dealt out rack by rack, and a partition uses every rack once
before any rack twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from logion.names import BrokerId


class Start(NamedTuple):
    """Where the round begins; drawn by chance for a new topic."""

    broker: int
    """Position of the first partition's first replica among the brokers."""
    shift: int
    """Distance from there to the second replica, less one."""


def assign_replicas(
    racks: Mapping[BrokerId, str | None],
    partitions: range,
    replication_factor: int,
    start: Start,
) -> dict[int, tuple[BrokerId, ...]]:
    """Return the replicas of each partition of `partitions`.

    Racks count only if every broker has one. At most as many replicas can be asked
    for as there are brokers.
    """
    assert 0 < replication_factor <= len(racks)
    known = {broker: rack for broker, rack in racks.items() if rack is not None}
    if len(known) < len(racks):
        return _without_racks(sorted(racks), partitions, replication_factor, start)
    return _with_racks(known, partitions, replication_factor, start)


def _without_racks(
    brokers: Sequence[BrokerId],
    partitions: range,
    replication_factor: int,
    start: Start,
) -> dict[int, tuple[BrokerId, ...]]:
    count = len(brokers)
    assigned = {}
    for partition, shift in _rounds(partitions, count, start.shift):
        first = (partition + start.broker) % count
        rest = range(replication_factor - 1)
        others = [brokers[_follower(first, shift, j, count)] for j in rest]
        assigned[partition] = (brokers[first], *others)
    return assigned


def _with_racks(
    racks: Mapping[BrokerId, str],
    partitions: range,
    replication_factor: int,
    start: Start,
) -> dict[int, tuple[BrokerId, ...]]:
    brokers = alternate_racks(racks)
    count, rack_count = len(brokers), len(set(racks.values()))
    assigned = {}
    for partition, shift in _rounds(partitions, count, start.shift):
        first = (partition + start.broker) % count
        replicas = [brokers[first]]
        used = {racks[brokers[first]]}
        distance = 0
        while len(replicas) < replication_factor:
            at = _follower(first, shift * rack_count, distance, count)
            broker, distance = brokers[at], distance + 1
            is_fresh_rack = racks[broker] not in used or len(used) == rack_count
            if is_fresh_rack and broker not in replicas:
                replicas.append(broker)
                used.add(racks[broker])
        assigned[partition] = tuple(replicas)
    return assigned


def _rounds(partitions: range, count: int, shift: int) -> list[tuple[int, int]]:
    """Return each partition with its shift, one more every time round the brokers."""
    rounds = []
    for partition in partitions:
        if partition > 0 and partition % count == 0:
            shift += 1
        rounds.append((partition, shift))
    return rounds


def _follower(first: int, shift: int, distance: int, count: int) -> int:
    """Return which of `count` brokers follows the first one; there are two at least."""
    return (first + 1 + (shift + distance) % (count - 1)) % count


def alternate_racks(racks: Mapping[BrokerId, str]) -> list[BrokerId]:
    """Return the brokers so that neighbours are of different racks where possible."""
    by_rack: dict[str, list[BrokerId]] = {}
    for broker in sorted(racks):
        by_rack.setdefault(racks[broker], []).append(broker)
    dealt = zip_longest(*(by_rack[rack] for rack in sorted(by_rack)))
    return [broker for hand in dealt for broker in hand if broker is not None]
