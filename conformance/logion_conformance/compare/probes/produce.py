"""Produce: acks, places, batches and what may be wrong with them."""

from __future__ import annotations

from collections.abc import Callable

from logion.names import ZERO_UUID, Uuid
from logion.protocol.messages.init_producer_id import InitProducerIdRequest
from logion.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from logion.records.codec import Codec

from logion_conformance.compare.probe import Ground, Probe, Say, Script, asking
from logion_conformance.compare.probes.batches import (
    batch,
    changed,
    compressed,
    patched,
)
from logion_conformance.material import Topic

NO_ID = Uuid(b"\x07" * 16)
"""The id of no topic."""

UNKNOWN = Topic("compare-unknown", NO_ID)
"""A topic that does not exist."""


def produce(
    it: Ground,
    records: bytes | str | None = "plain",
    *,
    topic: Topic | None = None,
    partition: int = 0,
    acks: int = -1,
    timeout_ms: int = 1000,
    transactional_id: str | None = None,
) -> ProduceRequest:
    """Return the request that appends to one partition."""
    data = batch(it) if isinstance(records, str) else records
    part = PartitionProduceData(index=partition, records=data)
    topics = (in_topic(topic or it.own, part),)
    return request(*topics, acks=acks, timeout_ms=timeout_ms, tid=transactional_id)


def request(
    *topics: TopicProduceData,
    acks: int = -1,
    timeout_ms: int = 1000,
    tid: str | None = None,
) -> ProduceRequest:
    """Return a request about some topics."""
    return ProduceRequest(
        transactional_id=tid, acks=acks, timeout_ms=timeout_ms, topic_data=topics
    )


def in_topic(topic: Topic, *parts: PartitionProduceData) -> TopicProduceData:
    """Return what is produced to one topic."""
    return TopicProduceData(
        name=topic.name, topic_id=topic.topic_id, partition_data=parts
    )


def part(it: Ground, index: int, records: bytes | None = None) -> PartitionProduceData:
    """Return what is produced to one partition."""
    return PartitionProduceData(index=index, records=records or batch(it))


def idempotent(it: Ground, sequence: int, pid: int, epoch: int = 0) -> ProduceRequest:
    """Return the append of a batch with a producer's id and sequence."""
    data = batch(it, producer_id=pid, producer_epoch=epoch, base_sequence=sequence)
    return produce(it, data)


def twice(it: Ground) -> Script:
    """Two batches, one after the other."""
    yield produce(it)
    yield produce(it, batch(it, b"c"))


def unanswered(it: Ground) -> Script:
    """Acks 0: no answer; the next request is answered."""
    yield Say(produce(it, acks=0), is_answered=False)
    yield produce(it, acks=1)


def refused_unanswered(it: Ground) -> Script:
    """Acks 0 and an error: the connection closes."""
    yield Say(produce(it, topic=UNKNOWN, acks=0), is_answered=False)
    yield produce(it, topic=UNKNOWN, acks=1)


def new_producer() -> InitProducerIdRequest:
    """Return the request for a producer id."""
    return InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=1000)


def in_sequence(it: Ground) -> Script:
    """An idempotent producer: two batches, both again, an older one."""
    pid = (yield new_producer()).producer_id
    yield idempotent(it, 0, pid)
    yield idempotent(it, 2, pid)
    yield idempotent(it, 2, pid)
    yield idempotent(it, 0, pid)


def with_a_gap(it: Ground) -> Script:
    """An idempotent producer leaves a sequence number out."""
    pid = (yield new_producer()).producer_id
    yield idempotent(it, 0, pid)
    yield idempotent(it, 3, pid)


def not_from_0(it: Ground) -> Script:
    """An idempotent producer does not begin with 0."""
    pid = (yield new_producer()).producer_id
    yield idempotent(it, 5, pid)
    yield idempotent(it, 0, pid)


def epochs(it: Ground) -> Script:
    """A newer epoch begins anew; the older one is fenced."""
    pid = (yield new_producer()).producer_id
    yield idempotent(it, 0, pid)
    yield idempotent(it, 2, pid, 1)
    yield idempotent(it, 0, pid, 1)
    yield idempotent(it, 2, pid, 0)


def six_again(it: Ground) -> Script:
    """Of six batches the oldest is no longer remembered: five are."""
    pid = (yield new_producer()).producer_id
    for number in range(6):
        yield idempotent(it, 2 * number, pid)
    yield idempotent(it, 2, pid)
    yield idempotent(it, 0, pid)


IDEMPOTENT = 3
"""The first version that carries producer ids."""


def sequenced(way: str, script: Callable[[Ground], Script]) -> Probe:
    """Return a probe of an idempotent producer."""
    return Probe(
        "Produce",
        way,
        script,
        needs_topic=True,
        first=IDEMPOTENT,
        needs=("InitProducerId",),
    )


TO_OWN = asking(
    "Produce",
    {
        "plain": produce,
        "acks-1": lambda it: produce(it, acks=1),
        "acks-2": lambda it: produce(it, acks=2),
        "acks-minus-2": lambda it: produce(it, acks=-2),
        "time-out-0": lambda it: produce(it, timeout_ms=0),
        "time-out-negative": lambda it: produce(it, timeout_ms=-1),
        "one-of-two-partitions": lambda it: request(
            in_topic(it.own, part(it, 0), part(it, 1))
        ),
        "one-of-two-topics": lambda it: request(
            in_topic(it.own, part(it, 0)), in_topic(UNKNOWN, part(it, 0))
        ),
        "partition-twice": lambda it: request(
            in_topic(it.own, part(it, 0), part(it, 0))
        ),
        "topic-twice": lambda it: request(
            in_topic(it.own, part(it, 0)), in_topic(it.own, part(it, 0))
        ),
        "gzip": lambda it: produce(it, compressed(it, Codec.GZIP)),
        "snappy": lambda it: produce(it, compressed(it, Codec.SNAPPY)),
        "lz4": lambda it: produce(it, compressed(it, Codec.LZ4)),
        "magic-0": lambda it: produce(it, batch(it, magic=0)),
        "magic-1": lambda it: produce(it, batch(it, magic=1)),
        "magic-2": lambda it: produce(it, batch(it, magic=2)),
        "two-batches": lambda it: produce(it, batch(it) + batch(it, b"c")),
        "cut-short": lambda it: produce(it, batch(it)[:-1]),
        "header-cut-short": lambda it: produce(it, batch(it)[:20]),
        "bytes-after": lambda it: produce(it, batch(it) + b"\0" * 5),
        "null-key": lambda it: produce(it, batch(it, b"")),
    },
    needs_topic=True,
)

REFUSED = asking(
    "Produce",
    {
        "no-topics": lambda it: request(),
        "no-partitions": lambda it: request(in_topic(it.standing)),
        "no-partition": lambda it: produce(it, topic=it.standing, partition=1),
        "partition-negative": lambda it: produce(it, topic=it.standing, partition=-1),
        "no-topic": lambda it: produce(it, topic=UNKNOWN),
        "no-topic-acks-1": lambda it: produce(it, topic=UNKNOWN, acks=1),
        "no-topic-wrong-acks": lambda it: produce(it, topic=UNKNOWN, acks=3),
        "topic-without-name": lambda it: produce(it, topic=Topic("", ZERO_UUID)),
        "topic-with-a-bad-name": lambda it: produce(it, topic=Topic("a b", NO_ID)),
        "null-records": lambda it: produce(it, None, topic=it.standing),
        "no-records": lambda it: produce(it, b"", topic=it.standing),
        "wrong-crc": lambda it: produce(
            it,
            changed(batch(it, b"a"), 17 if it.magic == 2 else 12, ">I", 7),
            topic=it.standing,
        ),
        "size-too-small": lambda it: produce(
            it, changed(batch(it, b"a"), 8, ">i", 3), topic=it.standing
        ),
        "size-negative": lambda it: produce(
            it, changed(batch(it, b"a"), 8, ">i", -1), topic=it.standing
        ),
        "magic-3": lambda it: produce(it, patched_magic(it, 3), topic=it.standing),
        "magic-minus-1": lambda it: produce(
            it, patched_magic(it, -1), topic=it.standing
        ),
        "too-large": lambda it: produce(
            it, batch(it, b"x" * 1_100_000), topic=it.standing
        ),
        "transaction-without-id": lambda it: produce(
            it, topic=UNKNOWN, transactional_id="x"
        ),
    },
)


def patched_magic(it: Ground, magic: int) -> bytes:
    """Return a batch that says it has another format than it has."""
    return changed(batch(it, b"a"), 16, ">b", magic)


MALFORMED = asking(
    "Produce",
    {
        "zstd": lambda it: produce(it, compressed(it, Codec.ZSTD)),
        "delta-too-large": lambda it: produce(it, patched(it, 23, ">i", 5)),
        "delta-too-small": lambda it: produce(it, patched(it, 23, ">i", 0)),
        "delta-negative": lambda it: produce(it, patched(it, 23, ">i", -1)),
        "count-too-small": lambda it: produce(it, patched(it, 57, ">i", 1)),
        "count-0": lambda it: produce(it, patched(it, 57, ">i", 0)),
        "count-negative": lambda it: produce(it, patched(it, 57, ">i", -1)),
        "base-offset-7": lambda it: produce(it, patched(it, 0, ">q", 7)),
        "base-offset-negative": lambda it: produce(it, patched(it, 0, ">q", -7)),
        "leader-epoch-7": lambda it: produce(it, patched(it, 12, ">i", 7)),
        "control": lambda it: produce(it, patched(it, 21, ">h", 0x20)),
        "log-append-time": lambda it: produce(it, patched(it, 21, ">h", 0x08)),
        "unused-attribute": lambda it: produce(it, patched(it, 21, ">h", 0x200)),
        "producer-without-sequence": lambda it: produce(
            it, batch(it, producer_id=77, producer_epoch=0, base_sequence=-1)
        ),
        "producer-without-epoch": lambda it: produce(
            it, batch(it, producer_id=77, producer_epoch=-1, base_sequence=0)
        ),
        "unknown-producer": lambda it: idempotent(it, 0, 987_654),
    },
    needs_topic=True,
    first=IDEMPOTENT,
)

PROBES = (
    *TO_OWN,
    *REFUSED,
    *MALFORMED,
    Probe("Produce", "twice", twice, needs_topic=True),
    Probe("Produce", "acks-0", unanswered, needs_topic=True),
    Probe("Produce", "acks-0-refused", refused_unanswered),
    sequenced("in-sequence", in_sequence),
    sequenced("with-a-gap", with_a_gap),
    sequenced("not-from-0", not_from_0),
    sequenced("epochs", epochs),
    sequenced("six-again", six_again),
)
