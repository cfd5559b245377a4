from __future__ import annotations

import json
from collections.abc import Sequence

from logion.cluster import znodes
from logion.cluster.changes import apply, image_of
from logion.cluster.image import ClusterImage, PartitionInfo, TopicInfo
from logion.coordination.tree import Create, Delete, Operation, SetData, Tree
from logion.names import BrokerId, Uuid

from tests.shared import needs_shared, shared

RECORDED = "spec/quickstart/znodes"
ID = Uuid(bytes(range(16)))


class World:
    """A tree and the image that follows it."""

    def __init__(self) -> None:
        self.tree, self.image = Tree(), ClusterImage()
        self.tree.open_session(1)
        self.do([Create(path) for path in znodes.roots("4.3")])

    def do(self, operations: Sequence[Operation]) -> ClusterImage:
        changes = self.tree.commit(1, operations, 0).changes
        self.image = apply(self.image, changes)
        assert self.image == image_of(self.tree.walk())
        return self.image


def topic(name: str, *, count: int = 2, topic_id: Uuid = ID) -> TopicInfo:
    partitions = {n: PartitionInfo(n, (BrokerId(0),)) for n in range(count)}
    return TopicInfo(name, topic_id, partitions)


def state(leader: int, epoch: int = 0) -> bytes:
    value = {"controller_epoch": 1, "leader": leader, "leader_epoch": epoch, "isr": [0]}
    return json.dumps(value).encode()


def made(world: World, name: str = "t") -> ClusterImage:
    path = znodes.topic_path(name)
    return world.do(
        [
            Create(path, znodes.write_topic(topic(name), "4.3")),
            Create(f"{path}/partitions"),
            Create(znodes.partition_path(name, 0)),
            Create(znodes.state_path(name, 0), state(0)),
        ]
    )


def test_a_topic_is_found_by_name_and_by_id() -> None:
    image = made(World())
    assert image.topics["t"] is image.topics_by_id[ID]
    assert image.topics["t"].partitions[0].leader == 0
    assert image.topics["t"].partitions[1].partition_epoch == -1


def test_a_new_state_changes_only_its_partition() -> None:
    world = World()
    before = made(world)
    after = world.do([SetData(znodes.state_path("t", 0), state(-1, 7))])
    partition = after.topics["t"].partitions[0]
    assert (partition.leader, partition.leader_epoch) == (-1, 7)
    assert partition.partition_epoch == 1
    assert before.topics["t"].partitions[0].leader == 0
    assert after.topics_by_id[ID] is after.topics["t"]


def test_more_replicas_keep_the_state_there_was() -> None:
    world = World()
    made(world)
    grown = topic("t", count=3)
    data = znodes.write_topic(grown, "4.3")
    image = world.do([SetData(znodes.topic_path("t"), data)])
    assert len(image.topics["t"].partitions) == 3
    assert image.topics["t"].partitions[0].leader == 0


def test_a_deleted_topic_is_gone_with_its_id() -> None:
    world = World()
    made(world)
    path = znodes.topic_path("t")
    gone = world.do(
        [
            Delete(znodes.state_path("t", 0)),
            Delete(znodes.partition_path("t", 0)),
            Delete(f"{path}/partitions"),
            Delete(path),
        ]
    )
    assert (dict(gone.topics), dict(gone.topics_by_id)) == ({}, {})


def test_a_lost_state_leaves_replicas_without_a_leader() -> None:
    world = World()
    made(world)
    image = world.do([Delete(znodes.state_path("t", 0))])
    assert image.topics["t"].partitions[0] == PartitionInfo(0, (BrokerId(0),))


def test_states_of_unknown_topics_and_partitions_are_passed_over() -> None:
    world = World()
    made(world)
    world.do(
        [
            Create(znodes.partition_path("t", 9)),
            Create(znodes.state_path("t", 9), state(0)),
            Create(znodes.topic_path("ghost"), None),
            Create(f"{znodes.topic_path('ghost')}/partitions"),
            Create(znodes.partition_path("ghost", 0)),
            Create(znodes.state_path("ghost", 0), state(0)),
        ]
    )
    assert set(world.image.topics) == {"t"}
    assert set(world.image.topics["t"].partitions) == {0, 1}


def test_brokers_come_and_go() -> None:
    world = World()
    data = b'{"jmx_port":-1,"host":"h","version":1,"port":1}'
    path = znodes.broker_path(4)
    image = world.do([Create(path, data, is_ephemeral=True)])
    assert image.brokers[BrokerId(4)].epoch == world.tree.zxid
    assert not world.do([Delete(path)]).brokers


def test_controller_cluster_and_settings_are_in_the_image() -> None:
    world = World()
    controller = b'{"version":1,"brokerid":2,"timestamp":"0"}'
    world.do(
        [
            Create(znodes.CONTROLLER, controller, is_ephemeral=True),
            Create(znodes.CONTROLLER_EPOCH, b"3"),
            Create(znodes.CLUSTER_ID, znodes.write_cluster_id("abc")),
            Create(znodes.config_path("topics", "t"), znodes.write_config({"a": "1"})),
            Create(znodes.config_path("brokers", "0"), znodes.write_config({"b": "2"})),
            Create(f"{znodes.DELETE_TOPICS}/t"),
        ]
    )
    image = world.image
    assert (image.controller_id, image.controller_epoch) == (2, 3)
    assert (image.cluster_id, image.deleting) == ("abc", {"t"})
    assert image.config_of("t") == {"a": "1"}
    assert image.broker_configs == {"0": {"b": "2"}}
    paths = (
        znodes.CONTROLLER,
        znodes.CONTROLLER_EPOCH,
        znodes.CLUSTER_ID,
        znodes.config_path("topics", "t"),
        znodes.config_path("brokers", "0"),
        f"{znodes.DELETE_TOPICS}/t",
    )
    assert world.do([Delete(path) for path in paths]) == ClusterImage()


@needs_shared
def test_a_recorded_cluster_of_three_brokers_is_read() -> None:
    recorded = json.loads(shared(f"{RECORDED}/20-after-reassign.json").read_text())
    tree = Tree()
    for node in recorded["nodes"]:
        if node["path"] not in tree.nodes:
            data = None if node["data"] is None else node["data"].encode()
            tree.commit(1, [Create(node["path"], data)], 0)
    image = image_of(tree.walk())
    assert set(image.brokers) == {0, 1, 2}
    partition = image.partition("my-replicated-topic", 0)
    assert partition is not None
    assert set(partition.replicas) == set(partition.isr) == {0, 1, 2}
    assert image.config_of("__consumer_offsets")["cleanup.policy"] == "compact"
