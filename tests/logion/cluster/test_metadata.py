from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from logion.cluster import znodes
from logion.cluster.configs import DEFAULT_BROKER, ConfigEdit, Edit, Kind
from logion.cluster.image import BrokerInfo, ClusterImage, Endpoint, TopicInfo
from logion.cluster.metadata import (
    Cluster,
    generated_broker_id,
    open_cluster,
    random_uuid,
)
from logion.cluster.topics import NewTopic
from logion.cluster.znodes import ProducerIdBlock
from logion.config import BrokerConfig
from logion.coordination.journal import Journal, open_journal
from logion.coordination.tree import (
    CommitError,
    Create,
    Delete,
    Fault,
    Operation,
    SetData,
)
from logion.names import ZERO_UUID, BrokerId, TopicPartition, Uuid, format_uuid
from logion.protocol.errors import ApiError, Error
from logion.protocol.releases import RELEASES
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk

ME = BrokerId(0)
ID = Uuid(bytes(range(16)))


def store_on(disk: MemoryDisk) -> Journal:
    disk.make_dir("data")
    return open_journal(disk, "data/journal", FakeClock())


async def cluster_on(
    disk: MemoryDisk, *, release: str = "4.3", settings: dict[str, str] | None = None
) -> Cluster:
    cluster = await open_cluster(
        store_on(disk),
        broker_id=ME,
        config=BrokerConfig.of({"broker.id": "0", **(settings or {})}, release=release),
        clock=FakeClock(),
        chance=random.Random(1),
    )
    await cluster.register(BrokerInfo(ME, (Endpoint("PLAINTEXT", "h", 9092),)))
    return cluster


async def created(cluster: Cluster, new: NewTopic) -> TopicInfo:
    [answer] = await cluster.create_topics([new])
    assert isinstance(answer, TopicInfo)
    return answer


async def test_the_first_broker_becomes_the_controller_of_a_named_cluster() -> None:
    cluster = await cluster_on(MemoryDisk())
    assert cluster.is_controller
    assert cluster.image.controller_epoch == 1
    assert len(cluster.image.cluster_id or "") == 22
    assert cluster.image.brokers[ME].endpoints[0].port == 9092
    assert cluster.image.brokers[ME].epoch > 0


@pytest.mark.parametrize("release", RELEASES)
async def test_topics_can_be_made_whatever_release_is_played(release: str) -> None:
    cluster = await cluster_on(MemoryDisk(), release=release)
    topic = await created(cluster, NewTopic("t", 2, 1))
    assert list(topic.partitions) == [0, 1]


async def test_topics_settings_and_ids_survive_a_restart() -> None:
    disk = MemoryDisk()
    before = await cluster_on(disk)
    await created(before, NewTopic("t", 3, 1, configs={"retention.ms": "7"}))
    after = await cluster_on(disk)
    assert after.image.topics.keys() == before.image.topics.keys()
    (topic,), (known,) = after.image.topics.values(), before.image.topics.values()
    assert (topic.id, topic.partitions.keys()) == (known.id, known.partitions.keys())
    led = [(it.leader, it.isr, it.leader_epoch) for it in topic.partitions.values()]
    assert led == [(ME, (ME,), 2)] * 3  # on KRaft, without a leader in between
    assert after.image.topics_by_id.keys() == before.image.topics_by_id.keys()
    assert after.image.cluster_id == before.image.cluster_id
    assert after.image.controller_epoch == 2
    assert after.topic_config("t").integer("retention.ms") == 7


async def test_a_given_cluster_id_is_taken() -> None:
    cluster = await open_cluster(
        store_on(MemoryDisk()),
        broker_id=ME,
        config=BrokerConfig.of({}),
        clock=FakeClock(),
        chance=random.Random(1),
        cluster_id="given",
    )
    assert cluster.image.cluster_id == "given"


async def test_a_second_broker_with_the_same_id_is_refused() -> None:
    cluster = await cluster_on(MemoryDisk())
    with pytest.raises(CommitError) as caught:
        await cluster.register(BrokerInfo(ME, ()))
    assert caught.value.fault is Fault.NODE_EXISTS


async def test_one_controller_at_a_time() -> None:
    store = store_on(MemoryDisk())
    config = BrokerConfig.of({})
    clusters = [
        await open_cluster(
            store,
            broker_id=BrokerId(number),
            config=config,
            clock=FakeClock(),
            chance=random.Random(number),
        )
        for number in (0, 1)
    ]
    for cluster in clusters:
        await cluster.register(BrokerInfo(cluster.broker_id, ()))
    assert [cluster.is_controller for cluster in clusters] == [True, False]
    assert clusters[0].image == clusters[1].image
    assert set(clusters[1].image.brokers) == {0, 1}
    await clusters[1].elect_leaders()


async def test_subscribers_see_the_image_before_and_after() -> None:
    cluster = await cluster_on(MemoryDisk())
    seen: list[tuple[int, int]] = []

    def listen(before: ClusterImage, after: ClusterImage) -> None:
        seen.append((len(before.topics), len(after.topics)))

    cluster.subscribe(listen)
    await created(cluster, NewTopic("t", 1, 1))
    await cluster.delete_topic("t")
    assert seen == [(0, 1), (1, 0)]


async def test_one_request_creates_what_it_can() -> None:
    cluster = await cluster_on(MemoryDisk(), settings={"num.partitions": "4"})
    asked = [NewTopic("a.b"), NewTopic("a_b"), NewTopic("a.b"), NewTopic("c", 2)]
    first, collides, again, last = await cluster.create_topics(asked)
    assert isinstance(first, TopicInfo)
    assert len(first.partitions) == 4
    assert isinstance(collides, ApiError)
    assert collides.error is Error.INVALID_TOPIC_EXCEPTION
    assert isinstance(again, ApiError)
    assert again.error is Error.TOPIC_ALREADY_EXISTS
    assert isinstance(last, TopicInfo)
    assert set(cluster.image.topics) == {"a.b", "c"}


async def test_validating_changes_nothing() -> None:
    cluster = await cluster_on(MemoryDisk())
    await cluster.create_topics([NewTopic("t", 1, 1)], validate_only=True)
    assert not cluster.image.topics
    await created(cluster, NewTopic("t", 1, 1))
    before = cluster.image
    edits = [ConfigEdit(Edit.SET, "retention.ms", "5")]
    await cluster.create_partitions("t", 2, validate_only=True)
    await cluster.edit_config(Kind.TOPIC, "t", edits, validate_only=True)
    await cluster.replace_config(Kind.TOPIC, "t", {}, validate_only=True)
    await cluster.edit_config(Kind.BROKER, "0", [], validate_only=True)
    await cluster.replace_config(Kind.BROKER, "0", {}, validate_only=True)
    assert cluster.image is before


async def test_releases_before_2_8_have_no_topic_ids() -> None:
    old = await cluster_on(MemoryDisk(), release="2.7")
    assert (await created(old, NewTopic("t", 1, 1))).id == ZERO_UUID
    assert not old.image.topics_by_id
    new = await cluster_on(MemoryDisk(), release="2.8")
    topic = await created(new, NewTopic("t", 1, 1))
    assert new.image.topics_by_id[topic.id].name == "t"


async def test_a_topic_grows_by_partitions() -> None:
    cluster = await cluster_on(MemoryDisk())
    await created(cluster, NewTopic("t", 1, 1))
    await cluster.create_partitions("t", 3)
    assert len(cluster.image.topics["t"].partitions) == 3


async def test_changed_settings_hold_at_once() -> None:
    cluster = await cluster_on(MemoryDisk())
    await created(cluster, NewTopic("t", 1, 1))
    assert cluster.topic_config("t").integer("retention.ms") == 604_800_000
    edits = [ConfigEdit(Edit.SET, "log.retention.ms", "9")]
    await cluster.edit_config(Kind.BROKER, DEFAULT_BROKER, edits)
    assert cluster.config.integer("log.retention.ms") == 9
    assert cluster.topic_config("t").integer("retention.ms") == 9
    await cluster.replace_config(Kind.BROKER, "0", {"log.retention.ms": "8"})
    assert cluster.topic_config("t").integer("retention.ms") == 8
    edits = [ConfigEdit(Edit.SET, "retention.ms", "7")]
    await cluster.edit_config(Kind.TOPIC, "t", edits)
    assert cluster.topic_config("t").integer("retention.ms") == 7
    await cluster.replace_config(Kind.TOPIC, "t", {})
    assert cluster.topic_config("t").integer("retention.ms") == 8


async def test_settings_that_another_release_stored_are_passed_over() -> None:
    disk = MemoryDisk()
    old = await cluster_on(disk, release="2.8")
    configs = {"message.format.version": "0.10.0", "segment.bytes": "100"}
    await created(old, NewTopic("t", 1, 1, configs={**configs, "retention.ms": "3"}))
    new = await cluster_on(disk)
    assert new.topic_config("t").overrides == {"retention.ms": "3"}


async def test_producer_ids_are_never_given_twice() -> None:
    disk = MemoryDisk()
    first = await cluster_on(disk)
    given = [await first.next_producer_id() for _ in range(1001)]
    assert given == list(range(1001))
    second = await cluster_on(disk)
    assert await second.next_producer_id() == 2000


async def test_producer_ids_that_another_broker_took_are_left_to_it() -> None:
    store = store_on(MemoryDisk())
    config, clock = BrokerConfig.of({}), FakeClock()
    one, two = [
        await open_cluster(
            store,
            broker_id=BrokerId(number),
            config=config,
            clock=clock,
            chance=random.Random(number),
        )
        for number in (0, 1)
    ]
    ids = [await each.next_producer_id() for each in (one, two, one, two)]
    assert ids == [0, 1000, 1, 1001]


class Meddling:
    """A store where, before the next commit, somebody else commits something."""

    def __init__(self, store: Journal) -> None:
        self.store = store
        self.others: list[Operation] = []
        self.node, self.walk = store.node, store.walk
        self.subscribe, self.close = store.subscribe, store.close

    async def commit(self, operations: Sequence[Operation]) -> tuple[str, ...]:
        others, self.others = self.others, []
        if others:
            await self.store.commit(others)
        return await self.store.commit(operations)


async def meddled() -> tuple[Cluster, Meddling]:
    store = Meddling(store_on(MemoryDisk()))
    cluster = await open_cluster(
        store,
        broker_id=ME,
        config=BrokerConfig.of({}),
        clock=FakeClock(),
        chance=random.Random(1),
    )
    return cluster, store


async def test_a_block_that_another_broker_takes_meanwhile_is_not_taken() -> None:
    cluster, store = await meddled()
    theirs = znodes.write_producer_ids(ProducerIdBlock(BrokerId(1), 0, 999))
    store.others = [SetData(znodes.PRODUCER_IDS, theirs)]
    assert await cluster.next_producer_id() == 1000


async def test_a_store_that_loses_its_roots_is_no_cluster() -> None:
    cluster, store = await meddled()
    store.others = [Delete(znodes.PRODUCER_IDS)]
    with pytest.raises(CommitError, match="NO_NODE"):
        await cluster.next_producer_id()


async def test_a_term_that_somebody_else_began_is_not_ours() -> None:
    cluster, store = await meddled()
    store.subscribe(
        lambda _: store.others.append(Create(znodes.CONTROLLER_EPOCH, b"1"))
    )
    with pytest.raises(CommitError, match="NODE_EXISTS: /controller_epoch"):
        await cluster.register(BrokerInfo(ME, ()))
    assert not cluster.is_controller


async def test_an_isr_is_written_for_the_state_it_was_drawn_from() -> None:
    store = store_on(MemoryDisk())
    cluster = await open_cluster(
        store,
        broker_id=ME,
        config=BrokerConfig.of({}),
        clock=FakeClock(),
        chance=random.Random(1),
    )
    for number in (0, 1):
        path, data = znodes.broker_path(number), b'{"version":2,"endpoints":[]}'
        await store.commit([Create(path, data)])
    await created(cluster, NewTopic("t", assignment={0: [0, 1]}))
    await cluster.propose_isr(TopicPartition("t", 0), (ME,))
    partition = cluster.image.partition("t", 0)
    assert partition is not None
    assert (partition.isr, partition.partition_epoch) == ((0,), 1)


async def test_a_partition_gets_its_leader_back_with_its_broker() -> None:
    disk = MemoryDisk()
    cluster = await cluster_on(disk)
    await created(cluster, NewTopic("t", 1, 1))
    path = znodes.state_path("t", 0)
    state = b'{"controller_epoch":1,"leader":-1,"leader_epoch":4,"isr":[0],"version":1}'
    await store_on(disk).commit([SetData(path, state)])
    again = await cluster_on(disk)
    partition = again.image.partition("t", 0)
    assert partition is not None
    assert (partition.leader, partition.leader_epoch) == (0, 5)
    assert partition.controller_epoch == 2


async def test_topics_found_in_a_folder_are_adopted() -> None:
    cluster = await cluster_on(MemoryDisk())
    assert await cluster.adopt("t", [1, 0], ID)
    assert list(cluster.image.topics_by_id[ID].partitions) == [0, 1]
    assert await cluster.adopt("nameless", [0], None)
    assert cluster.image.topics["nameless"].id != ZERO_UUID
    before = cluster.image
    assert await cluster.adopt("t", [0, 1], ID)
    assert await cluster.adopt("t", [1], None)
    assert cluster.image is before
    assert await cluster.adopt("t", [3], ID)
    assert len(cluster.image.topics["t"].partitions) == 4


async def test_folders_of_a_topic_deleted_before_are_not_the_new_ones() -> None:
    cluster = await cluster_on(MemoryDisk())
    await created(cluster, NewTopic("t", 1, 1))
    assert not await cluster.adopt("t", [0], ID)


async def test_leaving_takes_the_registration_along() -> None:
    disk = MemoryDisk()
    cluster = await cluster_on(disk)
    await cluster.close()
    assert not cluster.image.brokers
    assert cluster.image.controller_id == -1


async def test_generated_broker_ids_begin_above_the_reserved_ones() -> None:
    store, config = store_on(MemoryDisk()), BrokerConfig.of({}, release="2.8")
    assert await generated_broker_id(store, config) == 1001
    assert await generated_broker_id(store, config) == 1002


def test_random_ids_are_of_version_4_and_read_well() -> None:
    chance = random.Random(3)
    for uuid in [random_uuid(chance) for _ in range(200)]:
        assert uuid[6] >> 4 == 4
        assert uuid[8] >> 6 == 2
        assert not format_uuid(uuid).startswith("-")
