"""What the commands share: exit statuses, output, progress, and Ctrl-C."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from time import perf_counter
from types import FrameType
from typing import Any

from logion_model.estimate import free_memory, rounded
from logion_model.kernel import Progress

HOLDS, BROKEN, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses: all is well; a property is broken, never shown or not as expected;
wrong usage, or a scope that is refused; stopped before the end by Ctrl-C."""

MEMORY_LEFT_MIN = 1024**3
"""A search stops when fewer bytes than these are free."""


def one_of(names: Collection[str]) -> Callable[[str], str]:
    """Return what reads an argument that must be one of these names."""

    def read(name: str) -> str:
        if name in names:
            return name
        close = " or ".join(get_close_matches(name, names))
        hint = f", but {close}" if close else ""
        raise ArgumentTypeError(
            f"there is no {name}{hint}; `logion model list` has all of them"
        )

    return read


def write(*lines: str) -> None:
    """Print lines on standard output, at once."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def complain(reason: str) -> int:
    """Print what is wrong on standard error, and return the status of wrong usage."""
    sys.stderr.write(f"logion model: {reason}\n")
    return USAGE


@dataclass(slots=True)
class Watcher:
    """Shows how far a search is, and says when it must stop.

    Ctrl-C stops a search where its states are consistent, and at once if it comes
    twice.
    """

    show: Callable[[str], None] = lambda _: None
    began: float = field(default_factory=perf_counter)
    told: float = 0.0
    stopped: str = ""
    """Why the search was stopped, empty while it runs."""

    def __call__(self, progress: Progress) -> bool:
        """Show the progress, four times a second; False once the search must stop."""
        now = self.seconds
        if now - self.told > 0.25:
            self.told = now
            self.show(shown(progress, now))
            if free_memory() < MEMORY_LEFT_MIN:
                self.stopped = "memory is short"
        return not self.stopped

    @property
    def seconds(self) -> float:
        """Return how long it has run."""
        return perf_counter() - self.began

    def interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        """Stop the search soon; the second time at once."""
        if self.stopped:
            raise KeyboardInterrupt
        self.stopped = "interrupted"


def shown(progress: Progress, seconds: float) -> str:
    """Return how far a search is, in one line."""
    rate = rounded(progress.distinct / max(seconds, 1e-3))
    return (
        f"{progress.generated:,} steps, {progress.distinct:,} states, depth"
        f" {progress.depth}, {progress.queue:,} waiting, {rate}/s, {seconds:.0f} s"
    )


@contextmanager
def watching(title: str) -> Iterator[Watcher]:
    """Yield a watcher that shows progress on a terminal and listens to Ctrl-C."""
    watcher = Watcher()
    with ExitStack() as stack:
        if sys.stderr.isatty():
            watcher.show = stack.enter_context(_status(title))
        before = signal.signal(signal.SIGINT, watcher.interrupt)
        stack.callback(signal.signal, signal.SIGINT, before)
        yield watcher


@contextmanager
def _status(title: str) -> Iterator[Callable[[str], Any]]:
    from rich.console import Console

    with Console(stderr=True).status(title) as status:
        yield lambda text: status.update(f"{title}: {text}")
