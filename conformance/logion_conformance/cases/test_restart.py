"""What a broker still has after it was stopped, or killed: topics and their records.

On a broker of their own, which the suite stops and kills (kill -9). An acknowledged
record is then in the memory of the operating system at least, and that outlives a
process.
"""

from __future__ import annotations

import pytest
import trio
import trio.testing
from logion.client.admin import TOPIC, delete_topics, describe_configs
from logion.protocol.messages.delete_records import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopic,
)

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_success
from logion_conformance.material import EARLIEST, TIMEOUT_MS, values_in
from logion_conformance.provisioner import How, Provisioner
from logion_conformance.subject import Subject

DURABLE = "Kafka documentation, Replication: a committed message is not lost"
RECORDS = {"Produce": "0+", "Fetch": "0+", "ListOffsets": "0+"}

stopped_and_killed = pytest.mark.parametrize("how", ["stop", "kill"])


@case("restart.records", level=MUST, cites=DURABLE, apis=RECORDS)
@stopped_and_killed
async def test_acknowledged_records_are_read_again(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """What was acknowledged is there after a restart: each record once, at its offset,
    in its order."""
    topic = await broker.topic()
    await broker.append(topic, b"a", b"b")
    await broker.append(topic, b"c")
    before = await broker.fetch(topic)
    await provisioner.restart(how)
    await broker.again(topic)
    after = await broker.fetch(topic)
    expect("the values", values_in(after), [b"a", b"b", b"c"])
    expect("the bytes", after.records, before.records)
    expect("the high watermark", after.high_watermark, 3)


@case("restart.offsets", level=MUST, cites=DURABLE, apis=RECORDS)
@stopped_and_killed
async def test_no_offset_is_given_twice(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """The first record after a restart gets the offset behind the last one before."""
    topic = await broker.topic()
    await broker.append(topic, b"a", b"b")
    await provisioner.restart(how)
    await broker.again(topic)
    expect("the end offset", await broker.end_offset(topic), 2)
    expect("the base offset", await broker.append(topic, b"c"), 2)
    read = await broker.read(topic, 3)
    expect("the values", [it.value for it in read], [b"a", b"b", b"c"])


@case(
    "restart.topics",
    level=MUST,
    cites="Kafka documentation, Topic Configs: kept with the topic",
    apis={"CreateTopics": "0+", "Metadata": "0+", "DescribeConfigs": "0+"},
)
@stopped_and_killed
async def test_topics_and_their_settings_are_kept(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """A topic has its partitions, its id and its settings after a restart."""
    topic = await broker.topic(3, max_message_bytes="54321")
    await provisioner.restart(how)
    await broker.again(topic)
    await broker.ready(topic.name, 3)
    picture = await broker.cluster.refresh((topic.name,))
    known = sorted(it.partition for it in picture.leaders if it.topic == topic.name)
    expect("the partitions", known, [0, 1, 2])
    topic_id = picture.topic_ids.get(topic.name, topic.topic_id)
    expect("the topic's id", topic_id, topic.topic_id)
    settings = await describe_configs(broker.cluster, TOPIC, topic.name)
    expect("max.message.bytes", settings.get("max.message.bytes"), "54321")


@case(
    "restart.topics.deleted",
    level=MUST,
    cites="KIP-4: DeleteTopics",
    apis={"DeleteTopics": "0+", "CreateTopics": "0+", **RECORDS},
)
@stopped_and_killed
async def test_a_deleted_topic_does_not_come_back(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """A topic that is gone stays gone; one made again by its name is empty."""
    await broker.need_deletion()
    topic = await broker.topic()
    await broker.append(topic, b"old")
    await delete_topics(broker.cluster, [topic.name], timeout_ms=TIMEOUT_MS)
    await broker.until_gone(topic)
    other = await broker.topic()
    await provisioner.restart(how)
    await broker.again(other)
    await broker.until_gone(topic)
    again = await broker.made_again(topic)
    expect("the values", values_in(await broker.fetch(again)), [])


@case(
    "restart.log-start",
    level=MUST,
    cites="KIP-107: DeleteRecords; the log start offset is kept in a checkpoint",
    apis={"DeleteRecords": "0+", **RECORDS},
)
async def test_deleted_records_stay_deleted(
    broker: Subject, provisioner: Provisioner
) -> None:
    """After a clean shutdown a log begins where DeleteRecords let it begin."""
    topic = await broker.topic()
    await broker.append(topic, b"a", b"b")
    await broker.append(topic, b"c")
    part = DeleteRecordsPartition(partition_index=0, offset=2)
    request = DeleteRecordsRequest(
        topics=(DeleteRecordsTopic(name=topic.name, partitions=(part,)),),
        timeout_ms=TIMEOUT_MS,
    )
    came = await broker.ask_leader(topic, request, DeleteRecordsResponse)
    expect_success(came.topics[0].partitions[0].error_code)
    await provisioner.restart("stop")
    await broker.again(topic)
    start = await broker.list_offset(topic, EARLIEST)
    offsets = start.old_style_offsets or (start.offset,)
    expect("the earliest offset", offsets[0], 2)
    expect("the values", values_in(await broker.fetch(topic, 2)), [b"c"])


@case(
    "pause.requests",
    level=SHOULD,
    cites="Kafka protocol guide, Network: requests of a connection, in their order",
    apis=RECORDS,
)
async def test_requests_wait_for_a_broker_that_pauses(
    broker: Subject, provisioner: Provisioner
) -> None:
    """What is sent while the broker does nothing is served once it goes on: once each,
    in its order."""
    topic = await broker.topic()
    await broker.append(topic, b"a")
    offsets: list[int] = []

    async def append_two() -> None:
        offsets.append(await broker.append(topic, b"b"))
        offsets.append(await broker.append(topic, b"c"))

    async with trio.open_nursery() as nursery, provisioner.paused():
        nursery.start_soon(append_two)
        await trio.testing.wait_all_tasks_blocked(0.1)
        expect("the answers of a broker that does nothing", offsets, [])
    expect("the base offsets", offsets, [1, 2])
    read = await broker.read(topic, 3)
    expect("the values", [it.value for it in read], [b"a", b"b", b"c"])
