"""Who is over a quota meets it: a producer of librdkafka, and who connects too often.

`LOGION_INTEGRATION_TARGET=apache` tells the same story of Apache Kafka.
"""

from __future__ import annotations

import socket
import struct
import time
from pathlib import Path
from typing import Any, NamedTuple

import confluent_kafka
import trio
from logion.client.connection import Options, address_of, connect
from logion.protocol.errors import Error
from logion.protocol.messages.alter_client_quotas import (
    AlterClientQuotasRequest,
    AlterClientQuotasRequestEntryData,
    AlterClientQuotasResponse,
    EntityData,
    OpData,
)

from tests.integration import brokers

CLIENT_ID = "slow"
RATE = 20_000
"""Bytes a second."""

RECORD = bytes(5_000)
RECORDS = 16
"""80,000 bytes: three seconds, once the second's worth of the window is used up."""

SHORT_WINDOW = {"quota.window.num": "2", "quota.window.size.seconds": "1"}


CONNECTIONS = 10
LONG_WINDOW = {
    "quota.window.num": "2",
    "quota.window.size.seconds": str(CONNECTIONS),
}
"""Where one a second may come, so many may at once; the next is held for a second."""

VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)
"""ApiVersions 0, the least that can be asked."""


async def limit(bootstrap: str, kind: str, name: str, key: str, value: float) -> None:
    """Set a quota."""
    entity = (EntityData(entity_type=kind, entity_name=name),)
    edit = OpData(key=key, value=value, remove=False)
    entry = AlterClientQuotasRequestEntryData(entity=entity, ops=(edit,))
    request = AlterClientQuotasRequest(entries=(entry,), validate_only=False)
    async with await connect(address_of(bootstrap), Options(timeout_s=10)) as client:
        answer = await client.call(request, AlterClientQuotasResponse)
    assert answer.entries[0].error_code == Error.NONE


def test_a_producer_over_its_quota_is_slowed_and_told(tmp_path: Path) -> None:
    pauses_s: list[float] = []
    failures: list[Any] = []
    with brokers.target(tmp_path, settings=SHORT_WINDOW) as broker:
        quota = ("client-id", CLIENT_ID, "producer_byte_rate", float(RATE))
        trio.run(limit, broker.bootstrap, *quota)
        producer = confluent_kafka.Producer(
            {
                "bootstrap.servers": broker.bootstrap,
                "client.id": CLIENT_ID,
                "batch.size": 6_000,
                "linger.ms": 0,
                "throttle_cb": lambda event: pauses_s.append(event.throttle_time),
            }
        )
        begun = time.perf_counter()
        for _ in range(RECORDS):
            producer.produce(
                "t",
                RECORD,
                on_delivery=lambda error, _: failures.append(error) if error else None,
            )
            producer.poll(0)
        assert producer.flush(30) == 0
        took_s = time.perf_counter() - begun
    assert failures == []
    assert max(pauses_s, default=0) > 0
    fastest_s = (RECORDS * len(RECORD) - 2 * RATE) / RATE
    assert took_s > fastest_s, f"{took_s} s, where the quota allows {fastest_s} s"


class Came(NamedTuple):
    """What became of a connection."""

    is_heard: bool
    seconds: float
    """Until its first byte, or its end."""


def connection(bootstrap: str) -> Came:
    """Make a connection and ask for the versions; return what became of it."""
    host, port = bootstrap.split(":")
    begun = time.perf_counter()
    with socket.create_connection((host, int(port)), timeout=20) as connected:
        try:
            connected.sendall(VERSIONS)
            is_heard = connected.recv(1) != b""
        except ConnectionError:
            is_heard = False
    return Came(is_heard, time.perf_counter() - begun)


def test_who_connects_too_often_is_held_and_not_heard(tmp_path: Path) -> None:
    with brokers.target(tmp_path, settings=LONG_WINDOW) as broker:
        quota = ("ip", "127.0.0.1", "connection_creation_rate", 1.0)
        trio.run(limit, broker.bootstrap, *quota)
        heard = 0
        while (came := connection(broker.bootstrap)).is_heard:
            heard += 1
            assert heard < 4 * CONNECTIONS, "nobody is held"
    assert heard >= CONNECTIONS
    assert came.seconds > 0.5
