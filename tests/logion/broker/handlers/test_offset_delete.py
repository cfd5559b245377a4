from __future__ import annotations

from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.protocol.messages.offset_delete import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
)

from tests.logion.broker.running import running
from tests.logion.group.members import members, offsets_of


def request(group: str, *names: TopicPartition) -> OffsetDeleteRequest:
    return OffsetDeleteRequest(
        group_id=group,
        topics=tuple(
            OffsetDeleteRequestTopic(
                name=it.topic,
                partitions=(
                    OffsetDeleteRequestPartition(partition_index=it.partition),
                ),
            )
            for it in names
        ),
    )


async def test_offsets_are_forgotten_and_unknown_partitions_said_so() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        await broker.create("u")
        await a.commit(5)
        await a.commit(6, "u")
        gone, unknown = TopicPartition("t", 0), TopicPartition("t", 7)
        answer = await a.ask(request("g", gone, unknown))
        (topic,) = answer.topics  # once, though the request has it twice
        told = [it.error_code for it in topic.partitions]
        assert told == [0, Error.UNKNOWN_TOPIC_OR_PARTITION]
        assert offsets_of(broker, "g") == {TopicPartition("u", 0): 6}


async def test_a_group_that_is_not_there_has_no_offsets() -> None:
    async with running() as broker, members(broker) as (a,):
        nobody = await a.ask(request("nobody", TopicPartition("t", 0)))
        assert (nobody.error_code, nobody.topics) == (Error.GROUP_ID_NOT_FOUND, ())
        unnamed = await a.ask(request("", TopicPartition("t", 0)))
        assert unnamed.error_code == Error.INVALID_GROUP_ID
