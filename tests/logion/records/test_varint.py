"""Varints: known bytes, round trips, bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.records.varint import BYTES_MAX, read_varint, varint


@pytest.mark.parametrize(
    ("value", "encoded"),
    [(0, "00"), (-1, "01"), (1, "02"), (63, "7e"), (64, "8001"), (-65, "8101")],
)
def test_small_numbers_have_their_known_bytes(value: int, encoded: str) -> None:
    assert varint(value).hex() == encoded


@given(st.integers(-(2**63), 2**63 - 1), st.binary(max_size=3))
def test_any_64_bit_number_survives(value: int, before: bytes) -> None:
    encoded = varint(value)
    assert len(encoded) <= BYTES_MAX
    end = len(before) + len(encoded)
    assert read_varint(before + encoded + b"\x05", len(before)) == (value, end)


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1])
def test_a_number_of_more_than_64_bits_is_refused(value: int) -> None:
    with pytest.raises(OverflowError, match="64 bits"):
        varint(value)


def test_an_endless_varint_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 10 bytes"):
        read_varint(b"\x80" * 20, 0)


def test_a_cut_varint_is_noticed() -> None:
    with pytest.raises(IndexError):
        read_varint(b"\x80\x80", 0)
