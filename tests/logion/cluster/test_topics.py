from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from logion.cluster.assignment import Start
from logion.cluster.changes import image_of
from logion.cluster.image import BrokerInfo, ClusterImage, TopicInfo
from logion.cluster.topics import (
    NewTopic,
    TopicDefaults,
    adopted_topic,
    check_no_collision,
    check_topic_name,
    create_partitions,
    create_topic,
    delete_topic,
    plan_topic,
)
from logion.cluster.znodes import roots
from logion.coordination.tree import Create, Operation, Tree
from logion.names import ZERO_UUID, BrokerId, ControllerEpoch, Uuid
from logion.protocol.errors import ApiError, Error

ID = Uuid(bytes(range(16)))
THREE = {BrokerId(n): BrokerInfo(BrokerId(n), ()) for n in (0, 1, 2)}
EMPTY = ClusterImage(brokers=THREE, controller_epoch=ControllerEpoch(4))


def planned(
    image: ClusterImage, new: NewTopic, defaults: TopicDefaults | None = None
) -> TopicInfo:
    return plan_topic(
        image,
        new,
        topic_id=ID,
        start=Start(1, 0),
        defaults=defaults or TopicDefaults("4.3"),
    )


def code_of(call: Callable[[], object]) -> Error:
    with pytest.raises(ApiError) as caught:
        call()
    assert caught.value.message
    return caught.value.error


class World:
    """A tree with three brokers, changed by decisions."""

    def __init__(self, *topics: NewTopic) -> None:
        self.tree = Tree()
        self.do([Create(path) for path in roots("4.3")])
        for new in topics:
            topic = planned(self.image, new)
            self.do(create_topic(topic, {"retention.ms": "1"}, "4.3"))

    @property
    def image(self) -> ClusterImage:
        found = image_of(self.tree.walk())
        return ClusterImage(
            brokers=THREE,
            topics=found.topics,
            topics_by_id=found.topics_by_id,
            topic_configs=found.topic_configs,
            deleting=found.deleting,
        )

    def do(self, operations: list[Operation]) -> None:
        self.tree.commit(1, operations, 0)


@pytest.mark.parametrize("name", ["a", "A.b_c-9", "...", "x" * 249])
def test_legal_names_pass(name: str) -> None:
    check_topic_name(name)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "x" * 250, "a b", "a/b", "é", "a\n", "a,b", "٣"]
)
def test_illegal_names_are_refused(name: str) -> None:
    fault = code_of(lambda: check_topic_name(name))
    assert fault is Error.INVALID_TOPIC_EXCEPTION


def test_names_that_differ_in_dot_and_underscore_only_collide() -> None:
    image = World(NewTopic("a_b", 1, 1)).image
    fault = code_of(lambda: check_no_collision(image, "a.b"))
    assert fault is Error.INVALID_TOPIC_EXCEPTION
    for name in ("a_b", "a-b", "ab", "a.c"):
        check_no_collision(image, name)


def test_a_topic_gets_replicas_leaders_and_an_isr() -> None:
    topic = planned(EMPTY, NewTopic("t", 2, 2))
    first, second = topic.partitions[0], topic.partitions[1]
    assert (first.replicas, first.isr, first.leader) == ((1, 2), (1, 2), 1)
    assert second.replicas == (2, 0)
    assert (first.leader_epoch, first.controller_epoch) == (0, 4)
    assert topic.id == ID


def test_numbers_not_given_are_the_brokers_own() -> None:
    defaults = TopicDefaults("4.3", partition_count=4, replication_factor=3)
    topic = planned(EMPTY, NewTopic("t"), defaults)
    assert len(topic.partitions) == 4
    assert len(topic.partitions[0].replicas) == 3


def test_a_given_assignment_is_taken_as_it_is() -> None:
    topic = planned(EMPTY, NewTopic("t", assignment={1: [0, 2], 0: [2, 1]}))
    assert [each.replicas for each in topic.partitions.values()] == [(2, 1), (0, 2)]


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (NewTopic("a/b", 1, 1), Error.INVALID_TOPIC_EXCEPTION),
        (NewTopic("have", 1, 1), Error.TOPIC_ALREADY_EXISTS),
        (NewTopic("have.it", 1, 1), Error.INVALID_TOPIC_EXCEPTION),
        (NewTopic("t", 0, 1), Error.INVALID_PARTITIONS),
        (NewTopic("t", -2, 1), Error.INVALID_PARTITIONS),
        (NewTopic("t", 1, 0), Error.INVALID_REPLICATION_FACTOR),
        (NewTopic("t", 1, 4), Error.INVALID_REPLICATION_FACTOR),
        (NewTopic("t", 1, assignment={0: [0]}), Error.INVALID_REQUEST),
        (NewTopic("t", assignment={1: [0]}), Error.INVALID_REPLICA_ASSIGNMENT),
        (NewTopic("t", assignment={0: []}), Error.INVALID_REPLICA_ASSIGNMENT),
        (NewTopic("t", assignment={0: [1, 1]}), Error.INVALID_REPLICA_ASSIGNMENT),
        (NewTopic("t", assignment={0: [7]}), Error.INVALID_REPLICA_ASSIGNMENT),
        (
            NewTopic("t", assignment={0: [0], 1: [1, 2]}),
            Error.INVALID_REPLICA_ASSIGNMENT,
        ),
        (NewTopic("t", 1, 1, configs={"no": "1"}), Error.INVALID_CONFIG),
        (NewTopic("t", 1, 1, configs={"retention.ms": "x"}), Error.INVALID_CONFIG),
        (NewTopic("t", 1, 1, configs={"retention.ms": None}), Error.INVALID_CONFIG),
    ],
)
def test_what_cannot_be_a_topic_is_refused(new: NewTopic, error: Error) -> None:
    image = World(NewTopic("have", 1, 1), NewTopic("have_it", 1, 1)).image
    assert code_of(lambda: planned(image, new)) is error


def test_a_created_topic_is_in_the_tree_as_it_was_planned() -> None:
    topic = planned(EMPTY, NewTopic("t", 3, 2))
    world = World()
    world.do(create_topic(topic, {"retention.ms": "9"}, "4.3"))
    assert world.image.topics["t"] == topic
    assert world.image.config_of("t") == {"retention.ms": "9"}


def test_a_deleted_topic_leaves_nothing_behind() -> None:
    world, bare = World(NewTopic("t", 3, 2)), World()
    world.do([Create("/admin/delete_topics/t")])
    world.do(delete_topic(world.image, "t"))
    assert set(world.tree.nodes) == set(bare.tree.nodes)
    fault = code_of(lambda: delete_topic(world.image, "t"))
    assert fault is Error.UNKNOWN_TOPIC_OR_PARTITION


def test_a_topic_that_has_no_states_yet_can_be_deleted() -> None:
    world = World()
    operations = create_topic(planned(EMPTY, NewTopic("t", 1, 1)), {}, "4.3")
    world.do(operations[1:2])
    world.do(delete_topic(world.image, "t"))
    assert not world.image.topics


def test_new_partitions_carry_on_the_round() -> None:
    world = World(NewTopic("t", 2, 2))
    whole = planned(EMPTY, NewTopic("whole", 5, 2))
    world.do(create_partitions(world.image, "t", 5, None, "4.3"))
    partitions = world.image.topics["t"].partitions
    assert [each.replicas[0] for each in partitions.values()] == [
        each.replicas[0] for each in whole.partitions.values()
    ]
    assert partitions[4].partition_epoch == 0


def test_new_partitions_take_a_given_assignment() -> None:
    world = World(NewTopic("t", 1, 1))
    world.do(create_partitions(world.image, "t", 3, [[2], [0]], "4.3"))
    partitions = world.image.topics["t"].partitions
    assert [each.replicas for each in partitions.values()] == [(1,), (2,), (0,)]


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("no", 3, None), Error.UNKNOWN_TOPIC_OR_PARTITION),
        (("t", 2, None), Error.INVALID_PARTITIONS),
        (("t", 1, None), Error.INVALID_PARTITIONS),
        (("t", 4, [[0]]), Error.INVALID_REPLICA_ASSIGNMENT),
        (("t", 3, [[0, 1]]), Error.INVALID_REPLICA_ASSIGNMENT),
        (("t", 3, [[9]]), Error.INVALID_REPLICA_ASSIGNMENT),
    ],
)
def test_impossible_partitions_are_refused(
    args: tuple[Any, Any, Any], error: Error
) -> None:
    image = World(NewTopic("t", 2, 1)).image
    assert code_of(lambda: create_partitions(image, *args, "4.3")) is error


def test_new_partitions_need_as_many_brokers_as_replicas() -> None:
    image = World(NewTopic("t", 1, 3)).image
    fewer = ClusterImage(brokers={BrokerId(0): THREE[BrokerId(0)]}, topics=image.topics)
    fault = code_of(lambda: create_partitions(fewer, "t", 2, None, "4.3"))
    assert fault is Error.INVALID_REPLICATION_FACTOR


def test_an_adopted_topic_has_the_partitions_that_were_found() -> None:
    topic = adopted_topic(
        "t",
        [2, 0],
        topic_id=ZERO_UUID,
        broker=BrokerId(5),
        controller_epoch=ControllerEpoch(1),
    )
    assert list(topic.partitions) == [0, 1, 2]
    assert topic.partitions[2].replicas == (5,)
    assert topic.partitions[2].leader == 5
