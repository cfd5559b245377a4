"""How much there was of something lately, and how long who had too much has to wait.

A rate is taken over samples of some seconds each. The oldest goes when it is as old as
all samples together; time before the first one counts as if nothing had happened then,
so a client may begin with a burst (KIP-13). A bucket of tokens instead fills at a rate
up to what all samples may hold, may go below zero, and refuses while it is there
(KIP-599). Times are milliseconds of a wall clock.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

PAUSE_MS_MAX = 2**31 - 1
"""Largest pause that an answer can tell."""


class Window(NamedTuple):
    """Over which time a rate is taken."""

    samples: int
    """`quota.window.num`: how many, the current one included."""
    sample_ms: int
    """`quota.window.size.seconds`, in milliseconds."""

    @property
    def whole_ms(self) -> int:
        """Return how long all samples are together."""
        return self.samples * self.sample_ms


@dataclass(slots=True)
class _Sample:
    began_ms: int
    used_ms: int
    value: float = 0.0


@dataclass(slots=True)
class Rate:
    """The rate of one meter."""

    window: Window
    _samples: deque[_Sample] = field(default_factory=deque)

    def record(self, value: float, now_ms: int) -> None:
        """Count `value`, which is below zero where something is taken back."""
        samples = self._samples
        if not samples or now_ms - samples[-1].began_ms >= self.window.sample_ms:
            samples.append(_Sample(now_ms, now_ms))
            if len(samples) > self.window.samples + 1:
                samples.popleft()
        samples[-1].value += value
        samples[-1].used_ms = now_ms

    def pause_ms(self, limit: float, now_ms: int) -> int:
        """Return how long nothing may come for the rate to be `limit` a second again.

        0 if it is not above that.
        """
        span_ms = self._span_ms(now_ms)
        rate = sum(it.value for it in self._samples) * 1000 / span_ms
        return 0 if rate <= limit else _pause_ms((rate - limit) * span_ms, limit)

    def is_idle(self, now_ms: int) -> bool:
        """Tell whether nothing was recorded within the window."""
        self._forget(now_ms)
        return not self._samples

    def _span_ms(self, now_ms: int) -> int:
        """Return the time that the samples stand for, in ms, at least 1."""
        self._forget(now_ms)
        span = now_ms - self._samples[0].began_ms if self._samples else 0
        missing = self.window.samples - 1 - span // self.window.sample_ms
        return max(1, span + max(0, missing) * self.window.sample_ms)

    def _forget(self, now_ms: int) -> None:
        age_ms = self.window.whole_ms
        while self._samples and now_ms - self._samples[0].used_ms >= age_ms:
            self._samples.popleft()


@dataclass(slots=True)
class Tokens:
    """What is left to be used up, at first all that the window may hold."""

    window: Window
    _left: float = math.inf
    _filled_ms: int = 0
    _limit: float = 0.0

    def left(self, limit: float, now_ms: int) -> float:
        """Return how many tokens there are by now; below zero if too many were used."""
        most = limit * self.window.whole_ms / 1000
        grown = limit * max(0, now_ms - self._filled_ms) / 1000
        self._left = min(most, self._left + grown)
        self._filled_ms, self._limit = now_ms, limit
        return self._left

    def take(self, count: float, limit: float, now_ms: int) -> None:
        """Use up `count`, whether or not there are so many."""
        self._left = self.left(limit, now_ms) - count

    def pause_ms(self, limit: float, now_ms: int) -> int:
        """Return how long it takes until there are none missing; 0 if none are."""
        left = self.left(limit, now_ms)
        return 0 if left >= 0 else _pause_ms(-left * 1000, limit)

    def is_idle(self, now_ms: int) -> bool:
        """Tell whether it is full, as if nothing had ever been used."""
        most = self._limit * self.window.whole_ms / 1000
        return self.left(self._limit, now_ms) >= most


def _pause_ms(excess: float, limit: float) -> int:
    """Return in whole milliseconds how long `excess`, over what a thousandth of a
    second may have, takes to be worked off; at most what an answer can tell.

    A limit of 0 is never kept again; one below that, which releases before 4.0 take,
    holds nobody, as in Kafka.
    """
    pause = excess / limit if limit else math.inf
    return PAUSE_MS_MAX if pause >= PAUSE_MS_MAX else max(0, math.floor(pause + 0.5))
