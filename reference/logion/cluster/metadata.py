"""The cluster as this broker takes part in it: image, store, and the controller.

`Cluster` is the one mutable cell around pure decisions. What someone asks for is
decided on the image, committed to the store, and comes back as changes that make the
next image; then whoever subscribed is told. Of several brokers the one that made the
`/controller` node decides about leaders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol, TypeAlias

from logion.clock import Clock
from logion.cluster import configs, controller, entities, old_offsets, topics, znodes
from logion.cluster.assignment import Start
from logion.cluster.changes import apply, image_of
from logion.cluster.configs import ConfigEdit, Kind
from logion.cluster.controller import Election
from logion.cluster.image import BrokerInfo, ClusterImage, TopicInfo
from logion.cluster.topics import NewTopic, TopicDefaults
from logion.cluster.znodes import ControllerInfo, ProducerIdBlock
from logion.config import (
    BrokerConfig,
    ConfigError,
    TopicConfig,
    check_topic_overrides,
)
from logion.coordination.store import Coordination
from logion.coordination.tree import (
    Change,
    CommitError,
    Create,
    Fault,
    Operation,
    SetData,
)
from logion.names import (
    ZERO_UUID,
    BrokerId,
    ControllerEpoch,
    ProducerId,
    TopicPartition,
    Uuid,
    format_uuid,
)
from logion.protocol.errors import ApiError
from logion.protocol.releases import release as release_named
from logion.settings import minor_release

PRODUCER_ID_BLOCK = 1000
"""Producer ids that a broker takes at a time (KIP-98)."""

TOPIC_IDS_SINCE = (2, 8)
"""First release whose topics have ids (KIP-516)."""

NEW_CONFIGS = (((4, 0), znodes.GROUP_CONFIGS), ((4, 0), znodes.METRICS_CONFIGS))
"""What has had settings since which release, besides topics and brokers."""


class Chance(Protocol):
    """Where numbers are drawn from; `random.Random` is one."""

    def randrange(self, stop: int, /) -> int:
        """Return one of 0 to `stop` - 1."""
        ...

    def randbytes(self, n: int, /) -> bytes:
        """Return `n` bytes."""
        ...


ImageListener: TypeAlias = Callable[[ClusterImage, ClusterImage], None]
"""Is told the image before and the image after a change."""


Charge: TypeAlias = Callable[[int], None]
"""Is told of partitions about to be made or deleted; raises ApiError if they must not
be (KIP-599)."""


def free_of_charge(count: int) -> None:
    """Let any number of partitions be made and deleted."""


class Cluster:
    """This broker's place in the cluster; `open_cluster` makes one."""

    def __init__(
        self,
        store: Coordination,
        image: ClusterImage,
        *,
        broker_id: BrokerId,
        config: BrokerConfig,
        clock: Clock,
        chance: Chance,
    ) -> None:
        """Follow `store`, whose whole content is `image`."""
        self.image = image
        self.broker_id = broker_id
        self._store = store
        self._file_config = config
        self._config = config
        self._clock = clock
        self._chance = chance
        self._listeners: list[ImageListener] = []
        self._topic_configs: dict[str, TopicConfig] = {}
        self._producer_ids: Iterator[int] = iter(())
        self._renew_config()
        store.subscribe(self._on_changes)

    @property
    def is_controller(self) -> bool:
        """Whether this broker decides about leaders."""
        return self.image.controller_id == self.broker_id

    @property
    def config(self) -> BrokerConfig:
        """The broker's settings with those that were changed while running."""
        return self._config

    def subscribe(self, listener: ImageListener) -> None:
        """Have `listener` called after each change of the image."""
        self._listeners.append(listener)

    def topic_config(self, name: str) -> TopicConfig:
        """Return a topic's settings over the broker's.

        What another release stored and this one refuses is passed over.
        """
        overrides = self.image.config_of(name)
        if not overrides:
            return self._config.plain_topic
        found = self._topic_configs.get(name)
        if found is None:
            found = TopicConfig(self._config, _usable(overrides, self._config))
            self._topic_configs[name] = found
        return found

    async def register(self, broker: BrokerInfo) -> None:
        """Make this broker known, now that it serves; it may become the controller.

        Raises CommitError NODE_EXISTS if another broker has its id.
        """
        now_ms, release = self._clock.time_ms(), self._config.release
        data = znodes.write_broker(broker, release, now_ms)
        path = znodes.broker_path(broker.id)
        await self._commit([Create(path, data, is_ephemeral=True)])
        await self._stand_for_controller(now_ms)
        if self.is_controller and release_named(release).metadata == "KRaft":
            await self._commit(
                controller.on_broker_back(self.image, broker.id, self._allows_unclean)
            )
        await self.elect_leaders()

    async def elect_leaders(self) -> None:
        """Give partitions without a live leader another one, as the controller."""
        if self.is_controller:
            await self._commit(
                controller.on_brokers_changed(self.image, self._allows_unclean)
            )

    async def elect(self, name: TopicPartition, election: Election) -> None:
        """Give a partition the leader that is asked for; raises ApiError if none is."""
        await self._commit(controller.elect_as_asked(self.image, name, election))

    async def create_topics(
        self,
        asked: Sequence[NewTopic],
        *,
        validate_only: bool = False,
        charge: Charge = free_of_charge,
    ) -> list[TopicInfo | ApiError]:
        """Create what can be created; return each topic or the reason against it."""
        answers: list[TopicInfo | ApiError] = []
        operations: list[Operation] = []
        scratch = self.image
        for new in asked:
            try:
                topic = self._plan(scratch, new)
                charge(len(topic.partitions))
            except ApiError as error:
                answers.append(error)
                continue
            scratch = replace(scratch, topics={**scratch.topics, new.name: topic})
            given = {k: v for k, v in new.configs.items() if v is not None}
            operations += topics.create_topic(topic, given, self._config.release)
            answers.append(topic)
        if not validate_only:
            await self._commit(operations)
        return answers

    async def delete_topic(self, name: str, charge: Charge = free_of_charge) -> None:
        """Remove a topic; raises ApiError UNKNOWN_TOPIC_OR_PARTITION."""
        operations = topics.delete_topic(self.image, name)
        charge(len(self.image.topics[name].partitions))
        await self._commit(operations)

    async def create_partitions(
        self,
        name: str,
        count: int,
        assignment: Sequence[Sequence[int]] | None = None,
        *,
        validate_only: bool = False,
        charge: Charge = free_of_charge,
    ) -> None:
        """Give a topic `count` partitions in all; raises ApiError if it cannot be."""
        operations = topics.create_partitions(
            self.image, name, count, assignment, self._config.release
        )
        charge(count - len(self.image.topics[name].partitions))
        if not validate_only:
            await self._commit(operations)

    async def edit_config(
        self,
        kind: Kind,
        name: str,
        edits: Sequence[ConfigEdit],
        *,
        validate_only: bool = False,
    ) -> None:
        """Edit settings of something; raises ApiError if that is not possible."""
        operations = configs.edit(self.image, kind, name, edits, self._file_config)
        if not validate_only:
            await self._commit(operations)

    async def replace_config(
        self,
        kind: Kind,
        name: str,
        config: Mapping[str, str],
        *,
        validate_only: bool = False,
    ) -> None:
        """Let something have just these settings; raises ApiError if it cannot."""
        operations = configs.replace(self.image, kind, name, config, self._file_config)
        if not validate_only:
            await self._commit(operations)

    async def configure_entities(
        self, changed: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Let users, client ids or addresses, by their paths, have just these settings.

        An entity's path is that of `logion.quota.entity`.
        """
        await entities.store(self._store, self.image, changed, self._config.release)

    async def propose_isr(
        self, name: TopicPartition, isr: tuple[BrokerId, ...]
    ) -> None:
        """Write the ISR that a leader found.

        Raises CommitError BAD_VERSION if the partition's state has changed since.
        """
        await self._commit(controller.on_isr_proposed(self.image, name, isr))

    async def next_producer_id(self) -> ProducerId:
        """Return a producer id that nobody was given before."""
        found = next(self._producer_ids, None)
        if found is None:
            self._producer_ids = iter(await self.take_producer_ids(self.broker_id))
            found = next(self._producer_ids)
        return ProducerId(found)

    async def commit_offset(
        self, group_id: str, partition: TopicPartition, offset: int
    ) -> None:
        """Keep an offset where consumers of 0.8 keep theirs (OffsetCommit v0)."""
        await old_offsets.commit(self._store, group_id, partition, offset)

    async def committed_offset(
        self, group_id: str, partition: TopicPartition
    ) -> int | None:
        """Return what `commit_offset` or a consumer of 0.8 kept; None if nobody did."""
        return await old_offsets.committed(self._store, group_id, partition)

    async def adopt(
        self, name: str, partitions: Sequence[int], topic_id: Uuid | None
    ) -> bool:
        """Make known a topic whose partitions were found in the data folder.

        Return whether the folders are that topic's: False if a topic of this name
        has another id, so that the folders are of one deleted before.
        """
        topic = self.image.topics.get(name)
        if topic is None:
            await self._commit(self._adoption(name, partitions, topic_id))
            return True
        if topic_id is not None and topic.id not in {ZERO_UUID, topic_id}:
            return False
        missing = max(partitions) + 1
        if missing > len(topic.partitions):
            mine = [[self.broker_id]] * (missing - len(topic.partitions))
            await self.create_partitions(name, missing, mine)
        return True

    async def close(self) -> None:
        """Leave the cluster: the broker is no longer registered."""
        await self._store.close()

    async def journal(self) -> bytes:
        """Return a journal of all there is to know, but for which brokers live."""
        return await self._store.journal()

    def _adoption(
        self, name: str, partitions: Sequence[int], topic_id: Uuid | None
    ) -> list[Operation]:
        topic = topics.adopted_topic(
            name,
            partitions,
            topic_id=self._new_topic_id() if topic_id is None else topic_id,
            broker=self.broker_id,
            controller_epoch=self.image.controller_epoch,
        )
        return topics.create_topic(topic, {}, self._config.release)

    def _plan(self, image: ClusterImage, new: NewTopic) -> TopicInfo:
        config, count = self._config, max(1, len(image.brokers))
        return topics.plan_topic(
            image,
            new,
            topic_id=self._new_topic_id(),
            start=Start(self._chance.randrange(count), self._chance.randrange(count)),
            defaults=TopicDefaults(
                config.release,
                config.integer("num.partitions"),
                config.integer("default.replication.factor"),
            ),
        )

    def _new_topic_id(self) -> Uuid:
        if minor_release(self._config.release) < TOPIC_IDS_SINCE:
            return ZERO_UUID
        return random_uuid(self._chance)

    def _allows_unclean(self, topic: str) -> bool:
        return self.topic_config(topic).flag("unclean.leader.election.enable")

    async def _stand_for_controller(self, now_ms: int) -> None:
        """Become the controller, in a new term, unless somebody is."""
        release = self._config.release
        data = znodes.write_controller(ControllerInfo(self.broker_id, now_ms), release)
        epoch = ControllerEpoch(self.image.controller_epoch + 1)
        path, term = znodes.CONTROLLER_EPOCH, znodes.write_controller_epoch(epoch)
        is_first = self.image.controller_epoch == 0
        try:
            await self._commit(
                [
                    Create(znodes.CONTROLLER, data, is_ephemeral=True),
                    Create(path, term) if is_first else SetData(path, term),
                ]
            )
        except CommitError as error:
            if error.path != znodes.CONTROLLER:
                raise

    async def take_producer_ids(self, broker: BrokerId) -> range:
        """Return the block after the last one that anybody took; it is `broker`'s."""
        while True:
            node = await self._store.node(znodes.PRODUCER_IDS)
            first = znodes.read_producer_ids(node.data).last + 1 if node.data else 0
            last = first + PRODUCER_ID_BLOCK - 1
            data = znodes.write_producer_ids(ProducerIdBlock(broker, first, last))
            try:
                await self._commit([SetData(znodes.PRODUCER_IDS, data, node.version)])
            except CommitError as error:
                if error.fault is not Fault.BAD_VERSION:
                    raise
            else:
                return range(first, last + 1)

    async def _commit(self, operations: Sequence[Operation]) -> None:
        if operations:
            await self._store.commit(operations)

    def _on_changes(self, changes: Sequence[Change]) -> None:
        before, after = self.image, apply(self.image, changes)
        if after == before:
            return
        self.image = after
        if after.topic_configs != before.topic_configs:
            self._topic_configs.clear()
        if after.broker_configs != before.broker_configs:
            self._renew_config()
        for listener in self._listeners:
            listener(before, after)

    def _renew_config(self) -> None:
        self._topic_configs.clear()
        self._config = configs.dynamic_config(self.image, self._file_config)


async def open_cluster(
    store: Coordination,
    *,
    broker_id: BrokerId,
    config: BrokerConfig,
    clock: Clock,
    chance: Chance,
    cluster_id: str | None = None,
) -> Cluster:
    """Return the cluster that `store` holds, with what a release expects to be there.

    A store without a cluster id gets `cluster_id`, or one by chance.
    """
    nodes = dict(await store.walk())
    wanted: list[Operation] = [
        Create(path, None) for path in roots_of(config) if path not in nodes
    ]
    if znodes.CLUSTER_ID not in nodes and "/cluster" in roots_of(config):
        text = cluster_id or format_uuid(random_uuid(chance))
        wanted.append(Create(znodes.CLUSTER_ID, znodes.write_cluster_id(text)))
    if wanted:
        await store.commit(wanted)
        nodes = dict(await store.walk())
    image = image_of(nodes.items())
    return Cluster(
        store, image, broker_id=broker_id, config=config, clock=clock, chance=chance
    )


async def generated_broker_id(store: Coordination, config: BrokerConfig) -> BrokerId:
    """Return an id that no broker had, above `reserved.broker.max.id`.

    How often `/brokers/seqid` was written tells them apart.
    """
    with suppress(CommitError):
        await store.commit([Create("/brokers", None)])
    with suppress(CommitError):
        await store.commit([Create(znodes.BROKER_SEQUENCE, None)])
    await store.commit([SetData(znodes.BROKER_SEQUENCE, b"")])
    node = await store.node(znodes.BROKER_SEQUENCE)
    return BrokerId(config.integer("reserved.broker.max.id") + node.version)


def roots_of(config: BrokerConfig) -> tuple[str, ...]:
    """Return the nodes that are there before anything happens.

    What this broker needs itself is there whatever release it plays.
    """
    own = (
        znodes.PRODUCER_IDS,
        znodes.TOPIC_CONFIGS,
        znodes.BROKER_CONFIGS,
        *(
            path
            for first, path in NEW_CONFIGS
            if first <= minor_release(config.release)
        ),
    )
    found = znodes.roots(config.release)
    return (*found, *(path for path in own if path not in found))


def random_uuid(chance: Chance) -> Uuid:
    """Return a random id (RFC 4122, version 4) whose text does not begin with `-`."""
    while True:
        raw = bytearray(chance.randbytes(16))
        raw[6] = raw[6] & 0x0F | 0x40
        raw[8] = raw[8] & 0x3F | 0x80
        uuid = Uuid(bytes(raw))
        if not format_uuid(uuid).startswith("-"):
            return uuid


def _usable(overrides: Mapping[str, str], config: BrokerConfig) -> dict[str, str]:
    """Return the overrides that this release takes."""
    return {
        key: value for key, value in overrides.items() if _is_usable(key, value, config)
    }


def _is_usable(key: str, value: str, config: BrokerConfig) -> bool:
    try:
        check_topic_overrides({key: value}, release=config.release)
    except ConfigError:
        return False
    return True
