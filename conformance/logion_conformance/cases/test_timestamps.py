"""Timestamps: whose they are, and which ones a broker takes."""

from __future__ import annotations

import pytest
from logion.client.admin import TOPIC, describe_configs
from logion.protocol.errors import Error
from logion.records.codec import Codec
from logion.records.record import BatchOptions, Record

from logion_conformance.case import MUST, case
from logion_conformance.expect import expect, expect_error, expect_success
from logion_conformance.material import Topic, batch_of, records_in
from logion_conformance.subject import Subject
from logion_conformance.upkeep import now_ms

CONFIGS = "Kafka documentation, Topic Configs"
INVALID = "error 32 INVALID_TIMESTAMP"
HOUR_MS = 3_600_000
LIMIT_MS = str(HOUR_MS)

TIMED = {"Produce": "2+", "Fetch": "2+", "ListOffsets": "0+"}


async def need_setting(broker: Subject, key: str) -> None:
    """Go on only with a broker whose topics have a setting, as far as it says."""
    if not broker.advertises("DescribeConfigs"):
        return
    topic = await broker.topic()
    if key not in await describe_configs(broker.cluster, TOPIC, topic.name):
        pytest.skip(f"topics have no setting {key}")


def at(broker: Subject, *laters: int) -> bytes:
    """Return a batch of records of now and so many milliseconds later."""
    now = now_ms()
    records = [Record(0, now + later, None, b"x") for later in laters]
    return batch_of(records, BatchOptions(magic=broker.magic))


async def limited(broker: Subject, topic: Topic, late: int, *fine: int) -> None:
    """See that records of now and so much later are refused, all with the one that is
    to blame, and that others are not."""
    came = await broker.produce(topic, at(broker, fine[0], late))
    expect_error(came.error_code, Error.INVALID_TIMESTAMP)
    expect("the end offset", await broker.end_offset(topic), 0)
    if broker.version("Produce") >= 8:
        blamed = [it.batch_index for it in came.record_errors]
        expect("the records to blame (KIP-467)", blamed, [1])
    came = await broker.produce(topic, at(broker, *fine))
    expect_success(came.error_code, "the error code within the limit")


@case(
    "timestamps.difference",
    level=MUST,
    cites=f"{CONFIGS}, message.timestamp.difference.max.ms (KIP-32); {INVALID}",
    apis=TIMED,
)
async def test_a_timestamp_may_differ_so_much(broker: Subject) -> None:
    """A record whose time differs from the broker's by more than
    message.timestamp.difference.max.ms is INVALID_TIMESTAMP, and nothing of its batch
    is appended."""
    await need_setting(broker, "message.timestamp.difference.max.ms")
    topic = await broker.topic(message_timestamp_difference_max_ms=LIMIT_MS)
    await limited(broker, topic, -2 * HOUR_MS, -HOUR_MS // 2, HOUR_MS // 2)


@case(
    "timestamps.before",
    level=MUST,
    cites=f"{CONFIGS}, message.timestamp.before.max.ms (KIP-937); {INVALID}",
    apis={**TIMED, "CreateTopics": "0+", "DescribeConfigs": "1+"},
)
async def test_a_timestamp_may_be_so_old(broker: Subject) -> None:
    """A record older than message.timestamp.before.max.ms is INVALID_TIMESTAMP, and
    nothing of its batch is appended."""
    await need_setting(broker, "message.timestamp.before.max.ms")
    topic = await broker.topic(message_timestamp_before_max_ms=LIMIT_MS)
    await limited(broker, topic, -2 * HOUR_MS, -HOUR_MS // 2)


@case(
    "timestamps.after",
    level=MUST,
    cites=f"{CONFIGS}, message.timestamp.after.max.ms (KIP-937); {INVALID}",
    apis={**TIMED, "CreateTopics": "0+", "DescribeConfigs": "1+"},
)
async def test_a_timestamp_may_be_so_far_ahead(broker: Subject) -> None:
    """A record further ahead than message.timestamp.after.max.ms is INVALID_TIMESTAMP,
    and nothing of its batch is appended."""
    await need_setting(broker, "message.timestamp.after.max.ms")
    topic = await broker.topic(message_timestamp_after_max_ms=LIMIT_MS)
    await limited(broker, topic, 2 * HOUR_MS, HOUR_MS // 2, -48 * HOUR_MS)


@case(
    "timestamps.append-time.any",
    level=MUST,
    cites=f"{CONFIGS}, message.timestamp.type; KIP-32",
    apis={**TIMED, "CreateTopics": "0+", "ListOffsets": "1+"},
)
async def test_the_append_time_knows_no_limit(broker: Subject) -> None:
    """With LogAppendTime the producer's time does not matter, however old or far ahead
    it is; times find records by when they were appended."""
    topic = await broker.topic(message_timestamp_type="LogAppendTime")
    for later in (-1_000 * HOUR_MS, 1_000 * HOUR_MS):
        came = await broker.produce(topic, at(broker, later))
        expect_success(came.error_code)
    found = await broker.list_offset(topic, came.log_append_time_ms)
    expect("the time found", found.timestamp, came.log_append_time_ms)
    after = await broker.list_offset(topic, came.log_append_time_ms + HOUR_MS)
    expect("the offset of a later time", after.offset, -1)


@case(
    "timestamps.append-time.compressed",
    level=MUST,
    cites="KIP-32: of compressed records too, the append time is that of all",
    apis={**TIMED, "Produce": "3+", "Fetch": "4+", "CreateTopics": "0+"},
)
async def test_compressed_records_have_the_append_time_too(broker: Subject) -> None:
    """With LogAppendTime every record of a compressed batch has the time that the
    answer tells."""
    topic = await broker.topic(message_timestamp_type="LogAppendTime")
    values = [b"%d" % number for number in range(3)]
    came = await broker.produce(topic, broker.batch(*values, codec=Codec.GZIP))
    expect_success(came.error_code)
    times = [it.timestamp for it in records_in(await broker.fetch(topic))]
    expect("the timestamps", times, [came.log_append_time_ms] * 3)


@case(
    "timestamps.append-time.claimed",
    level=MUST,
    cites=f"KIP-32: producers do not set LogAppendTime; {INVALID}",
    apis={**TIMED, "Produce": "3+", "CreateTopics": "0+"},
)
async def test_producers_may_not_claim_an_append_time(broker: Subject) -> None:
    """Not even on a topic with LogAppendTime may a producer's batch claim to have it:
    that is INVALID_TIMESTAMP. Apache Kafka 3.6 and later believes it elsewhere."""
    topic = await broker.topic(message_timestamp_type="LogAppendTime")
    options = BatchOptions(log_append_time=now_ms())
    records = batch_of([Record(0, now_ms(), None, b"x")], options)
    came = await broker.produce(topic, records)
    expect_error(came.error_code, Error.INVALID_TIMESTAMP)
    expect("the end offset", await broker.end_offset(topic), 0)
