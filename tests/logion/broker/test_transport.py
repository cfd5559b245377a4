"""The bytes of one connection, straight over a non-blocking socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
import trio
import trio.lowlevel
from hypothesis import given, settings
from hypothesis import strategies as st
from logion.broker.transport import PIECES_MAX, SENDFILE_SIZE_MIN, SocketTransport
from logion.disk import FileSlice, SystemDisk
from logion.testing.disk import MemoryDisk

LARGE = Random(1).randbytes(3 * SENDFILE_SIZE_MIN)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Give two ends of a TCP connection, with small buffers."""
    with connected() as ends:
        yield ends


@contextmanager
def connected() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Give two ends of a TCP connection, with small buffers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listening.listen()
        near = socket.create_connection(listening.getsockname())
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        far, _ = listening.accept()
    with near, far:
        yield near, far


async def drain(far: socket.socket, into: bytearray) -> None:
    """Receive everything up to the end, slowly."""
    with trio.socket.from_stdlib_socket(far.dup()) as receiving:
        while data := await receiving.recv(1000):
            into += data


async def sent(
    pair: tuple[socket.socket, socket.socket], *pieces: bytes | memoryview | FileSlice
) -> bytes:
    """Return what arrives when these pieces are sent."""
    near, far = pair
    transport, got = SocketTransport(near), bytearray()
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(drain, far, got)
            await transport.send(pieces)
            transport.close()
    return bytes(got)


async def test_pieces_arrive_in_order_though_the_socket_takes_only_parts(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    got = await sent(pair, LARGE, b"", memoryview(b"small"), LARGE)
    assert got == LARGE + b"small" + LARGE


async def test_answers_of_one_piece_arrive_whole_though_the_socket_is_full(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    near, far = pair
    transport, got = SocketTransport(near), bytearray()
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(drain, far, got)
            for _ in range(3):
                await transport.send([LARGE])
            transport.close()
    assert got == LARGE * 3


async def test_more_pieces_than_one_call_takes_all_arrive(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    pieces = [index.to_bytes(2) for index in range(3 * PIECES_MAX)]
    assert await sent(pair, *pieces) == b"".join(pieces)


async def test_slices_of_files_arrive_between_other_pieces(
    pair: tuple[socket.socket, socket.socket], tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(LARGE)
    file = SystemDisk().open(str(tmp_path / "f"))
    large = FileSlice(file, 10, SENDFILE_SIZE_MIN + 1)
    small = FileSlice(file, 5, 100)
    got = await sent(pair, b"head", large, b"middle", small, b"tail")
    assert got == b"".join(
        (b"head", LARGE[10 : 11 + SENDFILE_SIZE_MIN], b"middle", LARGE[5:105], b"tail")
    )


async def test_a_file_that_ends_too_early_breaks_the_connection(
    pair: tuple[socket.socket, socket.socket], tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(b"short")
    file = SystemDisk().open(str(tmp_path / "f"))
    transport = SocketTransport(pair[0])
    with pytest.raises(ConnectionAbortedError):
        await transport.send([FileSlice(file, 0, SENDFILE_SIZE_MIN)])


@settings(max_examples=30, deadline=None)
@given(
    parts=st.lists(
        st.tuples(st.booleans(), st.integers(0, 5000), st.integers(0, 2000)),
        max_size=8,
    )
)
async def test_any_mix_of_pieces_arrives_as_it_is(
    parts: list[tuple[bool, int, int]],
) -> None:
    disk = MemoryDisk()
    disk.make_dir("d")
    file = disk.open("d/f", create=True)
    file.pwritev([LARGE], 0)
    pieces = [
        FileSlice(file, position, size)
        if is_file
        else LARGE[position : position + size]
        for is_file, position, size in parts
    ]
    expected = b"".join(LARGE[at : at + size] for _, at, size in parts)
    with connected() as ends:
        assert await sent(ends, *pieces) == expected


async def test_what_comes_in_is_stored_and_the_end_is_told(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    near, far = pair
    transport = SocketTransport(near)
    buffer = bytearray(10)
    far.sendall(b"abc")
    assert await transport.receive_into(memoryview(buffer)) == 3
    assert buffer[:3] == b"abc"
    far.close()
    assert await transport.receive_into(memoryview(buffer)) == 0
    transport.close()


async def test_closing_wakes_who_waits(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    transport = SocketTransport(pair[0])

    async def wait() -> None:
        with pytest.raises(trio.ClosedResourceError):
            await transport.receive_into(memoryview(bytearray(1)))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        transport.close()


async def test_a_reset_is_an_end_and_a_lost_connection_an_os_error(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    near, far = pair
    transport = SocketTransport(near)
    linger = (1).to_bytes(4, "little") + bytes(4)
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    far.close()
    await trio.lowlevel.checkpoint()
    assert await transport.receive_into(memoryview(bytearray(1))) == 0
    with pytest.raises(OSError, match=r"(?i)broken pipe|reset"):
        await transport.send([LARGE])


def test_the_peer_is_named_by_its_address(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    near, far = pair
    host, port = far.getsockname()
    assert SocketTransport(near).peer == f"{host}:{port}"


async def test_a_peer_is_lost_once_it_has_closed_and_all_is_read() -> None:
    with connected() as (near, far):
        transport = SocketTransport(near)
        assert not transport.is_lost()
        far.send(b"x")
        far.close()
        await trio.lowlevel.wait_readable(near)
        assert not transport.is_lost()
        assert await transport.receive_into(memoryview(bytearray(9))) == 1
        await trio.lowlevel.wait_readable(near)
        assert transport.is_lost()
        transport.close()
        assert transport.is_lost()


async def test_a_client_that_is_never_waited_for_leaves_others_their_turn(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    near, far = pair
    turns = []
    far.sendall(b"xx")

    async def other() -> None:
        turns.append("other")

    transport, byte = SocketTransport(near), memoryview(bytearray(1))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(other)
        for _ in range(2):
            await transport.receive_into(byte)
            turns.append("fast")
    assert turns in (["other", "fast", "fast"], ["fast", "other", "fast"])
