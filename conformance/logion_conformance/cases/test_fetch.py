"""Fetch: which records a reader gets, how many, and how long it waits for them."""

from __future__ import annotations

import trio
import trio.testing
from logion.names import Uuid
from logion.protocol.errors import Error
from logion.protocol.messages.fetch import FetchResponse, PartitionData
from logion.protocol.schema import replace
from logion.records.batch import parse_batches, scan_batches
from logion.records.codec import Codec

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import (
    expect,
    expect_error,
    expect_success,
    expect_that,
    expect_wait,
)
from logion_conformance.material import (
    AT_ONCE,
    Reading,
    Topic,
    fetch_partition,
    fetch_request,
    records_in,
    values_in,
)
from logion_conformance.subject import Subject

DOCUMENTATION = "Kafka documentation"

LONG_MS = 8_000
"""A wait that a broker is expected to break off."""

SHORT_MS = 300
"""A wait that a broker is expected to keep."""


@case(
    "fetch.from-offset",
    level=MUST,
    cites=f"{DOCUMENTATION}, Guarantees: records are seen in the order of the log",
    apis={"Fetch": "0+", "Produce": "0+"},
)
async def test_reading_starts_at_any_offset(broker: Subject, version: int) -> None:
    """A fetch from an offset returns that record and those after it, in order."""
    topic = await broker.topic()
    for number in range(5):
        await broker.append(topic, b"%d" % number)
    for offset in (0, 3, 4):
        data = await broker.fetch(topic, offset)
        expect_success(data.error_code)
        offsets = [record.offset for record in records_in(data, offset)]
        expect(f"the offsets from {offset} on", offsets, list(range(offset, 5)))
        values = [b"%d" % number for number in range(offset, 5)]
        expect(f"the values from {offset} on", values_in(data, offset), values)
    expect("the high watermark", data.high_watermark, 5)
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "fetch.at-the-end",
    level=MUST,
    cites="FetchResponse; Apache Kafka, log reads at the log end offset",
    apis={"Fetch": "0+", "Produce": "0+"},
)
async def test_the_end_of_the_log_is_empty_not_an_error(
    broker: Subject, version: int
) -> None:
    """At the log end offset there is nothing yet: no error, no records."""
    topic = await broker.topic()
    await broker.append(topic, b"a", b"b")
    data = await broker.fetch(topic, 2)
    expect_success(data.error_code)
    expect("the records", values_in(data, 2), [])
    expect("the high watermark", data.high_watermark, 2)
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "fetch.out-of-range",
    level=MUST,
    cites="error 1 OFFSET_OUT_OF_RANGE",
    apis={"Fetch": "0+", "Produce": "0+"},
)
async def test_offsets_the_log_does_not_have_are_out_of_range(
    broker: Subject, version: int
) -> None:
    """Past the log end offset, or below 0, there is no offset: OFFSET_OUT_OF_RANGE."""
    topic = await broker.topic()
    await broker.append(topic, b"a")
    for offset in (2, 1_000_000, -1):
        data = await broker.fetch(topic, offset)
        what = f"the error code at offset {offset}"
        expect_error(data.error_code, Error.OFFSET_OUT_OF_RANGE, what=what)
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "fetch.topic.unknown",
    level=MUST,
    cites="errors 3 UNKNOWN_TOPIC_OR_PARTITION, 100 UNKNOWN_TOPIC_ID (KIP-516)",
    apis={"Fetch": "0+"},
)
async def test_an_unknown_topic_is_an_error_of_its_partitions(
    broker: Subject, version: int
) -> None:
    """A topic that is not there is an error of the partitions asked for."""
    missing = Topic(broker.new_name(), Uuid(b"logion: no topic"))
    request = fetch_request(missing, fetch_partition(0))
    came = await broker.ask(request, FetchResponse)
    expected = Error.UNKNOWN_TOPIC_OR_PARTITION
    if version >= 13:
        expected = Error.UNKNOWN_TOPIC_ID
    expect_error(came.responses[0].partitions[0].error_code, expected)


@case(
    "fetch.partition.unknown",
    level=MUST,
    cites="error 3 UNKNOWN_TOPIC_OR_PARTITION",
    apis={"Fetch": "0+", "Produce": "0+"},
)
async def test_an_unknown_partition_does_not_hinder_the_others(
    broker: Subject, version: int
) -> None:
    """A partition the topic lacks has its own error; the other one is read."""
    topic = await broker.topic()
    await broker.append(topic, b"here")
    request = fetch_request(topic, fetch_partition(0), fetch_partition(0, partition=77))
    came = await broker.ask_leader(topic, request, FetchResponse)
    data = {each.partition_index: each for each in came.responses[0].partitions}
    expect_error(data[77].error_code, Error.UNKNOWN_TOPIC_OR_PARTITION)
    expect_success(data[0].error_code)
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "fetch.long-poll.woken",
    level=MUST,
    cites="FetchRequest.MinBytes, MaxWaitMs",
    apis={"Fetch": "0+", "Produce": "0+"},
)
async def test_a_waiting_fetch_is_answered_when_records_arrive(
    broker: Subject, version: int
) -> None:
    """A fetch at the end of the log waits, and returns as soon as there are records."""
    topic = await broker.topic()
    reading = Reading(max_wait_ms=LONG_MS)
    waiting = await broker.connect_to_leader(topic)
    request = fetch_request(topic, fetch_partition(0, reading=reading), reading=reading)
    answers: list[PartitionData] = []

    async def wait() -> None:
        came = await waiting.call(request, FetchResponse)
        answers.append(came.responses[0].partitions[0])

    start = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        await broker.append(topic, b"news")
    took = trio.current_time() - start
    expect("the values", values_in(answers[0]), [b"news"])
    expect_wait(took, ms_max=LONG_MS)
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "fetch.long-poll.ends",
    level=MUST,
    cites="FetchRequest.MaxWaitMs",
    apis={"Fetch": "0+"},
)
async def test_a_waiting_fetch_ends_after_its_time(broker: Subject) -> None:
    """With nothing to read the answer comes after max_wait_ms, empty."""
    topic = await broker.topic()
    start = trio.current_time()
    data = await broker.fetch(topic, reading=Reading(max_wait_ms=SHORT_MS))
    took = trio.current_time() - start
    expect("the records", values_in(data), [])
    expect_wait(took, ms_min=SHORT_MS * 0.9, ms_max=LONG_MS)


@case(
    "fetch.min-bytes",
    level=MUST,
    cites="FetchRequest.MinBytes",
    apis={"Fetch": "0+", "Produce": "0+"},
)
async def test_too_few_bytes_are_waited_with(broker: Subject) -> None:
    """Less than min_bytes is sent only once max_wait_ms has passed."""
    topic = await broker.topic()
    await broker.append(topic, b"little")
    start = trio.current_time()
    reading = Reading(max_wait_ms=SHORT_MS, min_bytes=1_000_000)
    data = await broker.fetch(topic, reading=reading)
    took = trio.current_time() - start
    expect("the values", values_in(data), [b"little"])
    expect_wait(took, ms_min=SHORT_MS * 0.9, ms_max=LONG_MS)


@case(
    "fetch.errors.at-once",
    level=SHOULD,
    cites="Apache Kafka, DelayedFetch: an error completes a fetch",
    apis={"Fetch": "0+"},
)
async def test_an_error_is_not_waited_with(broker: Subject) -> None:
    """A fetch that meets an error is answered at once, whatever it would wait."""
    topic = await broker.topic()
    start = trio.current_time()
    data = await broker.fetch(topic, 5, reading=Reading(max_wait_ms=LONG_MS))
    took = trio.current_time() - start
    expect_error(data.error_code, Error.OFFSET_OUT_OF_RANGE)
    expect_wait(took, ms_max=LONG_MS)


@case(
    "fetch.max-bytes.at-least-one",
    level=MUST,
    cites="KIP-74: the first batch comes even if it is larger than the limits",
    apis={"Fetch": "3+", "Produce": "0+"},
)
async def test_a_reader_always_gets_on(broker: Subject, version: int) -> None:
    """Limits smaller than the next batch yield that batch, whole, and no other."""
    topic = await broker.topic()
    for _ in range(3):
        await broker.append(topic, bytes(400))
    reading = Reading(max_wait_ms=0, max_bytes=1, partition_max_bytes=1)
    data = await broker.fetch(topic, 1, reading=reading)
    expect_success(data.error_code)
    offsets = [record.offset for record in records_in(data, 1)]
    expect("the offsets", offsets, [1])
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "fetch.max-bytes.partition",
    level=MUST,
    cites="FetchRequest.PartitionMaxBytes",
    apis={"Fetch": "0+", "Produce": "0+"},
)
async def test_a_partition_sends_no_more_than_asked_for(
    broker: Subject, version: int
) -> None:
    """Of several batches only those within partition_max_bytes come."""
    broker.need_number("fetch.max.bytes", 2_500)
    topic = await broker.topic()
    for _ in range(5):
        await broker.append(topic, bytes(1_000))
    reading = Reading(max_wait_ms=0, partition_max_bytes=2_500)
    data = await broker.fetch(topic, reading=reading)
    size = len(data.records)
    expect_that("the bytes", holds=size <= 2_500, expected="at most 2500", came=size)
    expect("the whole batches", len(records_in(data)), 2)
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "fetch.max-bytes.total",
    level=MUST,
    cites="KIP-74: FetchRequest.MaxBytes limits the whole answer",
    apis={"Fetch": "3+", "Produce": "0+", "CreateTopics": "0+"},
)
async def test_the_whole_answer_has_a_limit(broker: Subject) -> None:
    """Partitions share max_bytes: the answer holds no more, beyond its first batch."""
    broker.need("CreateTopics")
    topic = await broker.topic(partitions=2)
    for partition in (0, 1):
        await broker.append(topic, bytes(3_000), partition=partition)
    wanted = [fetch_partition(0, partition=index) for index in (0, 1)]
    request = fetch_request(
        topic, *wanted, reading=Reading(max_wait_ms=0, max_bytes=3_500)
    )
    came = await broker.ask_leader(topic, request, FetchResponse)
    sizes = [len(each.records or b"") for each in came.responses[0].partitions]
    whole = sum(sizes)
    expect_that("the bytes", holds=whole <= 3_500, expected="at most 3500", came=sizes)


@case(
    "fetch.immutable",
    level=MUST,
    cites=f"{DOCUMENTATION}, Topics and Logs: an immutable sequence of records",
    apis={"Fetch": "4+", "Produce": "3+"},
)
async def test_what_was_read_once_reads_the_same_again(
    broker: Subject, version: int
) -> None:
    """The same fetch returns the same bytes, also after more has been appended."""
    topic = await broker.topic()
    await broker.append(topic, b"a", b"b")
    await broker.append(topic, b"c")
    first = bytes((await broker.fetch(topic)).records)
    again = bytes((await broker.fetch(topic)).records)
    await broker.append(topic, b"d")
    later = bytes((await broker.fetch(topic)).records)
    expect("the bytes read again", again, first)
    expect("the bytes read later, as far", later[: len(first)], first)
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "fetch.compressed.whole",
    level=MUST,
    cites=f"{DOCUMENTATION}, Record Batch: clients drop what comes before their offset",
    apis={"Fetch": "4+", "Produce": "3+"},
)
async def test_a_compressed_batch_comes_whole(broker: Subject) -> None:
    """A fetch from the middle of a compressed batch returns that whole batch."""
    topic = await broker.topic()
    records = broker.batch(b"a", b"b", b"c", codec=Codec.GZIP)
    expect_success((await broker.produce(topic, records)).error_code)
    data = await broker.fetch(topic, 1)
    batches = parse_batches(data.records)
    expect("the base offset of the first batch", batches[0].base_offset, 0)
    expect("the values from offset 1 on", values_in(data, 1), [b"b", b"c"])


@case(
    "fetch.watermarks",
    level=MUST,
    cites="FetchResponse.LastStableOffset (KIP-98), LogStartOffset (KIP-107)",
    apis={"Fetch": "4+", "Produce": "3+"},
)
async def test_an_answer_says_where_the_log_begins_and_ends(
    broker: Subject, version: int
) -> None:
    """Without open transactions the last stable offset is the high watermark; a new
    log starts at 0."""
    topic = await broker.topic()
    await broker.append(topic, b"a", b"b", b"c")
    data = await broker.fetch(topic, reading=replace_isolation(AT_ONCE))
    expect("the high watermark", data.high_watermark, 3)
    expect("the last stable offset", data.last_stable_offset, 3)
    expected = 0 if version >= 5 else -1
    expect("the log start offset", data.log_start_offset, expected)


@case(
    "fetch.read-committed",
    level=MUST,
    cites="KIP-98: FetchRequest.IsolationLevel",
    apis={"Fetch": "4+", "Produce": "3+"},
)
async def test_without_transactions_all_is_committed(
    broker: Subject, version: int
) -> None:
    """A reader of committed records sees records of no transaction, none as aborted."""
    topic = await broker.topic()
    await broker.append(topic, b"plain")
    reading = replace_isolation(AT_ONCE)
    data = await broker.fetch(topic, reading=reading)
    expect("the values", values_in(data), [b"plain"])
    expect("the aborted transactions", data.aborted_transactions or (), ())
    expect("the version of Fetch", broker.version("Fetch"), version)


def replace_isolation(reading: Reading) -> Reading:
    """Return the same reading of committed records only."""
    return Reading(max_wait_ms=reading.max_wait_ms, isolation_level=1)


@case(
    "fetch.leader-epoch.unknown",
    level=MUST,
    cites="KIP-320: error 75 UNKNOWN_LEADER_EPOCH",
    apis={"Fetch": "9+"},
)
async def test_an_epoch_newer_than_the_leaders_is_unknown(
    broker: Subject, version: int
) -> None:
    """A client that knows a newer leader epoch than the broker is asked to wait."""
    topic = await broker.topic()
    request = fetch_request(topic, fetch_partition(0, leader_epoch=1_000))
    came = await broker.ask_leader(topic, request, FetchResponse)
    error = came.responses[0].partitions[0].error_code
    expect_error(error, Error.UNKNOWN_LEADER_EPOCH)
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "fetch.diverging-epoch",
    level=SHOULD,
    cites="KIP-595: FetchResponse.DivergingEpoch",
    apis={"Fetch": "12+", "Produce": "3+"},
)
async def test_a_reader_of_another_history_is_told_where_it_parted(
    broker: Subject, version: int
) -> None:
    """A reader that has more of an epoch than the leader gets no records, but the end
    of that epoch in the leader's log."""
    topic = await broker.topic()
    await broker.append(topic, b"a", b"b")
    epoch = parse_batches((await broker.fetch(topic)).records)[0].leader_epoch
    part = replace(fetch_partition(5), last_fetched_epoch=epoch)
    came = await broker.ask_leader(topic, fetch_request(topic, part), FetchResponse)
    data = came.responses[0].partitions[0]
    expect_success(data.error_code)
    parted = (data.diverging_epoch.epoch, data.diverging_epoch.end_offset)
    expect("epoch and end offset where they parted", parted, (epoch, 2))
    expect("the records", values_in(data), [])
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "fetch.conversion",
    level=MUST,
    cites="KIP-98, KIP-32: Fetch 0 and 1 carry magic 0, 2 and 3 at most magic 1",
    apis={"Fetch": "0-3", "Produce": "0+"},
)
async def test_old_readers_get_the_format_they_know(
    broker: Subject, version: int
) -> None:
    """Records of a newer format are converted for a reader that does not know it;
    offsets and values stay."""
    topic = await broker.topic()
    await broker.append(topic, b"a", b"b")
    records = broker.batch(b"c", b"d", codec=Codec.GZIP)
    expect_success((await broker.produce(topic, records)).error_code)
    data = await broker.fetch(topic)
    newest = 0 if version < 2 else 1
    magics = {each.magic for each in scan_batches(data.records).batches}
    expect_that(
        "the formats",
        holds=max(magics) <= newest,
        expected=f"magic {newest} at most",
        came=magics,
    )
    offsets = [record.offset for record in records_in(data)]
    expect("the offsets", offsets, [0, 1, 2, 3])
    expect("the values", values_in(data), [b"a", b"b", b"c", b"d"])


@case(
    "fetch.cut",
    level=SHOULD,
    cites="Apache Kafka: Fetch 0 to 2 cut at partition_max_bytes, KIP-74 ended that",
    apis={"Fetch": "0-2", "Produce": "0+"},
)
async def test_old_readers_get_no_more_bytes_than_they_asked_for(
    broker: Subject,
) -> None:
    """Before version 3 a message larger than partition_max_bytes comes cut short."""
    topic = await broker.topic()
    await broker.append(topic, bytes(2_000))
    reading = Reading(max_wait_ms=0, partition_max_bytes=100)
    data = await broker.fetch(topic, reading=reading)
    expect_success(data.error_code)
    expect("the whole records", records_in(data), [])
    size = len(data.records)
    expect_that("the bytes", holds=size <= 100, expected="at most 100", came=size)
