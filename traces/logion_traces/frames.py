"""A stream of bytes cut into frames, in whatever chunks it arrives."""

from __future__ import annotations

from collections.abc import Iterator

from logion.protocol.framing import FrameBuffer

FRAME_SIZE_MAX = 256 * 1024 * 1024
"""Largest frame that is recorded or replayed, in bytes."""


class FrameCutter:
    """Bytes in, whole frames out."""

    def __init__(self) -> None:
        """Begin at the first byte of a stream."""
        self._buffer = FrameBuffer(FRAME_SIZE_MAX)

    def frames_in(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the frames that this chunk completes, each without its size.

        Raises ProtocolError once the stream cannot be Kafka's.
        """
        rest = memoryview(chunk)
        while rest:
            space = self._buffer.space()
            count = min(len(space), len(rest))
            space[:count] = rest[:count]
            rest = rest[count:]
            self._buffer.received(count)
            while (frame := self._buffer.next_frame()) is not None:
                yield bytes(frame)
