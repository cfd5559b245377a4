"""What compiled readers look like: flat, fused, and careful with payloads."""

from __future__ import annotations

import pytest
from logion.protocol.messages.fetch import FetchResponse
from logion.protocol.messages.headers import RequestHeader
from logion.protocol.messages.metadata import MetadataResponse
from logion.protocol.primitives import READ_FAILURES
from logion.protocol.reading import holds_records, reader_source


def test_fields_of_fixed_size_are_unpacked_together() -> None:
    text = reader_source(MetadataResponse, 12).text()
    assert "_unpack_hiiiB(data, pos)" in text


def test_a_reader_calls_no_function_per_struct() -> None:
    text = reader_source(MetadataResponse, 12).text()
    assert text.count("def ") == 1
    assert text.count("for _ in range(n):") == 3


def test_only_messages_with_records_are_read_in_place() -> None:
    assert holds_records(FetchResponse)
    assert not holds_records(MetadataResponse)
    assert "data = bytes(data)" in reader_source(MetadataResponse, 0).text()
    assert "data = bytes(data)" not in reader_source(FetchResponse, 0).text()


def test_a_header_does_not_copy_the_body_behind_it() -> None:
    assert "data = bytes(data)" not in reader_source(RequestHeader, 2).text()


@pytest.mark.parametrize("data", [b"", b"\0\0\0\1", b"\xff\xff\xff\xff"])
def test_a_reader_fails_in_the_ways_its_caller_knows(data: bytes) -> None:
    read = reader_source(MetadataResponse, 0).compile("read", "test")
    with pytest.raises(READ_FAILURES):
        read(data, 0)
