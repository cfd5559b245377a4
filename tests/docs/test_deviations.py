"""What logion does where Apache Kafka does something else: `docs/deviations.md`.

Most of these tests speak to a broker as a client does; what Apache Kafka answers to the
same bytes stands in the document, with the release that was asked.
"""

from __future__ import annotations

import re
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from gzip import compress
from pathlib import Path
from typing import Any

import crc32c
import logion
import pytest
import trio
from logion.broker.dispatch import HANDLERS
from logion.client.connection import Address, Connection, Options, connect
from logion.client.versions import api_key_of
from logion.config import documentation
from logion.log.manager import BrokerIdentity, LogManager
from logion.log.settings import LogSettings
from logion.names import TopicPartition
from logion.protocol.apis import api_named, response_class
from logion.protocol.errors import Error
from logion.protocol.messages.api_versions import ApiVersionsRequest
from logion.protocol.messages.create_topics import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from logion.protocol.messages.delete_topics import DeleteTopicsRequest
from logion.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResourceResult,
)
from logion.protocol.messages.fetch import (
    FetchPartition,
    FetchRequest,
    FetchTopic,
    PartitionData,
)
from logion.protocol.messages.init_producer_id import InitProducerIdRequest
from logion.protocol.messages.metadata import (
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponseTopic,
)
from logion.protocol.messages.produce import (
    PartitionProduceData,
    PartitionProduceResponse,
    ProduceRequest,
    TopicProduceData,
)
from logion.records.codec import Codec
from logion.records.record import BatchOptions, Record, write_batch
from logion.records.validation import ProduceRules
from logion.settings import broker_settings, topic_settings
from logion.testing.broker import Broker
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "deviations.md"

TIME = 1_700_000_000_000
FUTURE = 4_000_000_000_000
HEADER_SIZE = 61
COMPRESSED = BatchOptions(codec=Codec.GZIP)


# --- the document ---------------------------------------------------------------


def rows() -> list[list[str]]:
    """Return the cells of each row of the tables of the document."""
    lines = DOCUMENT.read_text().splitlines()
    cells = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in lines
        if line.startswith("|")
    ]
    return [row for row in cells if row[0] != "Apache Kafka" and set(row[0]) != {"-"}]


def test_every_row_says_what_both_do_why_and_which_test_shows_it() -> None:
    assert len(rows()) > 20
    for row in rows():
        assert len(row) == 5, row
        assert all(row), row


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[-1].strip("`")[-60:])
def test_the_test_that_a_row_names_exists(row: list[str]) -> None:
    for named in row[-1].split(", "):
        path, _, name = named.strip("`").partition("::")
        text = (ROOT / path).read_text()
        assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE), named


def test_every_test_of_a_deviation_stands_in_a_row() -> None:
    named = "".join(row[-1] for row in rows())
    ours = re.findall(
        r"^(?:async )?def (test_\w+)\(", Path(__file__).read_text(), re.MULTILINE
    )
    first = ours.index("test_records_inside_a_batch_are_not_looked_at")
    assert [name for name in ours[first:] if f"::{name}`" not in named] == []


# --- a broker and a client of it ------------------------------------------------


class Client:
    """A client of a broker, with the few requests these tests make."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def ask(self, request: Any, version: int | None = None) -> Any:
        answer = response_class(api_key_of(request))
        return await self.connection.call(request, answer, version=version)

    async def create(
        self, name: str, configs: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        settings = (configs or {}).items()
        topic = CreatableTopic(
            name=name,
            num_partitions=1,
            replication_factor=1,
            assignments=(),
            configs=tuple(CreatableTopicConfig(name=k, value=v) for k, v in settings),
        )
        made = await self.ask(CreateTopicsRequest(topics=(topic,), **more))
        assert made.topics[0].error_code == Error.NONE

    async def produce(
        self, records: bytes, topic: str = "t", version: int = 8
    ) -> PartitionProduceResponse:
        """Append to partition 0 of a topic."""
        data = PartitionProduceData(index=0, records=records)
        part = TopicProduceData(name=topic, partition_data=(data,))
        request = ProduceRequest(acks=-1, timeout_ms=1000, topic_data=(part,))
        answer = await self.ask(request, version)
        found: PartitionProduceResponse = answer.responses[0].partition_responses[0]
        return found

    async def fetch(self, topic: str = "t") -> PartitionData:
        """Read partition 0 of a topic from the start."""
        asked = FetchPartition(partition=0, fetch_offset=0, partition_max_bytes=1 << 20)
        answer = await self.ask(
            FetchRequest(
                max_wait_ms=0,
                min_bytes=0,
                topics=(FetchTopic(topic=topic, partitions=(asked,)),),
            ),
            10,
        )
        found: PartitionData = answer.responses[0].partitions[0]
        return found

    async def stored(self, topic: str = "t") -> bytes:
        """Return the records of partition 0 as they come."""
        return bytes((await self.fetch(topic)).records or b"")

    async def topics(self) -> tuple[MetadataResponseTopic, ...]:
        request = MetadataRequest(topics=None)
        found: tuple[MetadataResponseTopic, ...] = (await self.ask(request)).topics
        return found

    async def is_closed_after(self, *parts: bytes) -> bool:
        """Send one frame; tell whether the broker closes instead of answering."""
        frame = b"".join(parts)
        await self.connection.send(len(frame).to_bytes(4) + frame)
        with trio.fail_after(5):
            return await self.connection.receive() is None


@asynccontextmanager
async def client_of(broker: Broker) -> AsyncIterator[Client]:
    """Connect to a broker."""
    host, port = broker.bootstrap.split(":")
    async with await connect(Address(host, int(port)), Options()) as connection:
        yield Client(connection)


@asynccontextmanager
async def broker_and_client(
    release: str = "3.9", **config: str
) -> AsyncIterator[Client]:
    """Run a broker with a topic `t`, and connect to it."""
    settings = {key.replace("_", "."): value for key, value in config.items()}
    async with (
        Broker(release=release, config=settings) as broker,
        client_of(broker) as client,
    ):
        await client.create("t")
        yield client


def batch(*offsets: int, options: BatchOptions = COMPRESSED, time: int = TIME) -> bytes:
    """Return a batch with a record at each offset."""
    return write_batch([Record(it, time, b"k", b"v" * 9) for it in offsets], options)


def patched(whole: bytes, at: int, form: str, value: int) -> bytes:
    """Return a batch with a number of its header replaced, its checksum right."""
    changed = bytearray(whole)
    struct.pack_into(form, changed, at, value)
    return with_checksum(changed)


def holding(header: bytes, body: bytes) -> bytes:
    """Return the batch of `header` with other bytes in place of its records."""
    changed = bytearray(header[:HEADER_SIZE] + body)
    struct.pack_into(">i", changed, 8, len(changed) - 12)
    return with_checksum(changed)


def with_checksum(changed: bytearray) -> bytes:
    struct.pack_into(">I", changed, 17, crc32c.crc32c(bytes(changed[21:])))
    return bytes(changed)


LAST_OFFSET_DELTA = (23, ">i")
MAX_TIMESTAMP = (35, ">q")


def unstamped(stored: bytes) -> bytes:
    """Return a batch without the leader epoch that the leader stamped into it."""
    return stored[:12] + b"\xff" * 4 + stored[16:]


# --- records --------------------------------------------------------------------


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


# --- the wire -------------------------------------------------------------------


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


@pytest.mark.parametrize("release", ["3.9", "4.3"])
async def test_features_are_not_told(release: str) -> None:
    request = ApiVersionsRequest(
        client_software_name="test", client_software_version="1"
    )
    async with broker_and_client(release) as client:
        answer = await client.ask(request, 3)
    assert answer.supported_features == answer.finalized_features == ()
    assert answer.finalized_features_epoch == -1


# --- topics and settings --------------------------------------------------------


async def test_topics_come_in_the_order_in_which_they_were_made() -> None:
    names = [f"topic-{number * 7 % 10}" for number in range(10)]
    async with broker_and_client() as client:
        for name in names:
            await client.create(name)
        assert [topic.name for topic in await client.topics()] == ["t", *names]


async def test_a_topic_is_there_before_any_time_out() -> None:
    async with broker_and_client() as client:
        await client.create("at-once", timeout_ms=0)
        await client.produce(batch(0), "at-once")


async def test_a_topic_is_gone_before_any_time_out() -> None:
    async with broker_and_client() as client:
        request = DeleteTopicsRequest(topic_names=("t",), timeout_ms=0)
        answer = await client.ask(request, 4)
        assert answer.responses[0].error_code == Error.NONE
        assert await client.topics() == ()


async def test_no_release_makes_more_than_10_000_partitions_at_once() -> None:
    topics = tuple(
        CreatableTopic(
            name=name,
            num_partitions=5001,
            replication_factor=1,
            assignments=(),
            configs=(),
        )
        for name in ("a", "b")
    )
    async with broker_and_client("3.9") as client:
        request = CreateTopicsRequest(topics=topics, validate_only=True)
        answer = await client.ask(request)
    found = {topic.error_code for topic in answer.topics}
    assert found == {Error.POLICY_VIOLATION}


async def described(client: Client) -> tuple[DescribeConfigsResourceResult, ...]:
    """Return the settings of the only broker."""
    metadata = await client.ask(MetadataRequest(topics=()))
    broker = DescribeConfigsResource(
        resource_type=4,
        resource_name=str(metadata.brokers[0].node_id),
        configuration_keys=None,
    )
    request = DescribeConfigsRequest(resources=(broker,), include_documentation=True)
    answer = await client.ask(request)
    found: tuple[DescribeConfigsResourceResult, ...] = answer.results[0].configs
    return found


async def test_settings_come_by_name_with_texts_of_our_own() -> None:
    async with broker_and_client() as client:
        found = await described(client)
    names = [setting.name for setting in found]
    assert names == sorted(names)
    assert all(each.documentation == documentation(each.name) for each in found)


@pytest.mark.parametrize("release", ["3.9", "4.3"])
async def test_a_broker_without_settings_has_those_its_release_ships(
    release: str,
) -> None:
    async with broker_and_client(release) as client:
        found = {setting.name: setting.value for setting in await described(client)}
    assert found["offsets.topic.replication.factor"] == "1"


def source_of_what_acts() -> str:
    """Return all code but the tables and checks of settings."""
    files = Path(logion.__file__).parent.rglob("*.py")
    return "".join(
        each.read_text() for each in files if not each.name.startswith("config")
    )


def without_effect() -> list[str]:
    """Return the settings that the document says have no effect."""
    (row,) = [row for row in rows() if "::test_settings_of_what_is_not_" in row[-1]]
    return re.findall(r"`([a-z.]+)`", row[1])


@pytest.mark.parametrize("name", without_effect())
def test_settings_of_what_is_not_built_have_no_effect(name: str) -> None:
    assert name in {**broker_settings(), **topic_settings()}
    assert f'"{name}"' not in source_of_what_acts()


async def test_a_secure_listener_speaks_plain_text() -> None:
    async with broker_and_client(listeners="SSL://127.0.0.1:0") as client:
        assert [topic.name for topic in await client.topics()] == ["t"]


async def test_quotas_are_not_enforced() -> None:
    async with broker_and_client("2.8", quota_producer_default="1") as client:
        data = PartitionProduceData(index=0, records=batch(0))
        part = TopicProduceData(name="t", partition_data=(data,))
        request = ProduceRequest(acks=-1, timeout_ms=1000, topic_data=(part,))
        answers = [await client.ask(request) for _ in range(3)]
    assert [answer.throttle_time_ms for answer in answers] == [0, 0, 0]
    assert api_named("AlterClientQuotas").key not in HANDLERS


def test_compacted_topics_keep_every_record() -> None:
    clock = FakeClock()
    settings = LogSettings(
        segment_bytes=100, is_delete=False, rules=ProduceRules(is_compacted=True)
    )
    manager = LogManager(MemoryDisk(clock), clock, settings_of=lambda _: settings)
    manager.open(["data"], BrokerIdentity(0))
    name = TopicPartition("t", 0)
    log = manager.create(name)
    for _ in range(5):
        log.append_as_leader(batch(0), leader_epoch=0, produce_version=8)
    manager.high_watermarks[name] = log.end_offset
    clock.advance(10**9)
    assert manager.clean() == 0
    assert (log.start_offset, log.end_offset, len(list(log.segments))) == (0, 5, 5)


# --- the cluster ----------------------------------------------------------------


@pytest.mark.parametrize("release", ["3.9", "4.3"])
async def test_a_restart_does_not_raise_leader_epochs(
    release: str, tmp_path: Path
) -> None:
    epochs = []
    for is_first in (True, False):
        async with (
            Broker(release=release, data=str(tmp_path)) as broker,
            client_of(broker) as client,
        ):
            if is_first:
                await client.create("t")
            asked = MetadataRequest(topics=(MetadataRequestTopic(name="t"),))
            answer = await client.ask(asked)
            epochs.append(answer.topics[0].partitions[0].leader_epoch)
    assert epochs == [0, 0]


@pytest.mark.parametrize("release", ["0.10.0", "3.9", "4.3"])
def test_the_cluster_is_kept_in_a_journal_in_the_first_data_folder(
    release: str, tmp_path: Path
) -> None:
    with Broker(release=release, data=str(tmp_path)):
        names = {path.name for path in tmp_path.iterdir()}
    assert "logion-coordination.journal" in names
    assert not any(name.startswith("__cluster_metadata") for name in names)


# --- transactions ---------------------------------------------------------------


async def test_transactional_ids_have_no_coordinator() -> None:
    request = InitProducerIdRequest(transactional_id="t", transaction_timeout_ms=1000)
    async with broker_and_client() as client:
        answer = await client.ask(request)
    assert answer.error_code == Error.NOT_COORDINATOR
    assert api_named("FindCoordinator").key not in HANDLERS


async def test_a_batch_of_a_transaction_nobody_began_is_taken() -> None:
    options = BatchOptions(
        producer_id=7, producer_epoch=0, base_sequence=0, is_transactional=True
    )
    async with broker_and_client() as client:
        answer = await client.produce(batch(0, options=options))
        read = await client.fetch()
    assert answer.error_code == Error.NONE
    assert (read.last_stable_offset, read.high_watermark) == (0, 1)
