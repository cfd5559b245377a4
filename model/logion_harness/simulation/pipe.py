"""One direction of a connection in memory: bytes arrive in order, each at its time."""

from __future__ import annotations

import math
from collections import deque

import trio


class Pipe:
    """Bytes on their way from one end to the other, as TCP carries them."""

    def __init__(self) -> None:
        """Carry nothing yet."""
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._last_s = 0.0
        """When the newest piece arrives: none overtakes it."""
        self._end_s = math.inf
        self._is_torn = False
        """Whether it ends as a lost connection does."""
        self._news = trio.Event()

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing more can be put in."""
        return self._end_s < math.inf

    @property
    def is_over(self) -> bool:
        """Tell whether the other end has found out that nothing more comes."""
        return not self._pieces and self._end_s <= trio.current_time()

    def put(self, data: bytes, at_s: float) -> None:
        """Let bytes arrive at a time, or after those that are on their way."""
        if self.has_ended or not data:
            return
        self._last_s = max(self._last_s, at_s)
        self._pieces.append((self._last_s, data))
        self._wake()

    def end(self, at_s: float, *, is_torn: bool) -> None:
        """Let nothing come after what is on its way; the first end counts."""
        if not self.has_ended:
            self._end_s = max(self._last_s, at_s)
            self._is_torn = is_torn
            self._wake()

    def tear(self) -> None:
        """Let the connection be lost now, with all that is on its way."""
        self._pieces.clear()
        self._end_s, self._is_torn = trio.current_time(), True
        self._wake()

    async def get(self, size: int) -> bytes:
        """Return up to `size` bytes as soon as there are any, none at the end.

        Raises ConnectionResetError if the connection was lost.
        """
        while not self._pieces or self._pieces[0][0] > trio.current_time():
            if self.is_over:
                if self._is_torn:
                    raise ConnectionResetError("the connection was lost")
                return b""
            await self._change()
        at_s, data = self._pieces.popleft()
        if len(data) > size:
            self._pieces.appendleft((at_s, data[size:]))
        return data[:size]

    async def _change(self) -> None:
        """Wait until something is put in, or what was arrives."""
        next_s = self._pieces[0][0] if self._pieces else self._end_s
        with trio.move_on_at(next_s):
            await self._news.wait()

    def _wake(self) -> None:
        self._news.set()
        self._news = trio.Event()
