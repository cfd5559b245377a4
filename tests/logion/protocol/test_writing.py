"""What compiled writers look like: flat, fused, payloads untouched."""

from __future__ import annotations

from typing import Any

import pytest
from logion.protocol.messages.fetch import (
    FetchableTopicResponse,
    FetchResponse,
    PartitionData,
)
from logion.protocol.messages.heartbeat import HeartbeatResponse
from logion.protocol.messages.metadata import MetadataResponse
from logion.protocol.primitives import WRITE_FAILURES, AbsentFieldError
from logion.protocol.writing import writer_source


def test_a_struct_without_strings_is_packed_at_once() -> None:
    text = writer_source(MetadataResponse, 12).text()
    loop = text.index(".partition_index")
    partition = text[loop : text.index("\n   pass\n", loop)]
    # The one packing begins before; its wide form and unknown tags are rarely needed.
    assert partition.count("_put(") == 2


def test_a_writer_calls_no_function_per_struct() -> None:
    assert writer_source(MetadataResponse, 12).text().count("def ") == 1


def test_a_writer_notes_where_payloads_stand() -> None:
    payload = b"records"
    partition = PartitionData(
        partition_index=0, error_code=0, high_watermark=0, records=payload
    )
    topic = FetchableTopicResponse(topic="t", partitions=(partition,))
    write = writer_source(FetchResponse, 4).compile("write", "test")
    out: list[Any] = []
    positions: list[int] = []
    write(FetchResponse(responses=(topic,)), out, positions)
    assert [out[position] for position in positions] == [payload]
    assert out[positions[0]] is payload


def test_a_writer_fails_in_the_ways_its_caller_knows() -> None:
    write = writer_source(HeartbeatResponse, 0).compile("write", "test")
    for wrong in (1 << 16, None, "text"):
        with pytest.raises(WRITE_FAILURES):
            write(HeartbeatResponse(error_code=wrong), [], [])  # type: ignore[arg-type]


def test_only_fields_that_may_not_be_dropped_are_checked() -> None:
    text = writer_source(FetchResponse, 0).text()
    assert "raise _absent('sessionId')" in text
    assert "throttleTimeMs" not in text
    assert issubclass(AbsentFieldError, Exception)
