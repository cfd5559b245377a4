"""Varints: known bytes, round trips, bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.records.varint import BYTES_MAX, read_varint, varint, wrapped


@pytest.mark.parametrize(
    ("value", "encoded"),
    [(0, "00"), (-1, "01"), (1, "02"), (63, "7e"), (64, "8001"), (-65, "8101")],
)
def test_small_numbers_have_their_known_bytes(value: int, encoded: str) -> None:
    assert varint(value).hex() == encoded
    assert read_varint(bytes.fromhex(encoded), 0) == (value, len(encoded) // 2)


@pytest.mark.parametrize("value", range(-64, 64))
def test_a_number_of_seven_bits_is_one_byte(value: int) -> None:
    assert len(varint(value)) == 1
    assert read_varint(b"\xff" + varint(value), 1) == (value, 2)


@given(st.integers(-(2**63), 2**63 - 1), st.binary(max_size=3))
def test_any_64_bit_number_survives(value: int, before: bytes) -> None:
    encoded = varint(value)
    assert len(encoded) <= BYTES_MAX
    end = len(before) + len(encoded)
    assert read_varint(before + encoded + b"\x05", len(before)) == (value, end)


@pytest.mark.parametrize(
    ("value", "kept"),
    [(2**63, -(2**63)), (-(2**63) - 1, 2**63 - 1), (2**64 + 5, 5), (-7, -7)],
)
def test_what_exceeds_64_bits_wraps_as_in_java(value: int, kept: int) -> None:
    assert wrapped(value) == kept
    assert varint(value) == varint(kept)


def test_an_endless_varint_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 10 bytes"):
        read_varint(b"\x80" * 20, 0)


def test_a_cut_varint_is_noticed() -> None:
    with pytest.raises(IndexError):
        read_varint(b"\x80\x80", 0)
