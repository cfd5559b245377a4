"""Looking into a broker without changing it: from its parts to plain views.

Everything here runs between two steps of the broker and takes time by the number of
things looked at: some microseconds a partition. Whoever must not hold up a broker of
thousands of partitions asks for the views of some.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from logion.broker.clients import Answered, Client
from logion.broker.internal_topics import INTERNAL_TOPICS
from logion.broker.state import BrokerState
from logion.broker.views import (
    BrokerView,
    ClientView,
    LogView,
    PartitionView,
    RequestView,
    SegmentView,
    TopicView,
    lags,
)
from logion.cluster.image import PartitionInfo, TopicInfo
from logion.config_entries import ConfigEntry
from logion.group.views import GroupView, group_views
from logion.log.log import Log
from logion.names import TopicPartition
from logion.protocol.apis import APIS
from logion.protocol.errors import Error
from logion.transaction.state import Transaction


class Identity(NamedTuple):
    """What a broker is, at some time."""

    id: int
    release: str
    cluster_id: str | None
    time_ms: int


def inspect(broker: BrokerState) -> BrokerView:
    """Return all that can be told of a broker."""
    image = broker.cluster.image
    now = Moment(broker)
    identity = identity_of(broker)
    return BrokerView(
        broker_id=identity.id,
        release=identity.release,
        cluster_id=identity.cluster_id,
        time_ms=identity.time_ms,
        topics=tuple(
            view_topic(broker, image.topics[it]) for it in sorted(image.topics)
        ),
        groups=group_views(broker.groups),
        transactions=transactions_of(broker),
        clients=tuple(now.client(it) for it in broker.clients),
        gone=tuple(now.client(it, why) for it, why in broker.clients.gone),
    )


def identity_of(broker: BrokerState) -> Identity:
    """Return what a broker is, and its time."""
    return Identity(
        broker.id,
        str(broker.release),
        broker.cluster.image.cluster_id,
        broker.clock.time_ms(),
    )


def topics_of(broker: BrokerState) -> Mapping[str, TopicInfo]:
    """Return every topic of the cluster by its name."""
    return broker.cluster.image.topics


def configs_of(broker: BrokerState, topic: str) -> Mapping[str, str]:
    """Return what was set for a topic, as it was spelled."""
    return broker.cluster.image.config_of(topic)


def settings_of(broker: BrokerState, topic: str | None = None) -> list[ConfigEntry]:
    """Return every setting of a topic, or of the broker."""
    cluster = broker.cluster
    config = cluster.config if topic is None else cluster.topic_config(topic)
    return list(config.entries())


def cleanup_policy_of(broker: BrokerState, topic: str) -> str:
    """Return the `cleanup.policy` of a topic."""
    return broker.cluster.topic_config(topic).text("cleanup.policy")


def log_of(broker: BrokerState, name: TopicPartition) -> Log | None:
    """Return the log of a partition, None unless this broker leads it."""
    led = broker.partitions.get(name)
    return None if led is None else led.log


def group_names_of(broker: BrokerState) -> list[str]:
    """Return the names of the groups that this broker coordinates, sorted."""
    return sorted(cell.id for _, cell in broker.groups.cells())


def groups_of(broker: BrokerState, names: Collection[str]) -> tuple[GroupView, ...]:
    """Return what can be told of the groups that are named, as far as they are here."""
    return group_views(broker.groups, frozenset(names))


def connections_of(broker: BrokerState) -> Sequence[tuple[Client, str | None]]:
    """Return the connections that are open, each with None."""
    return [(it, None) for it in broker.clients]


def gone_of(broker: BrokerState) -> Sequence[tuple[Client, str | None]]:
    """Return connections that closed and why each did, the last one first."""
    return list(reversed(broker.clients.gone))


def transactions_of(broker: BrokerState) -> tuple[Transaction, ...]:
    """Return what this broker knows of each transactional id, sorted by it."""
    found = broker.transactions.transactions()
    return tuple(sorted(found, key=lambda it: it.transactional_id))


def group_lag(broker: BrokerState, group: GroupView) -> dict[TopicPartition, int]:
    """Return what `BrokerView.lag` does, without a look at anything else."""

    def high_watermark_of(name: TopicPartition) -> int | None:
        led = broker.partitions.get(name)
        return None if led is None else led.high_watermark

    return lags(group, high_watermark_of)


def view_topic(broker: BrokerState, topic: TopicInfo) -> TopicView:
    """Return what can be told of a topic, with all its partitions."""
    return TopicView(
        name=topic.name,
        id=topic.id,
        is_internal=topic.name in INTERNAL_TOPICS,
        configs=dict(broker.cluster.image.config_of(topic.name)),
        partitions=tuple(
            view_partition(broker, topic.name, it) for it in topic.partitions.values()
        ),
    )


def view_partition(
    broker: BrokerState, topic: str, info: PartitionInfo
) -> PartitionView:
    """Return what can be told of one partition."""
    name = TopicPartition(topic, info.partition)
    led = broker.partitions.get(name)
    return PartitionView(
        topic=topic,
        index=info.partition,
        leader=info.leader,
        leader_epoch=info.leader_epoch,
        replicas=info.replicas,
        isr=info.isr,
        is_offline=broker.partitions.is_offline(name),
        high_watermark=None if led is None else led.high_watermark,
        last_stable_offset=None if led is None else led.last_stable_offset,
        log=None if led is None else _view_log(led.log),
    )


def _view_log(log: Log) -> LogView:
    bases = [it.base_offset for it in log.segments]
    ends = [*bases[1:], log.end_offset]
    return LogView(
        directory=log.directory.path,
        start_offset=log.start_offset,
        end_offset=log.end_offset,
        size=log.size,
        segments=tuple(
            SegmentView(it.base_offset, end, it.size)
            for it, end in zip(log.segments, ends, strict=True)
        ),
        producers=tuple(log.producers.values()),
    )


class Moment:
    """Now, by both clocks of a broker: what is remembered gets its time by it."""

    def __init__(self, broker: BrokerState) -> None:
        """Read the clocks."""
        self.time_ms = broker.clock.time_ms()
        self._monotonic = broker.clock.monotonic()

    def client(self, client: Client, closed: str | None = None) -> ClientView:
        """Return what can be told of a connection; `closed` says why it is."""
        return ClientView(
            client_id=client.client_id,
            peer=client.peer,
            listener=client.listener,
            software_name=client.software_name,
            software_version=client.software_version,
            connected_ms=self._time_ms(client.connected),
            requests=client.requests,
            in_progress=self._in_progress(client),
            recent=tuple(map(self._answered, client.recent)),
            closed=closed,
        )

    def _time_ms(self, monotonic: float) -> int:
        return self.time_ms - round((self._monotonic - monotonic) * 1000)

    def _in_progress(self, client: Client) -> RequestView | None:
        asked = client.in_progress
        if asked is None:
            return None
        return RequestView(
            _api_name(asked.api_key),
            asked.version,
            asked.correlation_id,
            self._time_ms(client.began),
            (self._monotonic - client.began) * 1000,
        )

    def _answered(self, answered: Answered) -> RequestView:
        return RequestView(
            _api_name(answered.api_key),
            answered.version,
            answered.correlation_id,
            self._time_ms(answered.began),
            (answered.ended - answered.began) * 1000,
            tuple(sorted(Error.of(it).name for it in answered.errors)),
        )


def _api_name(api_key: int) -> str:
    return APIS[api_key].name
