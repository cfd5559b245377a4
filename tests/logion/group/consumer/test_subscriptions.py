"""What a group subscribes to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.group.consumer.changes import Draft
from logion.group.consumer.state import (
    ConsumerGroup,
    Member,
    ResolvedPattern,
    Settings,
)
from logion.group.consumer.subscriptions import (
    names_of,
    names_of_all,
    seen_now,
    topics_of,
    update_metadata,
    update_patterns,
)
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.group_records import TopicMetadata

from tests.logion.group.consumer.grouping import (
    Consumer,
    World,
    cluster,
    parts,
    topic_id,
)


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


def test_a_pattern_of_groups_in_each_other_is_taken_a_hundred_deep() -> None:
    world = World(cluster(t=1))
    deep = {"subscribed_topic_regex": "(" * 100 + "t" + ")" * 100}
    Consumer(world, "a", (), deep).beat()
    assert world.group.patterns[deep["subscribed_topic_regex"]].topics == {"t"}
    deeper = {"subscribed_topic_regex": "(" * 101 + "t" + ")" * 101}
    with pytest.raises(ApiError, match="more than 100 groups in each other") as caught:
        Consumer(world, "b", (), deeper).beat()
    assert caught.value.error is Error.INVALID_REGULAR_EXPRESSION


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


def test_what_a_member_wants_is_named_by_it_or_matches_its_pattern() -> None:
    resolved = ResolvedPattern(frozenset({"u", "gone"}))
    a = Member("a", topic_names=frozenset({"t", "later"}), topic_pattern="p")
    b = Member("b", topic_names=frozenset({"v"}), topic_pattern="unresolved")
    group = ConsumerGroup("g", members={"a": a, "b": b}, patterns={"p": resolved})
    assert names_of(group, a) == {"t", "later", "u", "gone"}
    assert names_of(group, b) == {"v"}
    assert names_of_all(group) == {"t", "later", "u", "gone", "v"}
    assert topics_of(group, a, cluster(t=1, u=1, v=1)) == {topic_id("t"), topic_id("u")}


def looked_up(group: ConsumerGroup, world: World) -> tuple[bool, ConsumerGroup]:
    """Return whether topics changed when patterns were looked up, and the group."""
    draft = Draft(group, world.settings)
    return update_patterns(draft, world.moment), draft.group


def test_patterns_tell_of_changes_only_if_other_topics_match() -> None:
    world = World(cluster(t=1, u=1))
    group = ConsumerGroup("g", members={"a": Member("a", topic_pattern="[tx]")})
    has_changed, group = looked_up(group, world)
    at_ms = world.moment.time_ms
    assert (has_changed, group.patterns) == (
        True,
        {"[tx]": ResolvedPattern(frozenset({"t"}), 0, at_ms)},
    )
    world.now_ms += 5
    has_changed, group = looked_up(group, world)
    assert has_changed is False, "nothing says what was there then, so it was looked up"
    assert group.patterns["[tx]"].timestamp == at_ms + 5
    world.image = cluster(t=1, u=1, x=1)
    has_changed, group = looked_up(group, world)
    assert (has_changed, group.patterns["[tx]"].topics) == (True, {"t", "x"})
    has_changed, group = looked_up(replace(group, members={}), world)
    assert (has_changed, group.patterns) == (True, {})
    assert looked_up(group, world) == (False, group)


def test_a_pattern_is_not_looked_up_again_while_the_topics_are_the_same() -> None:
    world = World(cluster(t=1), Settings(pattern_interval_ms=7))
    group = ConsumerGroup("g", members={"a": Member("a", topic_pattern="t")})
    _, group = looked_up(group, world)
    seen = replace(group, image_seen=cluster(t=5))
    world.now_ms += 7
    assert looked_up(seen, world) == (False, seen), "it has more partitions, no more"
    later = replace(group, image_seen=cluster(u=1))
    assert looked_up(later, world)[1].patterns["t"].timestamp == world.moment.time_ms
    world.now_ms += 1
    assert looked_up(seen, world)[1].patterns["t"].timestamp == world.moment.time_ms


def test_one_pattern_that_finds_nothing_new_does_not_hide_another_that_does() -> None:
    world = World(cluster(t=1))
    members = {it: Member(it, topic_pattern=it) for it in ("t", "u", "v")}
    _, group = looked_up(ConsumerGroup("g", members=members), world)
    world.image = cluster(t=1, u=1)
    assert looked_up(group, world)[0] is True


@pytest.mark.parametrize(
    ("names", "bits"),
    [
        ((), 0),
        (("t",), 7726667888141331151),
        (("v",), -3658607925024940308),
        (("t", "u"), 7480901788109435436),
    ],
)
def test_what_stands_for_topics_is_the_same_from_release_to_release(
    names: tuple[str, ...], bits: int
) -> None:
    world = World(cluster(v=3, u=1, t=2))
    a = Member("a", topic_names=frozenset({*names, "gone"}))
    group = ConsumerGroup("g", members={"a": a})
    assert seen_now(group, world.moment).metadata_hash == bits
    draft = Draft(group, world.settings)
    update_metadata(draft, world.moment, has_changed=False)
    assert (draft.group.metadata_hash, draft.group.epoch) == (bits, int(bits != 0))


def test_before_4_1_the_topics_themselves_are_seen() -> None:
    world = World(cluster(u=1, t=2), Settings(has_metadata_hash=False))
    a = Member("a", topic_names=frozenset({"t", "u", "gone"}))
    group = ConsumerGroup("g", epoch=4, members={"a": a}, metadata_hash=5)
    expected = tuple(
        TopicMetadata(
            topic_id=topic_id(name),
            topic_name=name,
            num_partitions=count,
            partition_metadata=(),
        )
        for name, count in (("t", 2), ("u", 1))
    )
    assert seen_now(group, world.moment).topics_seen == expected
    draft = Draft(group, world.settings)
    update_metadata(draft, world.moment, has_changed=False)
    assert (draft.group.topics_seen, draft.group.metadata_hash) == (expected, 0)
    assert draft.group.epoch == 5
    update_metadata(draft, world.moment, has_changed=False)
    assert draft.group.epoch == 5, "nothing has changed since"
    update_metadata(draft, world.moment, has_changed=True)
    assert draft.group.epoch == 6


def test_a_group_that_never_saw_topics_and_wants_none_has_no_record_of_them() -> None:
    world = World(cluster(t=2), Settings(has_metadata_hash=False))
    draft = Draft(ConsumerGroup("g"), world.settings)
    update_metadata(draft, world.moment, has_changed=False)
    assert draft.outcome().records == ()
