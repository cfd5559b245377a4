"""A producer of librdkafka that is over its quota is slowed to it, and told so.

`LOGION_INTEGRATION_TARGET=apache` tells the same story of Apache Kafka.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

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


async def limit(bootstrap: str) -> None:
    """Set the producer's quota."""
    entity = (EntityData(entity_type="client-id", entity_name=CLIENT_ID),)
    edit = OpData(key="producer_byte_rate", value=float(RATE), remove=False)
    entry = AlterClientQuotasRequestEntryData(entity=entity, ops=(edit,))
    request = AlterClientQuotasRequest(entries=(entry,), validate_only=False)
    async with await connect(address_of(bootstrap), Options(timeout_s=10)) as client:
        answer = await client.call(request, AlterClientQuotasResponse)
    assert answer.entries[0].error_code == Error.NONE


def test_a_producer_over_its_quota_is_slowed_and_told(tmp_path: Path) -> None:
    pauses_s: list[float] = []
    failures: list[Any] = []
    with brokers.target(tmp_path, settings=SHORT_WINDOW) as broker:
        trio.run(limit, broker.bootstrap)
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
