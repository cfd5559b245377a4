"""Frames in a stream of bytes: an int32 size, then that many bytes.

Sans-I/O: the caller receives into `space()`, says how much with `received`, and takes
whole frames with `next_frame`. Any chunking of the stream gives the same frames.
"""

from __future__ import annotations

from struct import Struct

from logion.protocol.errors import ProtocolError

SIZE_BYTES = 4
"""Bytes of the size in front of a frame."""

_SIZE = Struct(">i")

SPACE_MIN = 4096
"""Bytes an idle connection keeps: little, since there may be thousands."""

SPACE_KEPT = 2 * 1024 * 1024
"""Bytes a busy connection may keep; a buffer that grew larger is given back. A produce
of the largest batch by default (`max.message.bytes`, 1 MiB and 12 bytes) fits in."""


class FrameSizeError(ProtocolError):
    """A frame claims a size that no frame may have."""

    def __init__(self, size: int, size_max: int) -> None:
        """Tell the size that was claimed, and what is accepted."""
        super().__init__(f"frame of {size} bytes, expected 0 to {size_max}")
        self.size = size


class FrameBuffer:
    """What has been received and not yet taken.

    A claimed size is never allocated before the bytes are there: the buffer doubles
    when it is full, so it holds at most twice what has arrived, or `SPACE_MIN`.
    """

    def __init__(self, frame_size_max: int) -> None:
        """Accept frames of up to this many bytes: `socket.request.max.bytes`."""
        self._frame_size_max = frame_size_max
        self._buffer = bytearray(SPACE_MIN)
        self._begin = 0
        self._end = 0

    def __len__(self) -> int:
        """Return the number of bytes received and not yet taken."""
        return self._end - self._begin

    def space(self) -> memoryview:
        """Return where to receive more; never empty. Earlier frames become invalid."""
        pending = self._end - self._begin
        capacity = len(self._buffer)
        if capacity > SPACE_KEPT and pending < capacity // 4:
            self._move_to(bytearray(max(SPACE_MIN, 2 * pending)))
        elif pending == 0:
            self._begin = self._end = 0
        elif pending == capacity:
            self._move_to(bytearray(2 * capacity))
        elif self._begin > capacity // 2 or self._end == capacity:
            self._move_to(self._buffer)
        return memoryview(self._buffer)[self._end :]

    def _move_to(self, buffer: bytearray) -> None:
        """Put what is pending to the front of a buffer, which may be the same one."""
        # A frame that someone still looks at would forbid a resize; views may overlap.
        pending = self._end - self._begin
        memoryview(buffer)[:pending] = memoryview(self._buffer)[self._begin : self._end]
        self._buffer = buffer
        self._begin, self._end = 0, pending

    def received(self, size: int) -> None:
        """Note that `size` bytes were put into the last `space()`."""
        assert 0 <= size <= len(self._buffer) - self._end, "more than there was space"
        self._end += size

    def next_frame(self) -> memoryview | None:
        """Return the next whole frame, or None if more bytes are needed.

        The frame is a view that is valid until the next call of `space()`. Raises
        FrameSizeError if a size is negative or above the maximum: the stream can no
        longer be followed.
        """
        begin = self._begin + SIZE_BYTES
        if begin > self._end:
            return None
        (size,) = _SIZE.unpack_from(self._buffer, self._begin)
        if not 0 <= size <= self._frame_size_max:
            raise FrameSizeError(size, self._frame_size_max)
        end = begin + size
        if end > self._end:
            return None
        self._begin = end
        return memoryview(self._buffer)[begin:end]
