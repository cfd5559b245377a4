"""How fast the codec reads and writes, beside two other Python codecs.

Run by `make benchmark`, not a test: it prints a table. Each row is one message of
1,000 partitions; times are microseconds per partition, the best of several rounds.
`kio` reads with compiled Rust and writes with Python; kafka-python compiles its
codecs from Kafka's message definitions, as we do. All three read the same bytes, and
what they write from what they read must be those bytes again.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from importlib import import_module
from timeit import repeat
from typing import Any, NamedTuple

from logion.names import Uuid
from logion.protocol.codec import decode, encode
from logion.protocol.messages.fetch import (
    FetchableTopicResponse,
    FetchPartition,
    FetchRequest,
    FetchResponse,
    FetchTopic,
    PartitionData,
)
from logion.protocol.messages.metadata import (
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)

PARTITIONS = 1000
ROUNDS = 15


class Codec(NamedTuple):
    """What one library can do with one message version."""

    name: str
    read: Callable[[bytes], Any]
    write: Callable[[Any], bytes]


class Case(NamedTuple):
    """One message, in one version, and its modules in the other libraries."""

    message: Any
    version: int
    kio: str
    kafka_python: str


def metadata() -> MetadataResponse:
    """Return the answer about ten topics of a hundred partitions, three replicas."""
    partitions = tuple(
        MetadataResponsePartition(
            error_code=0,
            partition_index=index,
            leader_id=index % 3,
            leader_epoch=7,
            replica_nodes=(0, 1, 2),
            isr_nodes=(0, 1, 2),
            offline_replicas=(),
        )
        for index in range(PARTITIONS // 10)
    )
    topics = tuple(
        MetadataResponseTopic(
            error_code=0,
            name=f"topic-{number}",
            topic_id=Uuid(bytes(range(16))),
            is_internal=False,
            partitions=partitions,
        )
        for number in range(10)
    )
    broker = MetadataResponseBroker(node_id=0, host="localhost", port=9092, rack=None)
    return MetadataResponse(
        brokers=(broker,), cluster_id="cluster", controller_id=0, topics=topics
    )


def fetch_response() -> FetchResponse:
    """Return one topic's thousand partitions, each with 100 bytes of records."""
    partitions = tuple(
        PartitionData(
            partition_index=index,
            error_code=0,
            high_watermark=1_000_000,
            last_stable_offset=1_000_000,
            log_start_offset=0,
            aborted_transactions=None,
            records=b"r" * 100,
        )
        for index in range(PARTITIONS)
    )
    topic = FetchableTopicResponse(topic="topic", partitions=partitions)
    return FetchResponse(responses=(topic,))


def fetch_request() -> FetchRequest:
    """Return a full fetch of one topic's thousand partitions."""
    partitions = tuple(
        FetchPartition(
            partition=index,
            current_leader_epoch=5,
            fetch_offset=1_000_000,
            log_start_offset=-1,
            partition_max_bytes=1_048_576,
        )
        for index in range(PARTITIONS)
    )
    topic = FetchTopic(topic="topic", partitions=partitions)
    return FetchRequest(
        replica_id=-1, max_wait_ms=500, min_bytes=1, max_bytes=1 << 20, topics=(topic,)
    )


CASES = (
    Case(metadata(), 12, "metadata.v12.response", "kafka.protocol.metadata"),
    Case(fetch_response(), 12, "fetch.v12.response", "kafka.protocol.consumer"),
    Case(fetch_request(), 12, "fetch.v12.request", "kafka.protocol.consumer"),
)


def logion(case: Case) -> Codec:
    """Return our own codec."""
    cls, version = type(case.message), case.version
    return Codec(
        "logion",
        lambda data: decode(cls, version, data),
        lambda message: encode(message, version),
    )


def kio(case: Case) -> Codec:
    """Return kio's: a class per version."""
    from kio.serial import entity_reader, entity_writer

    module = import_module(f"kio.schema.{case.kio}")
    cls = getattr(module, type(case.message).__name__)
    read, write = entity_reader(cls), entity_writer(cls)

    def write_bytes(message: Any) -> bytes:
        out = io.BytesIO()
        write(out, message)
        return out.getvalue()

    return Codec("kio", lambda data: read(data, 0)[0], write_bytes)


def kafka_python(case: Case) -> Codec:
    """Return kafka-python's."""
    module = import_module(case.kafka_python)
    cls = getattr(module, type(case.message).__name__)
    version = case.version

    def read(data: bytes) -> Any:
        message = cls.decode(data, version=version, header=False)
        message._header = None  # left unset, and encode looks at it
        return message

    return Codec(
        "kafka-python",
        read,
        lambda message: message.encode(version=version, header=False, framed=False),
    )


def microseconds(action: Callable[[], Any]) -> float:
    """Return the best time of one partition's share of an action."""
    return min(repeat(action, number=5, repeat=ROUNDS)) / 5 / PARTITIONS * 1e6


def measured(codec: Codec, data: bytes) -> tuple[float, float]:
    """Return microseconds per partition to read and to write `data`."""
    message = codec.read(data)
    assert bytes(codec.write(message)) == data, f"{codec.name} writes other bytes"
    reading = microseconds(lambda: codec.read(data))
    return reading, microseconds(lambda: codec.write(message))


class Measured(NamedTuple):
    """One message's times, by the name of the library."""

    title: str
    times: dict[str, tuple[float, float]]
    """Microseconds per partition to read and to write."""


def measure_all() -> list[Measured]:
    """Return the times of every case."""
    return [measure(case) for case in CASES]


def measure(case: Case) -> Measured:
    """Return the times of one case."""
    data = encode(case.message, case.version)
    title = f"{type(case.message).__name__} v{case.version}"
    codecs = [make(case) for make in (logion, kio, kafka_python)]
    return Measured(title, {it.name: measured(it, data) for it in codecs})


def rows(found: Measured) -> list[str]:
    """Return a line per codec: times, and how many times ours they are."""
    ours = found.times["logion"]
    return [
        f"{found.title:22} {name:12} {read:6.2f} {write:6.2f}"
        f" {read / ours[0]:6.2f} {write / ours[1]:6.2f}"
        for name, (read, write) in found.times.items()
    ]


def main() -> None:
    """Print the table."""
    header = f"{'1,000 partitions':22} {'codec':12} {'read':>6} {'write':>6}"
    print(f"{header} {'read x':>6} {'write x':>6}   (us per partition)")
    for found in measure_all():
        print("\n".join(rows(found)))


if __name__ == "__main__":
    main()
