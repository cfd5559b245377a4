"""Wake-ups: a thing that changes, and the tasks that wait for it."""

from __future__ import annotations

import trio
from logion.replica.watched import Watched, watching


async def test_a_change_of_any_watched_thing_wakes_the_watcher() -> None:
    one, other = Watched(), Watched()
    with watching((one, other)) as changed:
        assert not changed.is_set()
        other.wake()
        with trio.fail_after(1):
            await changed.wait()


async def test_all_watchers_are_woken() -> None:
    thing, woken = Watched(), []

    async def watch(name: str) -> None:
        with watching((thing,)) as changed:
            await changed.wait()
            woken.append(name)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch, "a")
        nursery.start_soon(watch, "b")
        await trio.testing.wait_all_tasks_blocked()
        thing.wake()
    assert sorted(woken) == ["a", "b"]


def test_who_has_stopped_watching_is_not_woken() -> None:
    thing = Watched()
    with watching((thing,)) as changed:
        pass
    thing.wake()
    assert not changed.is_set()


def test_a_thing_that_is_watched_twice_over_is_watched_once() -> None:
    thing = Watched()
    with watching((thing, thing)) as changed:
        thing.wake()
        assert changed.is_set()


def test_a_change_before_the_watch_is_not_seen() -> None:
    thing = Watched()
    thing.wake()
    with watching((thing,)) as changed:
        assert not changed.is_set()


async def test_a_cancelled_watcher_leaves_nothing_behind() -> None:
    thing = Watched()
    with trio.move_on_after(0):
        with watching((thing,)) as changed:
            await changed.wait()
    thing.wake()
    assert not changed.is_set()
