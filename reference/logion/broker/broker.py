"""The composition root: a broker is put together here, top to bottom, and taken apart.

Nothing else constructs its parts. What a broker needs of the world (settings, clock,
disk, chance) comes in as arguments.
"""

from __future__ import annotations

import logging
import random
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import trio

from logion.broker.admission import Doorkeeper
from logion.broker.clients import Clients
from logion.broker.dispatch import served
from logion.broker.faults.faults import Faults
from logion.broker.faults.images import PastImages
from logion.broker.fetch_sessions import FetchSessions
from logion.broker.group_settings import (
    consumer_settings_by_group,
    coordinator_settings,
)
from logion.broker.housekeeping import keep_house, map_limits
from logion.broker.internal_topics import OFFSETS, TRANSACTIONS
from logion.broker.listener import Listener, bind, serve
from logion.broker.log_settings import log_settings
from logion.broker.loggers import Loggers
from logion.broker.markers import write_markers
from logion.broker.moving import Moves
from logion.broker.partitions import Partitions
from logion.broker.quotas import quotas_of
from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.broker.transaction_settings import transaction_settings
from logion.clock import Clock
from logion.cluster.image import BrokerInfo, ClusterImage, Endpoint
from logion.cluster.metadata import Chance, Cluster, open_cluster
from logion.config import BrokerConfig
from logion.coordination.journal import open_journal
from logion.disk import Disk
from logion.group.committing import forget_topics
from logion.group.coordinator import GroupCoordinator
from logion.log.cleaner import LogCleaner
from logion.log.manager import BrokerIdentity, LogManager, identity_in
from logion.log.settings import LogSettings
from logion.names import ZERO_UUID, BrokerId, TopicPartition, Uuid
from logion.protocol.errors import Error
from logion.protocol.releases import release
from logion.replica.partition import Partition, TransactionEnd
from logion.transaction.coordinator import TransactionCoordinator, World

log = logging.getLogger(__name__)

JOURNAL = "logion-coordination.journal"
"""File of the embedded coordination store, in the first data folder."""

SESSION_ID_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker that serves, and where."""

    state: BrokerState
    listeners: tuple[Listener, ...]

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Return host and port of each listener, in the order of the setting."""
        return tuple((it.host, it.port) for it in self.listeners)


@asynccontextmanager
async def open_broker(
    config: BrokerConfig,
    clock: Clock,
    disk: Disk,
    chance: Chance | None = None,
    faults: Faults | None = None,
    bound: Sequence[Listener] | None = None,
) -> AsyncIterator[Broker]:
    """Give a broker that accepts connections; it shuts down cleanly at the end.

    `faults` is what it does wrong on purpose; without it, nothing. `bound` are its
    listeners if they are there already, as `bind_all` returns them; it closes them.
    Without any, connections come by another way than sockets.
    Raises OSError if an address or a data folder cannot be used, DirectoryRefused if
    a folder is another broker's or in use.
    """
    chance = random.SystemRandom() if chance is None else chance
    logs, cluster = await _open_storage(config, clock, disk, chance)
    state = _assemble(config, clock, logs, cluster, chance, faults or Faults())
    try:
        listeners = bind_all(config) if bound is None else tuple(bound)
        async with trio.open_nursery() as nursery:
            cluster.subscribe(partial(_follow, state))
            cluster.subscribe(state.past_images.note)
            await cluster.register(_registration(config, listeners))
            _follow(state, ClusterImage(), cluster.image)
            nursery.start_soon(state.groups.run)
            nursery.start_soon(state.moves.run)
            nursery.start_soon(state.transactions.run)
            for listener in listeners:
                nursery.start_soon(serve, state, listener)
            nursery.start_soon(keep_house, state, config)
            yield Broker(state, listeners)
            nursery.cancel_scope.cancel()
    finally:
        with trio.CancelScope(shield=True):
            await _close(state)


def _follow(state: BrokerState, before: ClusterImage, after: ClusterImage) -> None:
    """Let what this broker has fit the new image of the cluster."""
    state.partitions.follow(before, after)
    state.quotas.follow(before, after)
    state.groups.shards.lead(*_led(state, after, OFFSETS))
    state.transactions.shards.lead(*_led(state, after, TRANSACTIONS))
    deleted = before.topics.keys() - after.topics.keys()
    if deleted:
        forget_topics(state.groups, deleted)


def _led(
    state: BrokerState, image: ClusterImage, topic: str
) -> tuple[list[Partition], int]:
    """Return the partitions of a topic that this broker leads, and how many it has."""
    known = image.topics.get(topic)
    indexes = () if known is None else tuple(known.partitions)
    led = (state.partitions.get(TopicPartition(topic, it)) for it in indexes)
    return [it for it in led if it is not None], len(indexes)


def bind_all(config: BrokerConfig) -> tuple[Listener, ...]:
    """Return all listeners, or none: OSError if one cannot be had."""
    with ExitStack() as undo:
        listeners = []
        for wanted in config.listeners:
            listeners.append(bind(*wanted))
            undo.callback(listeners[-1].bound.close)
        undo.pop_all()
    return tuple(listeners)


async def _open_storage(
    config: BrokerConfig, clock: Clock, disk: Disk, chance: Chance
) -> tuple[LogManager, Cluster]:
    """Open the data folders and what is known of the cluster, and match the two."""
    played = release(config.release)
    clusters: list[Cluster] = []

    def settings_of(topic: str) -> LogSettings:
        if not clusters:  # the logs are opened before the topics are known
            return LogSettings()
        settings = clusters[0].topic_config(topic)
        expiry_ms = settings.broker.integer("producer.id.expiration.ms")
        return log_settings(
            settings, played, producer_expiry_ms=expiry_ms, chance=chance
        )

    logs = LogManager(disk, clock, settings_of=settings_of)
    logs.open(config.log_dirs, BrokerIdentity(config.broker_id))
    with ExitStack() as undo:
        undo.callback(logs.close)
        clusters.append(await _open_cluster(config, clock, disk, chance))
        logs.sign(_identity(config, clusters[0].image.cluster_id))
        await _adopt(clusters[0], logs)
        undo.pop_all()
    for topic in clusters[0].image.topics:
        logs.reconfigure(topic)
    return logs, clusters[0]


async def _open_cluster(
    config: BrokerConfig, clock: Clock, disk: Disk, chance: Chance
) -> Cluster:
    """Return what the journal in the first data folder knows of the cluster."""
    folder = config.log_dirs[0]
    found = identity_in(disk, folder)
    return await open_cluster(
        open_journal(disk, f"{folder}/{JOURNAL}", clock),
        broker_id=BrokerId(config.broker_id),
        config=config,
        clock=clock,
        chance=chance,
        cluster_id=None if found is None else found.cluster_id,
    )


def _identity(config: BrokerConfig, cluster_id: str | None) -> BrokerIdentity:
    """Return what the release that is played writes down of its broker."""
    played = release(config.release)
    is_told = played >= release("2.4")
    return BrokerIdentity(
        config.broker_id,
        cluster_id if is_told else None,
        is_node=played >= release("4.0"),
    )


async def _adopt(cluster: Cluster, logs: LogManager) -> None:
    """Make known the topics whose partitions lie in the data folders."""
    for (topic, topic_id), found in _by_topic(logs, logs.logs).items():
        known = None if topic_id == ZERO_UUID else topic_id
        if not await cluster.adopt(topic, found, known):
            log.warning("%s: the folders are of a deleted topic of this name", topic)
            for index in found:
                logs.delete(TopicPartition(topic, index))


def _by_topic(
    logs: LogManager, names: Iterable[TopicPartition]
) -> dict[tuple[str, Uuid], list[int]]:
    found: defaultdict[tuple[str, Uuid], list[int]] = defaultdict(list)
    for name in sorted(names):
        found[name.topic, logs.topic_id(name)].append(name.partition)
    return found


def _assemble(
    config: BrokerConfig,
    clock: Clock,
    logs: LogManager,
    cluster: Cluster,
    chance: Chance,
    faults: Faults,
) -> BrokerState:
    played = release(config.release)
    partitions = Partitions(cluster.broker_id, logs)
    states: list[BrokerState] = []  # one, once it is put together
    state = BrokerState(
        id=cluster.broker_id,
        release=played,
        clock=clock,
        cluster=cluster,
        logs=logs,
        cleaner=LogCleaner(logs, map_limits(config)),
        partitions=partitions,
        moves=Moves(logs, partitions),
        doorkeeper=Doorkeeper(played, served(played.versions)),
        fetch_sessions=FetchSessions(
            config.integer("max.incremental.fetch.session.cache.slots"),
            lambda: 1 + chance.randrange(SESSION_ID_MAX),
        ),
        clients=Clients(),
        quotas=quotas_of(config, played, clock),
        groups=GroupCoordinator(
            coordinator_settings(config, played),
            clock,
            lambda: cluster.image,
            consumer_settings_by_group(cluster, played),
        ),
        transactions=TransactionCoordinator(
            transaction_settings(config, played), clock, _world(cluster, states)
        ),
        chance=chance,
        faults=faults,
        past_images=PastImages(clock),
        loggers=Loggers(played),
        frame_size_max=config.integer("socket.request.max.bytes"),
        fetch_size_max=config.integer("fetch.max.bytes"),
        request_timeout_ms=config.integer("request.timeout.ms"),
    )
    states.append(state)
    return state


def _world(cluster: Cluster, states: Sequence[BrokerState]) -> World:
    """Return what the transaction coordinator needs of a broker that is being built."""

    async def new_id() -> int:
        with storing():
            return await cluster.next_producer_id()

    async def write(
        end: TransactionEnd, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Error]:
        return await write_markers(states[0], end, partitions)

    return World(new_id, write, lambda name: cluster.image.partition(*name) is not None)


def _registration(config: BrokerConfig, listeners: Sequence[Listener]) -> BrokerInfo:
    """Return how clients are told to reach this broker.

    One that listens on every interface is known by the machine's name.
    """
    bound = {it.name: it for it in listeners}
    endpoints = tuple(
        Endpoint(
            it.name, it.host or socket.gethostname(), it.port or bound[it.name].port
        )
        for it in config.advertised_listeners
    )
    rack = config.text("broker.rack") or None
    return BrokerInfo(BrokerId(config.broker_id), endpoints, rack)


async def _close(state: BrokerState) -> None:
    """Leave the cluster and close the logs, so that the next start finds all well."""
    state.loggers.restore()
    state.partitions.note_high_watermarks()
    try:
        await state.cluster.close()
    except OSError as problem:  # the logs are closed well all the same
        log.error("leaving the cluster: %s", problem)
    state.logs.close()
