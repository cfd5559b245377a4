"""ConsumerGroupHeartbeat: join, stay, leave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from logion.group.consumer.state import GroupState, MemberState, Settings
from logion.protocol.errors import ApiError, Error

from tests.logion.group.consumer.grouping import (
    Consumer,
    World,
    cluster,
    parts,
    topic_id,
    wire,
)


def test_the_first_member_gets_everything_with_its_first_answer() -> None:
    world = World(cluster(t=3))
    answer = world.beat("a", 0, subscribed_topic_names=("t",))
    assert answer.error_code == 0
    assert (answer.member_id, answer.member_epoch) == ("a", 2)
    assert answer.heartbeat_interval_ms == 5_000
    assert answer.assignment is not None
    assert answer.assignment.topic_partitions == wire(parts(t=(0, 1, 2)))
    assert world.group.state is GroupState.STABLE


def test_a_group_begins_with_the_epoch_its_release_begins_with() -> None:
    world = World(cluster(t=1), Settings(first_epoch=0))
    assert world.beat("a", 0, subscribed_topic_names=("t",)).member_epoch == 1
    world = World(cluster(t=1), Settings(first_epoch=0))
    assert world.beat("a", 0, subscribed_topic_names=()).member_epoch == 1


def test_a_heartbeat_with_nothing_new_changes_nothing_and_is_told_nothing() -> None:
    world = World(cluster(t=3))
    epoch = world.beat("a", 0, subscribed_topic_names=("t",)).member_epoch
    written, before = len(world.records), world.group
    answer = world.beat("a", epoch)
    assert answer.assignment is None
    assert (len(world.records), world.group) == (written, before)


def test_a_full_request_is_told_everything_again() -> None:
    world = World(cluster(t=3))
    epoch = world.beat("a", 0, subscribed_topic_names=("t",)).member_epoch
    answer = world.beat(
        "a",
        epoch,
        rebalance_timeout_ms=1,
        subscribed_topic_names=("t",),
        topic_partitions=wire(parts(t=(0,))),
    )
    assert answer.assignment is not None
    assert answer.assignment.topic_partitions == wire(parts(t=(0, 1, 2)))


@pytest.mark.parametrize(
    "fields",
    [
        {"subscribed_topic_names": ("t",), "topic_partitions": ()},
        {"rebalance_timeout_ms": 1, "topic_partitions": ()},
        {"rebalance_timeout_ms": 1, "subscribed_topic_names": ("t",)},
        {"rebalance_timeout_ms": 1},
        {"topic_partitions": ()},
    ],
)
def test_a_request_that_leaves_something_out_is_told_only_what_is_new(
    fields: dict[str, Any],
) -> None:
    world = World(cluster(t=3))
    epoch = world.beat("a", 0, subscribed_topic_names=("t",)).member_epoch
    assert world.beat("a", epoch, **fields).assignment is None


def test_a_request_that_is_full_but_for_a_pattern_is_full() -> None:
    world = World(cluster(t=3))
    fields = {"subscribed_topic_regex": "t"}
    epoch = world.beat("a", 0, **fields).member_epoch
    full = {"rebalance_timeout_ms": 1, "topic_partitions": (), **fields}
    assert world.beat("a", epoch, **full).assignment is not None


def test_nobody_is_told_to_wait_before_the_next_request() -> None:
    world = World(cluster(t=3))
    assert world.beat("a", 0, subscribed_topic_names=("t",)).throttle_time_ms == 0
    assert world.leave("a").throttle_time_ms == 0


def test_a_second_member_gets_its_part_once_the_first_has_given_it_up() -> None:
    world = World(cluster(t=4))
    first, second = Consumer(world, "a", ("t",)), Consumer(world, "b", ("t",))
    first.beat()
    assert second.beat().assignment is not None
    assert second.owned == frozenset()
    assert world.group.state is GroupState.RECONCILING
    waiting = world.group.members["b"]
    assert waiting.state is MemberState.UNRELEASED_PARTITIONS

    epoch = first.epoch
    first.beat()
    assert (first.epoch, len(first.owned)) == (epoch, 2)
    assert world.group.members["a"].state is MemberState.UNREVOKED_PARTITIONS
    second.beat()
    assert second.owned == frozenset()
    first.beat()
    assert first.epoch == epoch + 1
    second.beat()
    assert first.owned | second.owned == parts(t=(0, 1, 2, 3))
    assert not first.owned & second.owned
    assert world.group.state is GroupState.STABLE


def test_a_member_that_does_not_say_what_it_owns_still_owns_it() -> None:
    world = World(cluster(t=2))
    first, second = Consumer(world, "a", ("t",)), Consumer(world, "b", ("t",))
    first.beat()
    second.beat()
    first.beat()
    world.beat("a", first.epoch)
    second.beat()
    assert second.owned == frozenset()


def test_a_member_whose_answer_was_lost_goes_on_from_the_epoch_before() -> None:
    world = World(cluster(t=2))
    first, second = Consumer(world, "a", ("t",)), Consumer(world, "b", ("t",))
    first.beat()
    second.beat()
    first.beat()
    old = first.epoch
    first.beat()
    answer = world.beat("a", old, topic_partitions=wire(first.owned))
    assert answer.member_epoch == first.epoch == old + 1


@pytest.mark.parametrize("owned", [None, parts(t=(0, 1))])
def test_the_epoch_before_will_not_do_with_partitions_that_are_gone(
    owned: frozenset | None,
) -> None:
    world = World(cluster(t=2))
    first, second = Consumer(world, "a", ("t",)), Consumer(world, "b", ("t",))
    first.beat()
    second.beat()
    first.beat()
    old = first.epoch
    first.beat()
    with pytest.raises(ApiError, match="smaller member epoch") as caught:
        world.beat("a", old, topic_partitions=None if owned is None else wire(owned))
    assert caught.value.error is Error.FENCED_MEMBER_EPOCH


def test_an_epoch_from_the_future_is_fenced() -> None:
    world = World(cluster(t=2))
    epoch = world.beat("a", 0, subscribed_topic_names=("t",)).member_epoch
    with pytest.raises(ApiError, match="greater member epoch") as caught:
        world.beat("a", epoch + 1)
    assert caught.value.error is Error.FENCED_MEMBER_EPOCH


def test_a_stranger_with_an_epoch_is_not_known() -> None:
    with pytest.raises(ApiError) as caught:
        World(cluster(t=2)).beat("a", 3)
    assert caught.value.error is Error.UNKNOWN_MEMBER_ID


def test_a_member_that_joins_again_keeps_its_place() -> None:
    world = World(cluster(t=2))
    consumer = Consumer(world, "a", ("t",))
    consumer.beat()
    epoch = world.group.epoch
    answer = world.beat("a", 0, subscribed_topic_names=("t",))
    assert (answer.member_epoch, world.group.epoch) == (consumer.epoch, epoch)
    assert answer.assignment is not None
    assert answer.assignment.topic_partitions == wire(parts(t=(0, 1)))


def test_a_group_takes_no_more_members_than_it_may() -> None:
    world = World(cluster(t=2), Settings(size_max=1))
    epoch = world.beat("a", 0, subscribed_topic_names=("t",)).member_epoch
    world.beat("a", epoch)
    with pytest.raises(ApiError, match="capacity of 1") as caught:
        world.beat("b", 0, subscribed_topic_names=("t",))
    assert caught.value.error is Error.GROUP_MAX_SIZE_REACHED


def test_a_member_that_no_longer_wants_a_topic_gives_it_up_at_once() -> None:
    world = World(cluster(t=2, u=2))
    consumer = Consumer(world, "a", ("t", "u"))
    consumer.beat()
    answer = world.beat(
        "a",
        consumer.epoch,
        subscribed_topic_names=("t",),
        topic_partitions=wire(consumer.owned),
    )
    assert answer.assignment is not None
    assert answer.assignment.topic_partitions == wire(parts(t=(0, 1)))
    assert world.group.members["a"].state is MemberState.UNREVOKED_PARTITIONS


def test_a_topic_that_is_no_longer_wanted_does_not_wait_for_the_target() -> None:
    world = World(cluster(t=2, u=2), Settings(assignment_interval_ms=1_000))
    consumer = Consumer(world, "a", ("t", "u"))
    consumer.beat()
    epoch, target_epoch = consumer.epoch, world.group.target_epoch
    answer = world.beat("a", epoch, subscribed_topic_names=("t",))
    assert answer.assignment is not None
    assert answer.assignment.topic_partitions == wire(parts(t=(0, 1)))
    assert (answer.member_epoch, world.group.target_epoch) == (epoch, target_epoch)
    assert world.group.members["a"].revoking.keys() == parts(u=(0, 1))


def test_a_topic_counts_once_it_exists() -> None:
    world = World(cluster(t=1))
    consumer = Consumer(world, "a", ("t", "later"))
    consumer.beat()
    epoch = world.group.epoch
    consumer.beat()
    assert world.group.epoch == epoch
    world.image = cluster(t=1, later=1)
    consumer.beat()
    assert world.group.epoch == epoch + 1
    assert consumer.owned == parts(t=(0,), later=(0,))


def test_new_partitions_are_given_out() -> None:
    world = World(cluster(t=1))
    consumer = Consumer(world, "a", ("t",))
    consumer.beat()
    world.image = cluster(t=3)
    consumer.beat()
    assert consumer.owned == parts(t=(0, 1, 2))


def test_a_deleted_topic_is_given_up() -> None:
    world = World(cluster(t=1, u=1))
    consumer = Consumer(world, "a", ("t", "u"))
    consumer.beat()
    world.image = cluster(t=1)
    world.settle(consumer)
    assert consumer.owned == parts(t=(0,))


def test_a_pattern_finds_topics_with_the_first_answer_and_later_ones() -> None:
    world = World(cluster(tea=1, top=1, user=1))
    consumer = Consumer(world, "a", fields={"subscribed_topic_regex": "t.*"})
    consumer.beat()
    assert consumer.owned == parts(tea=(0,), top=(0,))
    world.image = cluster(tea=1, top=1, user=1, tip=1)
    consumer.beat()
    assert consumer.owned == parts(tea=(0,), top=(0,), tip=(0,))
    world.leave("a")
    assert world.group.patterns == {}


def test_a_pattern_that_is_none_changes_nothing() -> None:
    world = World(cluster(t=1))
    before = world.group
    with pytest.raises(ApiError) as caught:
        world.beat("a", 0, subscribed_topic_regex="t(")
    assert caught.value.error is Error.INVALID_REGULAR_EXPRESSION
    assert world.group == before


def test_who_has_a_pattern_that_another_broker_took_keeps_its_place() -> None:
    world = World(cluster(t=1))
    consumer = Consumer(world, "a", ("t",))
    consumer.beat()
    odd = replace(world.group.members["a"], topic_pattern=r"\p{Greek}")
    world.group = replace(world.group, members={"a": odd})
    world.settle(consumer)
    assert consumer.owned == parts(t=(0,))


def test_patterns_are_looked_up_anew_after_their_interval() -> None:
    world = World(cluster(t=1))
    consumer = Consumer(world, "a", fields={"subscribed_topic_regex": "t"})
    consumer.beat()
    first = world.group.patterns["t"].timestamp
    world.now_ms += 600_000
    consumer.beat()
    assert world.group.patterns["t"].timestamp == first
    world.now_ms += 1
    consumer.beat()
    assert world.group.patterns["t"].timestamp == first + 600_001


def test_what_a_heartbeat_leaves_out_stays() -> None:
    world = World(cluster(t=1))
    fields = {"rack_id": "r", "server_assignor": "range", "rebalance_timeout_ms": 7}
    epoch = world.beat("a", 0, subscribed_topic_names=("t",), **fields).member_epoch
    world.beat("a", epoch)
    member = world.group.members["a"]
    assert (member.rack_id, member.server_assignor) == ("r", "range")
    assert (member.rebalance_timeout_ms, member.topic_names) == (7, {"t"})
    world.beat("a", 0, subscribed_topic_regex="u")
    member = world.group.members["a"]
    assert (member.rack_id, member.server_assignor) == ("r", "range")
    assert (member.topic_names, member.topic_pattern) == ({"t"}, "u")


def test_the_target_waits_for_its_interval() -> None:
    world = World(cluster(t=2), Settings(assignment_interval_ms=1_000))
    first, second = Consumer(world, "a", ("t",)), Consumer(world, "b", ("t",))
    first.beat()
    assert first.owned == parts(t=(0, 1))
    world.now_ms += 999
    second.beat()
    assert second.epoch == first.epoch
    assert world.group.state is GroupState.ASSIGNING
    world.now_ms += 1
    world.settle(first, second)
    assert (len(first.owned), len(second.owned)) == (1, 1)


def test_a_member_in_a_state_of_a_later_release_must_begin_anew() -> None:
    world = World(cluster(t=1))
    consumer = Consumer(world, "a", ("t",))
    consumer.beat()
    odd = replace(world.group.members["a"], state=MemberState.UNKNOWN)
    world.group = replace(world.group, members={"a": odd})
    with pytest.raises(ApiError) as caught:
        consumer.beat()
    assert caught.value.error is Error.FENCED_MEMBER_EPOCH
    answer = world.beat("a", 0, subscribed_topic_names=("t",))
    assert answer.assignment is not None
    assert world.group.members["a"].state is MemberState.STABLE


def test_before_4_1_a_record_holds_the_topics_as_last_seen() -> None:
    settings = Settings(has_metadata_hash=False, has_assignment_epochs=False)
    world = World(cluster(t=2, u=1), settings)
    consumer = Consumer(world, "a", ("t",))
    consumer.beat()
    assert world.group.topics_seen is not None
    assert [it.topic_name for it in world.group.topics_seen] == ["t"]
    assert world.group.topics_seen[0].topic_id == topic_id("t")
    assert world.group.topics_seen[0].num_partitions == 2
    assert world.group.metadata_hash == 0
    world.image = cluster(t=3, u=1)
    consumer.beat()
    assert world.group.topics_seen[0].num_partitions == 3
    assert len(consumer.owned) == 3


def test_that_record_goes_when_a_later_release_takes_over() -> None:
    world = World(cluster(t=2), Settings(has_metadata_hash=False))
    consumer = Consumer(world, "a", ("t",))
    consumer.beat()
    epoch = world.group.epoch
    world.settings = Settings()
    world.image = cluster(t=2)
    consumer.beat()
    assert world.group.topics_seen is None
    assert world.group.metadata_hash != 0
    assert world.group.epoch == epoch + 1
