from __future__ import annotations

import pytest
import trio
from logion_harness.simulation.pipe import Pipe


async def read_all(pipe: Pipe) -> list[tuple[float, bytes]]:
    """Return what arrives, and when, until the end."""
    found = []
    while data := await pipe.get(4):
        found.append((trio.current_time(), data))
    return found


async def test_bytes_arrive_in_order_each_at_its_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    pipe = Pipe()
    pipe.put(b"first", 2.0)
    pipe.put(b"two", 1.0)
    pipe.put(b"", 9.0)
    pipe.end(3.0, is_torn=False)
    assert not pipe.is_over
    expected = [(2.0, b"firs"), (2.0, b"t"), (2.0, b"two")]
    assert await read_all(pipe) == expected
    assert (trio.current_time(), pipe.is_over) == (3.0, True)


async def test_who_waits_gets_what_is_put_in_later(
    autojump_clock: trio.testing.MockClock,
) -> None:
    pipe = Pipe()

    async def write() -> None:
        await trio.sleep(1)
        pipe.put(b"late", 5.0)
        await trio.sleep(1)
        pipe.end(2.0, is_torn=False)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(write)
        assert await read_all(pipe) == [(5.0, b"late")]


async def test_a_torn_end_comes_after_what_had_left(
    autojump_clock: trio.testing.MockClock,
) -> None:
    pipe = Pipe()
    pipe.put(b"half", 1.0)
    pipe.end(0.5, is_torn=True)
    pipe.put(b"never", 1.0)
    assert await pipe.get(10) == b"half"
    with pytest.raises(ConnectionResetError):
        await pipe.get(10)


async def test_what_is_torn_now_loses_what_is_on_its_way(
    autojump_clock: trio.testing.MockClock,
) -> None:
    pipe = Pipe()
    pipe.put(b"lost", 1.0)
    pipe.tear()
    with pytest.raises(ConnectionResetError):
        await pipe.get(10)
