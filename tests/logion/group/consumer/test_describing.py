"""What ConsumerGroupDescribe tells."""

from __future__ import annotations

from logion.group.consumer.describing import described
from logion.protocol.errors import Error

from tests.logion.group.consumer.classic import ClassicConsumer
from tests.logion.group.consumer.grouping import Consumer, World, cluster, topic_id


def test_a_group_is_described_with_what_members_have_and_shall_have() -> None:
    world = World(cluster(t=2, u=1))
    fields = {"rack_id": "r", "instance_id": "i", "server_assignor": "range"}
    first, second = Consumer(world, "a", ("t",), fields), Consumer(world, "b", ("t",))
    first.beat()
    second.beat()
    first.beat()
    found = described(world.group, world.image, world.settings)
    assert found.error_code is Error.NONE
    assert (found.group_id, found.group_state) == ("g", "Reconciling")
    assert (found.group_epoch, found.assignment_epoch) == (3, 3)
    assert found.assignor_name == "range"
    a, b = found.members
    assert (a.member_id, a.instance_id, a.rack_id, a.member_epoch) == ("a", "i", "r", 2)
    assert (a.client_id, a.client_host, a.member_type) == ("client", "/127.0.0.1", 1)
    assert (a.subscribed_topic_names, a.subscribed_topic_regex) == (("t",), "")
    (now,) = a.assignment.topic_partitions
    (then,) = a.target_assignment.topic_partitions
    assert (now.topic_name, now.topic_id) == ("t", topic_id("t"))
    assert (now.partitions, then.partitions) == ((0, 1), (0,))
    assert b.assignment.topic_partitions == ()
    world.image = cluster(u=1)
    gone = described(world.group, world.image, world.settings)
    assert gone.members[0].assignment.topic_partitions == ()


def test_which_protocol_a_member_speaks_is_told_where_the_version_can() -> None:
    world = World(cluster(t=2))
    Consumer(world, "a", fields={"subscribed_topic_regex": "t"}).beat()
    ClassicConsumer(world, "c").join()
    arguments = world.group, world.image, world.settings
    assert [it.member_type for it in described(*arguments).members] == [1, 0]
    untold = described(*arguments, tells_protocol=False)
    assert [it.member_type for it in untold.members] == [-1, -1]
    assert [it.subscribed_topic_regex for it in untold.members] == ["t", ""]
    assert [it.subscribed_topic_names for it in untold.members] == [(), ("t",)]
