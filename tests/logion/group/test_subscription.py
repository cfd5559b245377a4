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


def test_a_member_of_the_next_generation_need_not_know_the_protocol_of_the_last() -> (
    None
):
    group = group_of(subscription_bytes(["a"]))
    protocols = (("sticky", subscription_bytes(["b"])),)
    newcomer = Member("new", None, "c", "/h", 6000, 6000, protocols, is_joining=True)
    preparing = replace(group.with_member(newcomer), state=State.PREPARING)
    assert subscribed_topics(preparing) == {"a", "b"}
