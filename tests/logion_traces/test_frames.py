from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.protocol.errors import ProtocolError
from logion_traces.frames import FrameCutter


@given(payloads=st.lists(st.binary(max_size=40), max_size=5), chunk=st.integers(1, 50))
def test_frames_survive_any_chunking(payloads: list[bytes], chunk: int) -> None:
    stream = b"".join(len(data).to_bytes(4, "big") + data for data in payloads)
    cutter = FrameCutter()
    found: list[bytes] = []
    for start in range(0, len(stream), chunk):
        found += cutter.frames_in(stream[start : start + chunk])
    assert found == payloads


def test_a_chunk_larger_than_the_buffer_is_cut_too() -> None:
    payload = bytes(300_000)
    stream = len(payload).to_bytes(4, "big") + payload
    assert list(FrameCutter().frames_in(stream * 2)) == [payload, payload]


def test_a_stream_that_is_not_kafkas_is_an_error() -> None:
    with pytest.raises(ProtocolError):
        list(FrameCutter().frames_in(b"GET / HTTP/1.1\r\n" + bytes([255] * 4)))
