"""Static members: who may take whose place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.group.consumer.changes import Draft
from logion.group.consumer.leaving import on_time
from logion.group.consumer.membership import (
    check_epoch,
    check_room,
    joining,
    member_of,
)
from logion.group.consumer.state import ConsumerGroup, Member, Settings
from logion.protocol.errors import ApiError, Error

from tests.logion.group.consumer.grouping import Consumer, World, cluster, parts


def static(world: World, member_id: str) -> Consumer:
    return Consumer(world, member_id, ("t",), {"instance_id": "i"})


def test_a_static_member_that_comes_back_gets_what_it_had_without_a_rebalance() -> None:
    world = World(cluster(t=4))
    other, first = Consumer(world, "o", ("t",)), static(world, "a")
    world.settle(other, first)
    had, epoch = first.owned, world.group.epoch
    answer = world.leave("a", -2, instance_id="i")
    assert (answer.member_epoch, world.group.epoch) == (-2, epoch)
    assert world.group.members["a"].assigned.keys() == had

    second = static(world, "b")
    second.beat()
    assert (second.owned, world.group.epoch) == (had, epoch)
    assert set(world.group.members) == {"o", "b"}
    assert world.group.static_members == {"i": "b"}
    world.settle(other, second)
    assert other.owned | second.owned == parts(t=(0, 1, 2, 3))


def test_a_place_that_was_not_left_is_not_given_away() -> None:
    world = World(cluster(t=1))
    static(world, "a").beat()
    with pytest.raises(ApiError, match="owned by a member") as caught:
        static(world, "b").beat()
    assert caught.value.error is Error.UNRELEASED_INSTANCE_ID


def test_who_was_replaced_is_fenced() -> None:
    world = World(cluster(t=1))
    first = static(world, "a")
    first.beat()
    world.leave("a", -2, instance_id="i")
    static(world, "b").beat()
    with pytest.raises(ApiError, match="fenced by member b") as caught:
        world.beat("a", first.epoch, instance_id="i")
    assert caught.value.error is Error.FENCED_INSTANCE_ID


def test_an_instance_that_nobody_has_is_not_known() -> None:
    world = World(cluster(t=1))
    with pytest.raises(ApiError, match="Instance id i is unknown") as caught:
        world.beat("a", 3, instance_id="i")
    assert caught.value.error is Error.UNKNOWN_MEMBER_ID


def test_only_who_has_an_instance_id_can_leave_with_it() -> None:
    world = World(cluster(t=1))
    static(world, "a").beat()
    for member_id, instance_id, error in (
        ("b", "i", Error.FENCED_INSTANCE_ID),
        ("a", "j", Error.UNKNOWN_MEMBER_ID),
    ):
        with pytest.raises(ApiError) as caught:
            world.leave(member_id, -2, instance_id=instance_id)
        assert caught.value.error is error


def test_a_static_member_may_also_leave_for_good() -> None:
    world = World(cluster(t=1))
    static(world, "a").beat()
    world.leave("a", -1, instance_id="i")
    assert (world.group.members, world.group.static_members) == ({}, {})


def test_who_stays_away_too_long_loses_its_place() -> None:
    world = World(cluster(t=1))
    static(world, "a").beat()
    world.leave("a", -2, instance_id="i")
    world.now_ms += 45_000
    outcome, late = on_time(world.group, world.moment)
    assert set(late) == {"a"}
    assert outcome.group.members == {}


def test_the_same_static_member_may_join_again_only_after_it_left() -> None:
    world = World(cluster(t=1))
    consumer = static(world, "a")
    consumer.beat()
    consumer.epoch, consumer.owned = 0, frozenset()
    with pytest.raises(ApiError) as caught:
        consumer.beat()
    assert caught.value.error is Error.UNRELEASED_INSTANCE_ID
    world.leave("a", -2, instance_id="i")
    consumer.beat()
    assert consumer.owned == parts(t=(0,))


def test_who_takes_a_place_begins_anew_with_what_was_there() -> None:
    world = World(cluster(t=1))
    static(world, "a").beat()
    world.leave("a", -2, instance_id="i")
    left = replace(world.group.members["a"], previous_epoch=4)
    group = replace(world.group, members={"a": left})
    member = joining(Draft(group, world.settings), "b", "i", is_classic=False)
    assert (member.member_id, member.epoch, member.previous_epoch) == ("b", 0, 0)
    assert (member.assigned, member.topic_names) == (left.assigned, left.topic_names)


def test_who_joins_again_is_the_member_that_it_was() -> None:
    known = Member("a", 3, rack_id="r")
    group = ConsumerGroup("g", members={"a": known})
    draft = Draft(group, Settings())
    assert joining(draft, "a", None, is_classic=False) is known
    assert joining(draft, "a", "i", is_classic=False) is known
    assert joining(draft, "b", None, is_classic=False) == Member("b")


FENCED = (
    "The consumer group member has a {} member epoch ({}) than the one known by the"
    " group coordinator (5). The member must abandon all its partitions and rejoin."
)


@pytest.mark.parametrize(("epoch", "how"), [(6, "greater"), (4, "smaller")])
def test_who_is_fenced_is_told_both_epochs(epoch: int, how: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_epoch(Member("a", 5), epoch, None)
    assert caught.value.error is Error.FENCED_MEMBER_EPOCH
    assert caught.value.message == FENCED.format(how, epoch)


def test_who_is_refused_is_told_why() -> None:
    group = ConsumerGroup("g", members={"a": Member("a")})
    with pytest.raises(ApiError) as caught:
        member_of(group, "b")
    assert caught.value.message == "Member b is not a member of group g."
    with pytest.raises(ApiError) as caught:
        check_room(group, "b", 1)
    assert caught.value.message == (
        "The consumer group has reached its maximum capacity of 1 members."
    )
    check_room(group, "b", 2)
    check_room(group, "a", 1)
