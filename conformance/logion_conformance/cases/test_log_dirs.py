"""AlterReplicaLogDirs and DescribeLogDirs: in which folder a log lies."""

from __future__ import annotations

import pytest
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.alter_replica_log_dirs import (
    AlterReplicaLogDir,
    AlterReplicaLogDirsRequest,
    AlterReplicaLogDirsResponse,
    AlterReplicaLogDirTopic,
)
from logion.protocol.messages.describe_log_dirs import (
    DescribeLogDirsRequest,
    DescribeLogDirsResponse,
)

from logion_conformance.case import MUST, case
from logion_conformance.expect import expect, expect_error
from logion_conformance.subject import Subject


async def folders(broker: Subject, name: str) -> dict[str, set[int]]:
    """Return which partitions of a topic lie in each folder."""
    request = DescribeLogDirsRequest(topics=None)
    answer = await broker.ask(request, DescribeLogDirsResponse)
    return {
        folder.log_dir: {
            it.partition_index
            for topic in folder.topics
            for it in topic.partitions
            if topic.name == name and not it.is_future_key
        }
        for folder in answer.results
    }


async def moved(broker: Subject, path: str, name: str, index: int = 0) -> int:
    """Return the error of moving a partition to a folder."""
    topic = AlterReplicaLogDirTopic(name=name, partitions=(index,))
    to = AlterReplicaLogDir(path=path, topics=(topic,))
    request = AlterReplicaLogDirsRequest(dirs=(to,))
    answer = await broker.ask(request, AlterReplicaLogDirsResponse)
    return answer.results[0].partitions[0].error_code


@case(
    "folders.moved",
    level=MUST,
    cites="KIP-113: AlterReplicaLogDirs",
    apis={"AlterReplicaLogDirs": "0+", "DescribeLogDirs": "0+", "CreateTopics": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_a_log_moves_to_every_folder_there_is(broker: Subject) -> None:
    """It is told to lie there, at once or soon, and has what it had."""
    topic = await broker.topic()
    await broker.append(topic, b"kept")
    for path in await folders(broker, topic.name):
        expect_error(await moved(broker, path, topic.name), Error.NONE)

        async def look(wanted: str = path) -> None:
            found = await folders(broker, topic.name)
            if [it for it, indexes in found.items() if indexes] != [wanted]:
                raise ApiError(Error.REQUEST_TIMED_OUT, f"not in {wanted}: {found}")

        await broker.cluster.retry(look)
        expect("the end offset", await broker.end_offset(topic), 1)


@case(
    "folders.refused",
    level=MUST,
    cites="KIP-113: LOG_DIR_NOT_FOUND",
    apis={"AlterReplicaLogDirs": "0+", "DescribeLogDirs": "0+", "CreateTopics": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_a_log_moves_to_folders_of_the_broker_only(broker: Subject) -> None:
    """LOG_DIR_NOT_FOUND for another folder, and unknown partitions are unknown."""
    topic = await broker.topic()
    path = next(iter(await folders(broker, topic.name)))
    code = await moved(broker, f"{path}-nowhere", topic.name)
    expect_error(code, Error.LOG_DIR_NOT_FOUND)
    code = await moved(broker, path, topic.name, 9)
    expect_error(code, Error.UNKNOWN_TOPIC_OR_PARTITION, Error.REPLICA_NOT_AVAILABLE)
