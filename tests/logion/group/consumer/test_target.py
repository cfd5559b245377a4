"""Which assignor makes the target."""

from __future__ import annotations

from dataclasses import replace

from logion.group.consumer.state import Settings
from logion.group.consumer.target import assignor_of

from tests.logion.group.consumer.grouping import Consumer, World, cluster, parts


def test_the_assignor_is_the_first_unless_members_would_like_another() -> None:
    world = World(cluster(t=2), Settings(assignors=("range", "uniform")))
    assert assignor_of(world.group, world.settings) == "range"
    for name, wish in (("a", "uniform"), ("b", "range"), ("c", "uniform")):
        Consumer(world, name, ("t",), {"server_assignor": wish}).beat()
    assert assignor_of(world.group, world.settings) == "uniform"


def test_an_assignor_of_another_broker_is_nobodys_wish() -> None:
    world = World(cluster(t=2), Settings(assignors=("range", "uniform")))
    Consumer(world, "a", ("t",)).beat()
    a = replace(world.group.members["a"], server_assignor="ours.alone")
    world.group = replace(world.group, members={"a": a})
    assert assignor_of(world.group, world.settings) == "range"


def test_range_keeps_partitions_of_equal_number_together() -> None:
    world = World(cluster(t=2, u=2), Settings(assignors=("range",)))
    first, second = Consumer(world, "a", ("t", "u")), Consumer(world, "b", ("t", "u"))
    world.settle(first, second)
    assert first.owned == parts(t=(0,), u=(0,))
    assert second.owned == parts(t=(1,), u=(1,))
