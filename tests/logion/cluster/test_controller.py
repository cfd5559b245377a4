from __future__ import annotations

import pytest
from logion.cluster.changes import apply
from logion.cluster.controller import (
    elect_leader,
    on_broker_back,
    on_brokers_changed,
    on_isr_proposed,
    prefer_leader,
)
from logion.cluster.image import BrokerInfo, ClusterImage, PartitionInfo, TopicInfo
from logion.cluster.topics import create_topic
from logion.cluster.znodes import roots
from logion.coordination.tree import CommitError, Create, Fault, Tree
from logion.names import (
    ZERO_UUID,
    BrokerId,
    ControllerEpoch,
    LeaderEpoch,
    PartitionEpoch,
    TopicPartition,
)


def ids(*numbers: int) -> tuple[BrokerId, ...]:
    return tuple(map(BrokerId, numbers))


def partition(leader: int, isr: tuple[BrokerId, ...]) -> PartitionInfo:
    return PartitionInfo(
        0,
        ids(1, 2, 3),
        isr=isr,
        leader=BrokerId(leader),
        leader_epoch=LeaderEpoch(5),
        partition_epoch=PartitionEpoch(0),
    )


@pytest.mark.parametrize(
    ("leader", "isr", "alive", "unclean", "expected"),
    [
        (1, (1, 2, 3), (1, 2, 3), False, (1, (1, 2, 3), 5)),
        (1, (1, 2, 3), (2, 3), False, (2, (2, 3), 6)),
        (1, (1, 3), (2, 3), False, (3, (3,), 6)),
        (1, (1, 2, 3), (1, 3), False, (1, (1, 3), 6)),
        (1, (1,), (2, 3), False, (-1, (1,), 6)),
        (1, (1,), (2, 3), True, (2, (2,), 6)),
        (1, (1,), (), True, (-1, (1,), 6)),
        (-1, (1,), (2, 3), False, (-1, (1,), 5)),
        (-1, (1,), (1, 2), False, (1, (1,), 6)),
        (2, (3, 2, 1), (1, 3), False, (1, (3, 1), 6)),
    ],
)
def test_the_leader_is_the_first_live_replica_in_sync(
    leader: int,
    isr: tuple[int, ...],
    alive: tuple[int, ...],
    unclean: bool,
    expected: tuple[int, tuple[int, ...], int],
) -> None:
    before = partition(leader, ids(*isr))
    after = elect_leader(before, ids(*alive), unclean=unclean)
    assert (after.leader, after.isr, after.leader_epoch) == expected
    assert (after is before) == (expected[2] == 5)


@pytest.mark.parametrize(
    ("isr", "alive", "leader"),
    [((1, 2), (1, 2), 1), ((2, 3), (1, 2), 2), ((1, 2), (2,), 2)],
)
def test_the_preferred_leader_must_be_alive_and_in_sync(
    isr: tuple[int, ...], alive: tuple[int, ...], leader: int
) -> None:
    after = prefer_leader(partition(2, ids(*isr)), ids(*alive))
    assert (after.leader, after.leader_epoch) == (leader, 6 if leader == 1 else 5)


def world() -> tuple[Tree, ClusterImage]:
    tree, image = Tree(), ClusterImage(controller_epoch=ControllerEpoch(3))
    tree.commit(0, [Create(path) for path in roots("4.3")], 0)
    for name, isr in (("a", ids(1, 2)), ("b", ids(1))):
        topic = TopicInfo(name, ZERO_UUID, {0: partition(1, isr)})
        changes = tree.commit(0, create_topic(topic, {}, "4.3"), 0).changes
        image = apply(image, changes)
    return tree, image


def with_brokers(image: ClusterImage, *alive: int) -> ClusterImage:
    return ClusterImage(
        brokers={b: BrokerInfo(b, ()) for b in ids(*alive)},
        topics=image.topics,
        controller_epoch=image.controller_epoch,
    )


def test_a_dead_leader_is_replaced_and_a_live_one_left_alone() -> None:
    tree, image = world()
    assert on_brokers_changed(with_brokers(image, 1, 2), lambda _: False) == []
    writes = on_brokers_changed(with_brokers(image, 2), lambda _: False)
    after = apply(image, tree.commit(0, writes, 0).changes)
    found = after.topics["a"].partitions[0]
    assert (found.leader, found.isr, found.controller_epoch) == (2, (2,), 3)
    lonely = after.topics["b"].partitions[0]
    assert (lonely.leader, lonely.isr) == (-1, (1,))
    back = on_brokers_changed(with_brokers(after, 1, 2), lambda _: False)
    again = apply(after, tree.commit(0, back, 0).changes)
    assert again.topics["b"].partitions[0].leader == 1
    assert again.topics["b"].partitions[0].leader_epoch == 7


def test_a_broker_that_is_back_begins_other_terms_of_what_it_leads() -> None:
    tree, image = world()
    here = with_brokers(image, 1, 2)
    writes = on_broker_back(here, BrokerId(1), lambda _: False)
    after = apply(here, tree.commit(0, writes, 0).changes)
    found = {name: it.partitions[0] for name, it in after.topics.items()}
    assert {name: (it.leader, it.leader_epoch) for name, it in found.items()} == {
        "a": (2, 6),  # another was in sync meanwhile, and leads
        "b": (1, 7),  # nobody was, until it came back
    }
    assert on_broker_back(here, BrokerId(3), lambda _: False) == []


def test_only_a_topic_that_allows_it_is_led_uncleanly() -> None:
    tree, image = world()
    writes = on_brokers_changed(with_brokers(image, 3), lambda name: name == "b")
    after = apply(image, tree.commit(0, writes, 0).changes)
    assert after.topics["b"].partitions[0].leader == 3
    assert after.topics["a"].partitions[0].leader == -1


def test_a_decision_on_an_old_image_is_refused_by_the_store() -> None:
    tree, image = world()
    name = TopicPartition("a", 0)
    writes = on_isr_proposed(image, name, ids(1))
    after = apply(image, tree.commit(0, writes, 0).changes)
    found = after.topics["a"].partitions[0]
    assert (found.isr, found.leader_epoch, found.partition_epoch) == ((1,), 5, 1)
    with pytest.raises(CommitError) as caught:
        tree.commit(0, on_isr_proposed(image, name, ids(1, 2, 3)), 0)
    assert caught.value.fault is Fault.BAD_VERSION


def test_partitions_without_a_state_are_left_to_their_creation() -> None:
    _, image = world()
    bare = TopicInfo("c", ZERO_UUID, {0: PartitionInfo(0, ids(1))})
    topics = {"c": bare}
    image = ClusterImage(brokers=with_brokers(image, 2).brokers, topics=topics)
    assert on_brokers_changed(image, lambda _: True) == []
