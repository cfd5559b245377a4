"""Frames survive any chunking, and memory follows what arrived."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis.strategies import binary, integers, lists
from logion.protocol.errors import ProtocolError
from logion.protocol.framing import (
    SPACE_KEPT,
    SPACE_MIN,
    FrameBuffer,
    FrameSizeError,
)

MIB = 1024 * 1024


def framed(payload: bytes) -> bytes:
    return len(payload).to_bytes(4) + payload


def put(frames: FrameBuffer, data: bytes) -> None:
    """Receive all of `data`, in as few pieces as there is space."""
    while data:
        space = frames.space()
        size = min(len(space), len(data))
        space[:size] = data[:size]
        frames.received(size)
        data = data[size:]


def taken(frames: FrameBuffer) -> list[bytes]:
    """Take every whole frame."""
    found = []
    while (frame := frames.next_frame()) is not None:
        found.append(bytes(frame))
    return found


@given(lists(binary(max_size=9000), max_size=8), lists(integers(1, 6000), min_size=1))
def test_frames_survive_any_chunking(payloads: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(framed(payload) for payload in payloads)
    frames = FrameBuffer(10_000)
    found = []
    turn = 0
    while stream:
        space = frames.space()
        assert len(space) > 0
        size = min(len(space), len(stream), sizes[turn % len(sizes)])
        space[:size] = stream[:size]
        frames.received(size)
        stream = stream[size:]
        found += taken(frames)
        turn += 1
    assert found == payloads
    assert len(frames) == 0


def test_an_empty_frame_is_a_frame() -> None:
    frames = FrameBuffer(10)
    put(frames, framed(b"") + framed(b"a"))
    assert taken(frames) == [b"", b"a"]


@pytest.mark.parametrize("size", [-1, -(2**31), 11, 2**31 - 1])
def test_a_size_out_of_bounds_is_refused_before_its_bytes(size: int) -> None:
    frames = FrameBuffer(10)
    put(frames, size.to_bytes(4, signed=True))
    with pytest.raises(ProtocolError, match=f"frame of {size} bytes, expected 0 to 10"):
        frames.next_frame()


def test_the_largest_frame_is_accepted() -> None:
    frames = FrameBuffer(10)
    put(frames, framed(b"0123456789"))
    assert taken(frames) == [b"0123456789"]


def test_a_claimed_size_is_not_allocated_before_the_bytes_are_there() -> None:
    frames = FrameBuffer(100 * MIB)
    put(frames, (100 * MIB).to_bytes(4))
    assert frames.next_frame() is None
    arrived = 4
    for _ in range(200):
        put(frames, bytes(1000))
        arrived += 1000
        assert len(frames._buffer) <= max(SPACE_MIN, 2 * arrived)
        assert frames.next_frame() is None


def test_a_huge_frame_leaves_no_huge_buffer() -> None:
    frames = FrameBuffer(100 * MIB)
    put(frames, framed(bytes(3 * MIB)))
    frame = frames.next_frame()
    assert frame is not None
    assert len(frame) == 3 * MIB
    frames.space()
    assert len(frames._buffer) == SPACE_MIN
    assert len(frame) == 3 * MIB  # whoever still holds the view may look at it


def test_a_huge_buffer_shrinks_to_what_is_pending() -> None:
    frames = FrameBuffer(100 * MIB)
    put(frames, framed(bytes(3 * MIB)) + framed(b"next")[:6])
    assert len(taken(frames)) == 1
    frames.space()
    assert len(frames._buffer) <= SPACE_KEPT
    put(frames, b"xt")
    assert taken(frames) == [b"next"]


def test_a_buffer_of_usual_size_is_kept() -> None:
    frames = FrameBuffer(100 * MIB)
    put(frames, framed(bytes(MIB // 2)))
    taken(frames)
    before = frames._buffer
    frames.space()
    assert frames._buffer is before


def test_frames_are_views_of_what_was_received() -> None:
    frames = FrameBuffer(100)
    put(frames, framed(b"abc"))
    frame = frames.next_frame()
    assert frame is not None
    assert frame.obj is frames._buffer


def test_more_than_the_space_cannot_be_received() -> None:
    frames = FrameBuffer(100)
    frames.space()
    with pytest.raises(AssertionError, match="more than there was space"):
        frames.received(SPACE_MIN + 1)


def test_a_size_that_cannot_be_is_told_by_the_error() -> None:
    frames = FrameBuffer(10)
    put(frames, b"\xff\xff\xff\xfe")
    with pytest.raises(
        FrameSizeError, match="frame of -2 bytes, expected 0 to 10"
    ) as it:
        frames.next_frame()
    assert it.value.size == -2
