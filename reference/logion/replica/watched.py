"""Wake-ups: a thing that changes, and the tasks that wait for it.

A waiting request is a waiting task: it looks, and if what it needs is not there yet it
sleeps until one of the things it watches changes, then looks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import trio


class Watched:
    """Wakes the tasks that watch it; waking nobody costs nothing."""

    __slots__ = ("_watchers",)

    def __init__(self) -> None:
        """Nobody watches yet."""
        self._watchers: dict[trio.Event, None] = {}

    def wake(self) -> None:
        """Let everybody who watches look again, in the order in which they came."""
        for event in self._watchers:
            event.set()

    def add(self, event: trio.Event) -> None:
        """Have `event` set at the next change."""
        self._watchers[event] = None

    def discard(self, event: trio.Event) -> None:
        """Forget `event`, whether it was set or not."""
        self._watchers.pop(event, None)


@contextmanager
def watching(things: Iterable[Watched]) -> Iterator[trio.Event]:
    """Give an event that is set as soon as one of `things` changes."""
    event = trio.Event()
    watched = list(things)
    for thing in watched:
        thing.add(event)
    try:
        yield event
    finally:
        for thing in watched:
            thing.discard(event)
