"""What a group subscribes to."""

from __future__ import annotations

from dataclasses import replace

from logion.group.consumer.state import Member

from tests.logion.group.consumer.grouping import Consumer, World, cluster, parts


def test_a_pattern_that_another_broker_took_matches_nothing_here() -> None:
    world = World(cluster(t=1))
    odd = Member("odd", topic_pattern=r"\p{Greek}")
    world.group = replace(world.group, members={"odd": odd})
    consumer = Consumer(world, "a", ("t",))
    consumer.beat()
    assert consumer.owned == parts(t=(0,))
    (told,) = world.problems
    assert r"\p{Greek}" in told
    assert world.group.patterns[r"\p{Greek}"].topics == frozenset()


def test_members_with_the_same_pattern_share_it() -> None:
    world = World(cluster(t=2))
    fields = {"subscribed_topic_regex": "t"}
    first, second = Consumer(world, "a", (), fields), Consumer(world, "b", (), fields)
    world.settle(first, second)
    assert first.owned | second.owned == parts(t=(0, 1))
    world.leave("a")
    assert set(world.group.patterns) == {"t"}
    world.settle(second)
    assert second.owned == parts(t=(0, 1))


def test_names_and_a_pattern_add_up() -> None:
    world = World(cluster(t=1, u=1, v=1))
    fields = {"subscribed_topic_regex": "u"}
    consumer = Consumer(world, "a", ("t",), fields)
    consumer.beat()
    assert consumer.owned == parts(t=(0,), u=(0,))


def test_a_pattern_given_up_takes_its_topics_along() -> None:
    world = World(cluster(t=1, u=1))
    consumer = Consumer(world, "a", ("t",), {"subscribed_topic_regex": "u"})
    consumer.beat()
    consumer.fields, consumer.has_said_all = {"subscribed_topic_regex": ""}, False
    world.settle(consumer)
    assert consumer.owned == parts(t=(0,))
    assert world.group.patterns == {}


def test_a_hash_of_another_make_has_the_work_divided_anew_once() -> None:
    world = World(cluster(t=2))
    consumer = Consumer(world, "a", ("t",))
    consumer.beat()
    world.group = replace(world.group, metadata_hash=77, image_seen=None)
    epoch, had = world.group.epoch, consumer.owned
    world.settle(consumer)
    assert (world.group.epoch, consumer.owned) == (epoch + 1, had)
