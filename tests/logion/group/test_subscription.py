from __future__ import annotations

from dataclasses import replace

from logion.group.classic.state import ClassicGroup, Member, State
from logion.group.subscription import subscribed_topics
from logion.protocol.embedded import subscription_bytes


def group_of(*metadata: bytes, protocol_type: str = "consumer") -> ClassicGroup:
    members = {
        str(at): Member(str(at), None, "c", "/h", 6000, 6000, (("range", data),))
        for at, data in enumerate(metadata)
    }
    return ClassicGroup(
        "g", State.STABLE, 0, 1, protocol_type, "range", "0", dict(members)
    )


def test_the_topics_of_a_group_are_those_of_all_its_members() -> None:
    group = group_of(subscription_bytes(["a", "b"]), subscription_bytes(["b", "c"]))
    assert subscribed_topics(group) == {"a", "b", "c"}


def test_nobody_can_tell_what_members_of_another_kind_read() -> None:
    assert subscribed_topics(group_of(b"x", protocol_type="connect")) is None
    assert subscribed_topics(group_of(b"not a subscription")) is None


def test_a_group_of_consumers_without_members_reads_nothing() -> None:
    assert subscribed_topics(group_of()) == frozenset()


def test_what_counts_is_what_members_sent_for_the_protocol_that_was_chosen() -> None:
    sent = (("sticky", ["a"]), ("range", ["b"]), ("other", ["c"]))
    protocols = tuple((name, subscription_bytes(topics)) for name, topics in sent)
    member = Member("m", None, "c", "/h", 6000, 6000, protocols)
    assert subscribed_topics(group_of().with_member(member)) == {"b"}


def test_a_member_of_the_next_generation_need_not_know_the_protocol_of_the_last() -> (
    None
):
    group = group_of(subscription_bytes(["a"]))
    protocols = (
        ("sticky", subscription_bytes(["b"])),
        ("other", subscription_bytes(["c"])),
    )
    newcomer = Member("new", None, "c", "/h", 6000, 6000, protocols, is_joining=True)
    preparing = replace(group.with_member(newcomer), state=State.PREPARING)
    assert subscribed_topics(preparing) == {"a", "b"}


def test_nobody_can_tell_what_members_read_before_a_protocol_is_chosen() -> None:
    group = replace(group_of(subscription_bytes(["a"])), protocol=None)
    assert subscribed_topics(group) is None
