from __future__ import annotations

from logion.group.views import group_views
from logion.names import TopicPartition
from logion.protocol.embedded import assignment_bytes
from logion.protocol.messages.join_group import JoinGroupRequestProtocol

from tests.logion.broker.running import running
from tests.logion.group.members import members


async def test_a_group_shows_its_members_what_they_read_and_how_far() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t", 2)
        await a.join()
        await a.sync(
            {a.id: assignment_bytes([TopicPartition("t", 0), TopicPartition("t", 1)])}
        )
        await a.commit(3)
        (group,) = group_views(broker.state.groups)
    assert (group.id, group.type, group.state) == ("g", "classic", "Stable")
    assert (group.protocol_type, group.protocol) == ("consumer", "range")
    assert (group.generation, group.leader) == (1, a.id)
    (member,) = group.members
    assert member.topics == ("t",)
    assert member.assigned == (TopicPartition("t", 0), TopicPartition("t", 1))
    assert group.offsets[TopicPartition("t", 0)].offset == 3


async def test_a_group_that_nobody_is_in_shows_its_offsets() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        await a.commit(3)
        (group,) = group_views(broker.state.groups)
    assert (group.state, group.protocol_type, group.members) == ("Empty", "", ())


async def test_members_whose_bytes_nobody_can_read_are_shown_without_them() -> None:
    async with running() as broker, members(broker) as (a,):
        known = JoinGroupRequestProtocol(name="x", metadata=b"?")
        await a.join(protocols=(known,))
        await a.sync({a.id: b"\0\0\0\0\0\x07"}, protocol="x")
        (group,) = group_views(broker.state.groups)
    (member,) = group.members
    assert (member.topics, member.assigned) == ((), ())


async def test_members_of_another_kind_are_shown_without_topics() -> None:
    async with running() as broker, members(broker) as (a,):
        await a.join(protocol_type="connect")
        (group,) = group_views(broker.state.groups)
    (member,) = group.members
    assert (group.protocol_type, member.topics) == ("connect", ())
