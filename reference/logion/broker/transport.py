"""The bytes of one connection, straight over a non-blocking socket.

Records leave as they are stored: a slice of a log segment goes from the page cache to
the socket by `sendfile`, and never becomes a Python object. Small slices are read and
sent together with their header, since one system call less is worth more than a copy.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeAlias

import trio

from logion.disk import FileSlice

Piece: TypeAlias = "bytes | bytearray | memoryview | FileSlice"
"""A part of an answer: bytes, or a part of a file that never becomes bytes here."""

SENDFILE_SIZE_MIN = 32 * 1024
"""Below this many bytes a slice is read and sent with what surrounds it."""

PIECES_MAX = 512
"""Buffers given to one `sendmsg`; the kernel's own limit is 1,024 (IOV_MAX)."""

MSG_MORE: int = getattr(socket, "MSG_MORE", 0)
"""Tells the kernel that more of the answer follows, where it can be told."""


class Transport(Protocol):
    """What a connection needs of whatever carries its bytes."""

    @property
    def peer(self) -> str:
        """Return the address of the client, `host:port`."""

    async def receive_into(self, buffer: memoryview) -> int:
        """Wait for bytes and store them; return how many, 0 once the peer closed."""

    async def send(self, pieces: Sequence[Piece]) -> None:
        """Send all pieces in order; OSError when the connection is lost."""

    def is_lost(self) -> bool:
        """Tell whether the peer has closed; False while bytes of it are unread."""

    def close(self) -> None:
        """Close at once; a task that waits on this connection is woken."""


class SocketTransport:
    """A transport over a TCP socket."""

    __slots__ = ("_socket", "peer")

    def __init__(self, connected: socket.socket) -> None:
        """Take over `connected`; it is closed by `close`."""
        connected.setblocking(False)  # noqa: FBT003 - the socket's own form
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connected
        host, port, *_ = connected.getpeername()
        self.peer = f"{host}:{port}"

    async def receive_into(self, buffer: memoryview) -> int:
        """Wait for bytes and store them; return how many, 0 once the peer closed."""
        while True:
            # first waiting, then reading: beside a client that is never waited for
            # others would not get their turn
            await trio.lowlevel.wait_readable(self._socket)
            try:
                return self._socket.recv_into(buffer)
            except BlockingIOError:
                continue
            except ConnectionError:
                return 0

    async def send(self, pieces: Sequence[Piece]) -> None:
        """Send all pieces in order; OSError when the connection is lost."""
        if len(pieces) == 1 and isinstance(pieces[0], bytes):  # all but records
            await self._send_whole(pieces[0])
            return
        for run in _runs(pieces):
            if isinstance(run, FileSlice):
                await self._send_file(run)
            else:
                await self._send_bytes(*run)

    def is_lost(self) -> bool:
        """Tell whether the peer has closed; False while bytes of it are unread."""
        try:
            return self._socket.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        """Close at once; a task that waits on this connection is woken."""
        trio.lowlevel.notify_closing(self._socket)
        self._socket.close()

    async def _send_whole(self, answer: bytes) -> None:
        """Send an answer that is of one piece: nearly always the socket takes it."""
        try:
            sent = self._socket.send(answer)
        except BlockingIOError:
            sent = 0
        if sent < len(answer):
            await self._send_bytes([memoryview(answer)[sent:]], 0)

    async def _send_bytes(self, buffers: list[memoryview], flags: int) -> None:
        while buffers:
            try:
                sent = self._socket.sendmsg(buffers[:PIECES_MAX], (), flags)
            except BlockingIOError:
                await trio.lowlevel.wait_writable(self._socket)
            else:
                buffers = _after(buffers, sent)

    async def _send_file(self, part: FileSlice) -> None:
        source = part.fileno()
        assert source is not None, "only slices of real files are sent as files"
        position, end = part.position, part.position + len(part)
        while position < end:
            try:
                sent = os.sendfile(
                    self._socket.fileno(), source, position, end - position
                )
            except BlockingIOError:
                await trio.lowlevel.wait_writable(self._socket)
                continue
            if sent == 0:
                raise ConnectionAbortedError(f"{part} ends at {position}, not at {end}")
            position += sent


def _runs(
    pieces: Sequence[Piece],
) -> Iterator[FileSlice | tuple[list[memoryview], int]]:
    """Group neighbouring bytes; each large slice of a file stands alone."""
    buffers: list[memoryview] = []
    for piece in pieces:
        if not isinstance(piece, FileSlice):
            buffers.append(memoryview(piece))
        elif len(piece) < SENDFILE_SIZE_MIN or piece.fileno() is None:
            buffers.append(memoryview(piece.read()))
        else:
            yield buffers, MSG_MORE
            yield piece
            buffers = []
    yield buffers, 0


def _after(buffers: list[memoryview], sent: int) -> list[memoryview]:
    """Return what is left of `buffers` once `sent` bytes have gone out."""
    for index, buffer in enumerate(buffers):
        if sent < len(buffer):
            return [buffer[sent:], *buffers[index + 1 :]]
        sent -= len(buffer)
    return []
