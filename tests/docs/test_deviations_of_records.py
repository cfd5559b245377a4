"""Records and requests that logion judges otherwise: see docs/deviations.md."""

from __future__ import annotations

import struct
from gzip import compress

import pytest
import trio
from logion.protocol.apis import api_named
from logion.protocol.errors import Error
from logion.protocol.messages.api_versions import ApiVersionsRequest
from logion.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from logion.records.batch import scan_batches
from logion.records.codec import Codec
from logion.records.record import BatchOptions
from logion.testing.broker import Broker

from tests.docs.asking import (
    FUTURE,
    LAST_OFFSET_DELTA,
    MAX_TIMESTAMP,
    TIME,
    batch,
    broker_and_client,
    holding,
    patched,
    unstamped,
)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(holding(batch(0), b"no gzip"), id="undecodable"),
        pytest.param(holding(batch(0, 1), batch(0)[61:]), id="one of two"),
        pytest.param(patched(batch(0, 5), *LAST_OFFSET_DELTA, 1), id="0 and 5"),
    ],
)
async def test_records_inside_a_batch_are_not_looked_at(sent: bytes) -> None:
    async with broker_and_client() as client:
        assert (await client.produce(sent)).error_code == Error.NONE
        assert unstamped(await client.stored()) == sent


async def test_a_false_newest_timestamp_is_kept() -> None:
    sent = patched(batch(0), *MAX_TIMESTAMP, TIME - 1000)
    async with broker_and_client() as client:
        assert (await client.produce(sent)).error_code == Error.NONE
        assert unstamped(await client.stored()) == sent


async def test_a_record_from_the_future_hides_behind_the_header() -> None:
    limit = {"message.timestamp.after.max.ms": "1000"}
    honest = batch(0, time=FUTURE)
    async with broker_and_client() as client:
        await client.create("limited", limit)
        refused = await client.produce(honest, "limited")
        taken = await client.produce(patched(honest, *MAX_TIMESTAMP, TIME), "limited")
    assert refused.error_code == Error.INVALID_TIMESTAMP
    assert taken.error_code == Error.NONE


@pytest.mark.parametrize("codec", [5, 6, 7])
async def test_an_unknown_codec_has_its_own_error(codec: int) -> None:
    sent = patched(batch(0), 21, ">h", codec)
    async with broker_and_client() as client:
        answer = await client.produce(sent)
    assert answer.error_code == Error.UNSUPPORTED_COMPRESSION_TYPE


@pytest.mark.parametrize("old", ["0.9.0", "0.10.0"])
async def test_zstd_for_a_log_of_an_old_format_is_an_invalid_record(old: str) -> None:
    sent = batch(0, options=BatchOptions(codec=Codec.ZSTD))
    async with broker_and_client("2.8") as client:
        await client.create("old", {"message.format.version": old})
        answer = await client.produce(sent, "old")
    assert answer.error_code == Error.INVALID_RECORD


async def test_records_that_must_be_read_may_not_decompress_to_more_than_100_mib() -> (
    None
):
    bomb = holding(batch(0), compress(bytes(101 << 20), 1))
    async with broker_and_client() as client:
        await client.create("compacted", {"cleanup.policy": "compact"})
        answer = await client.produce(bomb, "compacted")
    assert answer.error_code == Error.MESSAGE_TOO_LARGE


async def test_an_old_message_with_bytes_after_its_fields_is_an_invalid_record() -> (
    None
):
    from zlib import crc32

    whole = bytearray(batch(0, options=BatchOptions(magic=1)) + b"??")
    struct.pack_into(">i", whole, 8, len(whole) - 12)
    struct.pack_into(">I", whole, 12, crc32(whole[16:]))
    async with broker_and_client() as client:
        answer = await client.produce(bytes(whole), version=2)
    assert answer.error_code == Error.INVALID_RECORD


async def test_a_refusal_says_what_was_found() -> None:
    async with broker_and_client() as client:
        answer = await client.produce(batch(0)[:40])
    assert answer.error_code == Error.INVALID_RECORD
    assert answer.error_message == "0 entries; one whole batch was expected"


def v0_header(api: str, version: int) -> bytes:
    """Return a request header of version 1 without a client id."""
    return struct.pack(">hhih", api_named(api).key, version, 7, -1)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((struct.pack(">hhih", 18, 0, 7, -2),), id="client id"),
        pytest.param(
            (v0_header("InitProducerId", 0), struct.pack(">hi", -3, 1000)), id="string"
        ),
        pytest.param((v0_header("Metadata", 1), struct.pack(">i", -2)), id="array"),
    ],
)
async def test_a_length_below_minus_1_is_not_null(parts: tuple[bytes, ...]) -> None:
    async with broker_and_client() as client:
        assert await client.is_closed_after(*parts)


async def test_text_that_is_no_utf8_is_refused() -> None:
    topic = struct.pack(">ih", 1, 2) + b"\xffA"
    async with broker_and_client() as client:
        assert await client.is_closed_after(v0_header("Metadata", 4), topic, b"\0")


@pytest.mark.parametrize("size", [1, 3])
async def test_a_tagged_field_has_the_size_it_claims(size: int) -> None:
    fixed = struct.pack(">iiiibii", -1, 0, 1, 1000, 0, 0, -1)
    empty_arrays_and_rack = b"\x01\x01\x01"
    cluster_id = bytes([1, 0, size]) + b"\x02c"
    async with broker_and_client() as client:
        assert await client.is_closed_after(
            v0_header("Fetch", 12), b"\0", fixed, empty_arrays_and_rack, cluster_id
        )


@pytest.mark.parametrize("too_many", [False, True])
async def test_a_request_has_at_most_100_000_elements(too_many: bool) -> None:
    partitions = 99_999 + too_many  # the topic is one more
    async with broker_and_client() as client:
        is_closed = await client.is_closed_after(
            v0_header("Produce", 3),
            struct.pack(">hhiih1si", -1, 1, 1000, 1, 1, b"t", partitions),
            b"".join(struct.pack(">ii", it, 0) for it in range(partitions)),
        )
    assert is_closed == too_many


async def test_features_of_groups_that_are_not_built_are_not_in_force() -> None:
    request = ApiVersionsRequest(
        client_software_name="test", client_software_version="1"
    )
    async with broker_and_client("4.3") as client:
        answer = await client.ask(request, 4)
    known = {it.name for it in answer.supported_features}
    in_force = {it.name for it in answer.finalized_features}
    assert known - in_force == {"kraft.version", "share.version", "streams.version"}
    assert answer.finalized_features_epoch == 0


@pytest.mark.parametrize("release", ["2.8", "3.9"])
async def test_null_records_are_an_invalid_record(release: str) -> None:
    async with broker_and_client(release) as client:
        data = PartitionProduceData(index=0, records=None)
        part = TopicProduceData(name="t", partition_data=(data,))
        request = ProduceRequest(acks=-1, timeout_ms=1000, topic_data=(part,))
        answer = await client.ask(request, 7)
    (found,) = answer.responses[0].partition_responses
    assert found.error_code == Error.INVALID_RECORD


async def test_converted_records_are_not_filled_up() -> None:
    async with broker_and_client() as client:
        await client.produce(batch(0, 1, 2))
        records = bytes((await client.fetch(version=1)).records)
    assert scan_batches(records).end == len(records)


async def test_no_release_takes_a_batch_of_a_false_last_offset() -> None:
    async with broker_and_client("0.11.0") as client:
        found = await client.produce(
            patched(batch(0, 1), *LAST_OFFSET_DELTA, 7), version=3
        )
    assert found.error_code == Error.CORRUPT_MESSAGE


async def test_every_release_remembers_five_batches_of_a_producer() -> None:
    async with broker_and_client("0.11.0") as client:
        for sequence in (0, 1, 0):
            options = BatchOptions(
                producer_id=7, producer_epoch=0, base_sequence=sequence
            )
            found = await client.produce(batch(0, options=options), version=3)
    assert (found.error_code, found.base_offset) == (Error.NONE, 0)


@pytest.mark.parametrize("release", ["0.9.0", "0.11.0"])
async def test_a_frame_of_no_bytes_closes_the_connection(release: str) -> None:
    async with Broker(release=release) as broker:
        host, port = broker.bootstrap.split(":")
        async with await trio.open_tcp_stream(host, int(port)) as stream:
            await stream.send_all(bytes(4))
            with trio.fail_after(60):
                assert await stream.receive_some() == b""
