"""Which assignor makes the target."""

from __future__ import annotations

from dataclasses import replace

from logion.group.consumer.changes import Draft
from logion.group.consumer.state import (
    Assignment,
    ConsumerGroup,
    Member,
    Outcome,
    Settings,
)
from logion.group.consumer.target import assignor_of, update_target

from tests.logion.group.consumer.grouping import Consumer, World, cluster, parts


def test_the_assignor_is_the_first_unless_members_would_like_another() -> None:
    world = World(cluster(t=2), Settings(assignors=("range", "uniform")))
    assert assignor_of(world.group, world.settings) == "range"
    for name, wish in (("a", "uniform"), ("b", "range"), ("c", "uniform")):
        Consumer(world, name, ("t",), {"server_assignor": wish}).beat()
    assert assignor_of(world.group, world.settings) == "uniform"


def test_of_two_assignors_that_as_many_would_like_the_last_name_is_taken() -> None:
    settings = Settings(assignors=("range", "uniform"))
    a, b = Member("a", server_assignor="range"), Member("b", server_assignor="uniform")
    for members in ({"a": a, "b": b}, {"b": b, "a": a}):
        assert assignor_of(ConsumerGroup("g", members=members), settings) == "uniform"


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


def test_what_most_members_would_like_is_taken_whatever_its_name() -> None:
    wishes = {"a": "range", "b": "uniform", "c": "range"}
    members = {k: Member(k, server_assignor=v) for k, v in wishes.items()}
    group = ConsumerGroup("g", members=members)
    assert assignor_of(group, Settings(assignors=("uniform", "range"))) == "range"


def renewed(world: World, members: dict[str, Member], **targets: Assignment) -> Outcome:
    """Return what becomes of a group whose target is made anew."""
    group = ConsumerGroup("g", epoch=3, members=members, targets=targets)
    draft = Draft(replace(group, target_epoch=2), world.settings)
    update_target(draft, world.moment)
    return draft.outcome()


def member(name: str, **fields: str) -> Member:
    return Member(name, topic_names=frozenset({"t"}), **fields)


def test_a_new_target_takes_away_no_more_than_it_must_and_writes_what_differs() -> None:
    world = World(cluster(t=4))
    members = {it: member(it) for it in "ab"}
    had = {"a": parts(t=(1, 2, 3)), "b": parts(t=(0,))}
    outcome = renewed(world, members, **had)
    assert outcome.group.target_epoch == 3
    a, b = (outcome.group.target_of(it) for it in "ab")
    assert (len(a), len(b), a < had["a"], b > had["b"]) == (2, 2, True, True)
    assert len(outcome.records) == 3
    again = renewed(world, members, a=a, b=b)
    assert len(again.records) == 1, "only that it is the target of this epoch"


def test_static_members_are_told_apart_by_their_instances() -> None:
    world = World(cluster(t=2), Settings(assignors=("range",)))
    members = {
        "a": member("a"),
        "b": member("b", instance_id="y"),
        "c": member("c", instance_id="x"),
    }
    group = renewed(world, members).group
    assert [set(group.target_of(it)) for it in "cba"] == [
        parts(t=(0,)),
        parts(t=(1,)),
        frozenset(),
    ]


def test_a_target_that_is_new_enough_stays_as_it_is() -> None:
    world = World(cluster(t=2))
    draft = Draft(ConsumerGroup("g", epoch=3, target_epoch=3), world.settings)
    update_target(draft, world.moment)
    assert draft.outcome().records == ()
