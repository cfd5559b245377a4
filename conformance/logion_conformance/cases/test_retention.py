"""Retention: which segments go, when a log has become too old or too large.

A broker looks after its logs in its own time: see `upkeep`. Another topic, from which
something has to go, shows that it has looked.
"""

from __future__ import annotations

from dataclasses import dataclass

from logion.protocol.errors import Error
from logion.records.record import BatchOptions, Record

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.cases.test_configs import SET, changed
from logion_conformance.cases.test_records_and_logs import delete_before
from logion_conformance.expect import expect, expect_error, expect_success
from logion_conformance.material import Topic, batch_of
from logion_conformance.subject import Subject
from logion_conformance.upkeep import (
    RETENTION,
    VALUE_SIZE,
    fill,
    need_upkeep,
    now_ms,
    records_from,
    segmented,
    start_of,
    started_at,
)

CONFIGS = "Kafka documentation, Topic Configs"
RECORDS = {"Produce": "0+", "Fetch": "0+", "ListOffsets": "0+"}
TIMED = {"CreateTopics": "0+", "Produce": "2+", "Fetch": "2+", "ListOffsets": "1+"}
"""Since 0.10.1 the age of a segment is that of its records (KIP-33)."""

HOUR_MS = 3_600_000
RETENTION_BYTES = str(VALUE_SIZE * 5 // 2)
"""Of five segments the oldest two go: without one more there would be less."""


async def offsets_from(broker: Subject, topic: Topic, offset: int) -> list[int]:
    """Return the offsets of the records that are read from an offset on."""
    return [record.offset for record in await records_from(broker, topic, offset)]


@dataclass(slots=True)
class Watch:
    """A log of old records, all of which go whenever the broker looks after logs."""

    broker: Subject
    topic: Topic
    end: int = 0

    async def looked(self) -> None:
        """Return once the broker has looked after all its logs, begun by now or later.

        It may be at work, past other logs already: so it has to come back.
        """
        for _ in range(2):
            await fill(self.broker, self.topic, (self.end,), begin=0)
            self.end += 1
            await started_at(self.broker, self.topic, self.end)


async def watch(broker: Subject) -> Watch:
    """Return what tells that the broker has looked after its logs."""
    return Watch(broker, await segmented(broker, retention_ms=str(HOUR_MS)))


@case(
    "retention.bytes",
    level=MUST,
    cites=f"{CONFIGS}, retention.bytes",
    apis=RECORDS,
)
async def test_the_oldest_segments_of_a_large_log_go(broker: Subject) -> None:
    """Segments go, oldest first, as long as at least retention.bytes would be left. The
    log then starts at the first that stays; what is below is out of range; offsets go
    on."""
    topic = await segmented(broker, retention_bytes=RETENTION_BYTES)
    await need_upkeep(broker, RETENTION)
    await fill(broker, topic, range(5))
    await started_at(broker, topic, 2)
    gone = await broker.fetch(topic, 1)
    expect_error(gone.error_code, Error.OFFSET_OUT_OF_RANGE)
    expect("the offsets kept", await offsets_from(broker, topic, 2), [2, 3, 4])
    await fill(broker, topic, (5, 6))
    await started_at(broker, topic, 4)
    expect("the offsets kept", await offsets_from(broker, topic, 4), [4, 5, 6])


@case(
    "retention.all",
    level=MUST,
    cites=f"{CONFIGS}, retention.ms; Topics and Logs: offsets are not used again",
    apis=RECORDS,
)
async def test_a_log_may_lose_all_its_records(broker: Subject) -> None:
    """When all records are too old all go, the newest segment too. The log then starts
    where it ends, and the next record gets the next offset."""
    topic = await segmented(broker, retention_ms="1000")
    await need_upkeep(broker, RETENTION)
    await fill(broker, topic, range(3))
    await started_at(broker, topic, 3)
    expect("the end offset", await broker.end_offset(topic), 3)
    gone = await broker.fetch(topic, 2)
    expect_error(gone.error_code, Error.OFFSET_OUT_OF_RANGE)
    expect("the offsets kept", await offsets_from(broker, topic, 3), [])
    await fill(broker, topic, (3,))


@case(
    "retention.time",
    level=MUST,
    cites=f"{CONFIGS}, retention.ms; KIP-33: by the records' timestamps",
    apis=TIMED,
)
async def test_segments_go_by_the_age_of_their_records(broker: Subject) -> None:
    """A segment goes once its newest record is older than retention.ms; the others
    stay."""
    topic = await segmented(broker, retention_ms=str(HOUR_MS))
    await need_upkeep(broker, RETENTION)
    await fill(broker, topic, range(2), begin=now_ms() - 2 * HOUR_MS)
    await fill(broker, topic, range(2, 4), begin=now_ms() - HOUR_MS // 2)
    await started_at(broker, topic, 2)
    await (await watch(broker)).looked()
    expect("the log start offset", await start_of(broker, topic), 2)
    expect("the offsets kept", await offsets_from(broker, topic, 2), [2, 3])


@case(
    "retention.whole-segments",
    level=SHOULD,
    cites="Kafka documentation, Log: whole segments are deleted; KIP-33",
    apis=TIMED,
)
async def test_a_segment_goes_as_a_whole_or_stays(broker: Subject) -> None:
    """An old record stays as long as a newer one in its segment does."""
    topic = await broker.topic(retention_ms=str(HOUR_MS))
    await need_upkeep(broker, RETENTION)
    times = (now_ms() - 2 * HOUR_MS, now_ms() - HOUR_MS // 2)
    records = [Record(0, time, None, b"x") for time in times]
    batch = batch_of(records, BatchOptions(magic=broker.magic))
    expect_success((await broker.produce(topic, batch)).error_code)
    await (await watch(broker)).looked()
    expect("the offsets kept", await offsets_from(broker, topic, 0), [0, 1])


@case(
    "retention.unlimited",
    level=MUST,
    cites=f"{CONFIGS}, retention.ms: with -1 there is no limit of time",
    apis=TIMED,
)
async def test_without_a_limit_old_records_stay(broker: Subject) -> None:
    """With retention.ms of -1 a record stays however old it is."""
    topic = await segmented(broker, retention_ms="-1")
    await need_upkeep(broker, RETENTION)
    await fill(broker, topic, range(2), begin=0)
    await (await watch(broker)).looked()
    expect("the offsets kept", await offsets_from(broker, topic, 0), [0, 1])


@case(
    "retention.compacted",
    level=MUST,
    cites=f"{CONFIGS}, cleanup.policy: compact keeps what is old",
    apis=TIMED,
)
async def test_compacted_logs_keep_old_records(broker: Subject) -> None:
    """With a cleanup.policy of compact alone neither age nor size lets records go."""
    topic = await segmented(
        broker, cleanup_policy="compact", retention_ms="1000", retention_bytes="1"
    )
    await need_upkeep(broker, RETENTION)
    await fill(broker, topic, range(3), keys=(b"a", b"b", b"c"))
    await (await watch(broker)).looked()
    expect("the log start offset", await start_of(broker, topic), 0)
    expect("the offsets kept", await offsets_from(broker, topic, 0), [0, 1, 2])


@case(
    "retention.deletion",
    level=MUST,
    cites="KIP-107: the log start offset only grows",
    apis={**TIMED, "DeleteRecords": "0+"},
)
async def test_a_log_never_starts_earlier_again(broker: Subject) -> None:
    """Where DeleteRecords has moved the start of a log to, retention moves it on from
    there, and never back."""
    topic = await segmented(broker, retention_bytes=RETENTION_BYTES)
    await need_upkeep(broker, RETENTION)
    await broker.append(topic, b"0", b"1", b"2")
    expect_success((await delete_before(broker, topic, 2)).error_code)
    await (await watch(broker)).looked()
    expect("the log start offset", await start_of(broker, topic), 2)
    expect("the offsets kept", await offsets_from(broker, topic, 2), [2])
    await fill(broker, topic, range(3, 8))
    await started_at(broker, topic, 5)


@case(
    "retention.changed",
    level=MUST,
    cites=f"{CONFIGS}: changed on a running broker; KIP-339",
    apis={**TIMED, "IncrementalAlterConfigs": "0+"},
)
async def test_a_changed_retention_holds_for_what_is_there(broker: Subject) -> None:
    """A lower retention.bytes lets segments go that were written before."""
    topic = await segmented(broker)
    await need_upkeep(broker, RETENTION)
    await fill(broker, topic, range(5))
    change = ("retention.bytes", SET, RETENTION_BYTES)
    expect_success(await changed(broker, topic.name, change))
    await started_at(broker, topic, 2)
