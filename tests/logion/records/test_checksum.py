"""The checksums agree with their published check values, over any kind of buffer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from logion.records.checksum import crc32, crc32c


def test_crc32_has_the_check_value_of_its_catalogue() -> None:
    assert crc32(b"123456789") == 0xCBF43926


def test_crc32c_has_the_check_value_of_its_catalogue() -> None:
    assert crc32c(b"123456789") == 0xE3069283


def test_a_view_into_a_buffer_is_read_where_it_stands() -> None:
    view = memoryview(bytearray(b"--123456789--"))[2:-2]
    assert (crc32(view), crc32c(view)) == (0xCBF43926, 0xE3069283)


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_a_checksum_continues_over_the_next_bytes(first: bytes, second: bytes) -> None:
    assert crc32(second, crc32(first)) == crc32(first + second)
    assert crc32c(second, crc32c(first)) == crc32c(first + second)
