"""Varints, tag sections and runs, at their edges."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis.strategies import binary, integers, lists, tuples
from logion.protocol.primitives import (
    SMALL,
    Run,
    read_many,
    read_tags,
    read_varint,
    small_unpackers,
    string_size_rest,
    tag_bodies,
    varint,
)


@pytest.mark.parametrize(
    ("value", "body"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "8001"),
        (300, "ac02"),
        (2**31 - 1, "ffffffff07"),
        (2**32 - 1, "ffffffff0f"),
    ],
)
def test_a_varint_takes_seven_bits_a_byte(value: int, body: str) -> None:
    assert varint(value).hex() == body
    assert read_varint(bytes.fromhex(body), 0) == (value, len(body) // 2)


@given(integers(0, 2**35 - 1), binary(max_size=3), binary(max_size=3))
def test_varints_survive_wherever_they_stand(
    value: int, before: bytes, after: bytes
) -> None:
    data = before + varint(value) + after
    assert read_varint(data, len(before)) == (value, len(data) - len(after))


def test_a_varint_of_more_than_five_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 5 bytes"):
        read_varint(b"\xff\xff\xff\xff\xff\x01", 0)


def test_a_cut_varint_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        read_varint(b"\xff\xff", 0)


def test_a_compact_string_has_at_most_32767_bytes() -> None:
    body = varint(32768)
    assert string_size_rest(body, 1, body[0]) == (32768, 3)
    body = varint(32769)
    with pytest.raises(ValueError, match="string of 32768 bytes"):
        string_size_rest(body, 1, body[0])


@given(lists(tuples(integers(0, 2**31 - 1), binary(max_size=200)), max_size=200))
def test_tag_sections_come_back_in_ascending_order(
    tags: list[tuple[int, bytes]],
) -> None:
    section = varint(len(tags)) + tag_bodies(tags)
    read, end = read_tags(section, 1, section[0], len(tags))
    assert end == len(section)
    assert read == tuple(sorted(tags, key=lambda tagged: tagged[0]))


def test_a_tagged_field_past_the_end_is_refused() -> None:
    with pytest.raises(ValueError, match="past the end"):
        read_tags(b"\x01\x00\x05ab", 1, 1, 1)


def test_more_tagged_fields_than_may_come_are_refused_before_they_are_read() -> None:
    assert read_tags(b"\x01\x00\x00\x00", 0, 2, 2)[0] == ((1, b""), (0, b""))
    with pytest.raises(ValueError, match="2 tagged fields"):
        read_tags(b"", 0, 2, 1)


def test_small_unpackers_take_as_many_values_as_their_index() -> None:
    unpackers = small_unpackers("h")
    assert len(unpackers) == SMALL
    assert unpackers[0](b"", 0) == ()
    assert unpackers[2](b"\0\1\0\2", 0) == (1, 2)


def test_many_values_are_read_only_if_they_are_there() -> None:
    assert read_many(b"?\0\1\0\2", 1, 2, "h") == ((1, 2), 5)
    assert read_many(bytes(32), 0, 2, "16s") == ((bytes(16), bytes(16)), 32)
    for count in (-1, 3, 2**31 - 1):
        with pytest.raises(ValueError, match=f"array of {count} elements"):
            read_many(b"?\0\1\0\2", 1, count, "h")


def test_a_run_packs_one_byte_varints_and_arrays_at_once() -> None:
    run = Run(("h", "V", "*i", "S"))
    assert run[(2,)](1, 3, 7, 8, 1) == struct.pack(">hbiib", 1, 3, 7, 8, 1)
    assert run[(2,)] is run[(2,)]
    with pytest.raises(struct.error):
        run[(0,)](1, 200, 1)


def test_a_run_packs_longer_varints_when_asked_to() -> None:
    run = Run(("h", "V", "*i", "S"))
    values = tuple(range(200))
    packed = run.wide((200,), 1, 201, *values, 300)
    expected = b"\0\1" + varint(201) + struct.pack(">200i", *values) + varint(300)
    assert packed == expected


def test_a_run_refuses_a_string_that_is_too_long() -> None:
    with pytest.raises(ValueError, match="string of 32768 bytes"):
        Run(("S",)).wide((), 32769)


def test_a_run_keeps_few_shapes() -> None:
    run = Run(("*b", "*b"))
    for first in range(30):
        for second in range(30):
            assert len(run[(first, second)](*bytes(first + second))) == first + second
    assert len(run._packers) <= 256
    run = Run(("*b",))
    assert run[(1000,)](*bytes(1000)) == bytes(1000)
    assert not run._packers
