"""What clients used lately, each of its own quotas, and how long one has to pause.

A mutable cell around `rate` and `limits`: it holds the meters that clients share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from logion.quota.entity import Entity, address_of
from logion.quota.limits import Holding, Limits, Quota, holding, limit_of_address
from logion.quota.rate import Rate, Tokens, Window

METERS_MAX = 1000
"""From so many meters on, those are forgotten now and then that nobody used lately."""

ANYWHERE = ""
"""Stands for all addresses together."""

Key = tuple[Quota, tuple[str, str]]


@dataclass(slots=True)
class QuotaBook:
    """The meters of one broker's clients."""

    window: Window
    """Of rates: `quota.window.num` of `quota.window.size.seconds`."""
    mutation_window: Window
    """Of changes of topics: `controller.quota.window.*`."""
    limits: Limits = field(default_factory=dict)
    _rates: dict[Key, Rate] = field(default_factory=dict)
    _tokens: dict[Key, Tokens] = field(default_factory=dict)
    _swept_at: int = METERS_MAX

    def holding(self, quota: Quota, user: str, client_id: str) -> Holding | None:
        """Return what holds for a client, None if nothing does."""
        limits: Mapping[Entity, float] | None = self.limits.get(quota)
        return holding(limits, user, client_id) if limits else None

    def record(
        self, quota: Quota, user: str, client_id: str, value: float, now_ms: int
    ) -> int:
        """Count what a client used; return how long it has to pause, in ms."""
        held = self.holding(quota, user, client_id)
        if held is None:
            return 0
        rate = self._rate((quota, held.shared_by), now_ms)
        rate.record(value, now_ms)
        pause_ms = rate.pause_ms(held.limit, now_ms)
        if quota is Quota.REQUEST:
            return min(pause_ms, self.window.sample_ms)
        return pause_ms

    def take_back(
        self, quota: Quota, user: str, client_id: str, value: float, now_ms: int
    ) -> None:
        """Uncount what a client was refused in the end."""
        held = self.holding(quota, user, client_id)
        if held is not None:
            self._rate((quota, held.shared_by), now_ms).record(-value, now_ms)

    def fetch_size_max(self, user: str, client_id: str) -> float | None:
        """Return how many bytes a fetch of a client that fetched nothing lately may
        give without a pause; None if that is not limited."""
        held = self.holding(Quota.FETCH, user, client_id)
        if held is None:
            return None
        window = self.window
        return max(0, held.limit) * (window.samples - 1) * window.sample_ms / 1000

    def mutate(
        self, user: str, client_id: str, count: float, now_ms: int, *, is_strict: bool
    ) -> int:
        """Count changes of topics by a client; return how long it has to pause, in ms.

        If it is strict and there is a pause, nothing is counted: they must not happen.
        """
        held = self.holding(Quota.MUTATION, user, client_id)
        if held is None:
            return 0
        key = Quota.MUTATION, held.shared_by
        tokens = self._bucket(key, now_ms)
        if is_strict and (pause_ms := tokens.pause_ms(held.limit, now_ms)):
            return pause_ms
        tokens.take(count, held.limit, now_ms)
        return 0 if is_strict else tokens.pause_ms(held.limit, now_ms)

    def connect(self, limit: float, now_ms: int) -> int:
        """Count a connection; return for how long it is one too many, in ms.

        `limit` holds for those from all addresses together.
        """
        return self._arrive(ANYWHERE, limit, now_ms)

    def connect_from(self, address: str, now_ms: int) -> int:
        """Count a connection from an address; return for how long it is one too many.

        If it is, in ms, it is to be refused, and has not come after all: nothing is
        counted, nor is it by `connect`, which was asked before.
        """
        limit = limit_of_address(self.limits, address)
        if limit is None:
            return 0
        name = address_of(address)
        pause_ms = self._arrive(name, limit, now_ms)
        if pause_ms:
            for each in (name, ANYWHERE):
                self._connections(each, -1, now_ms)
        return pause_ms

    def _arrive(self, address: str, limit: float, now_ms: int) -> int:
        rate = self._connections(address, 1, now_ms)
        return min(rate.pause_ms(limit, now_ms), self.window.sample_ms)

    def _connections(self, address: str, count: int, now_ms: int) -> Rate:
        rate = self._rate((Quota.CONNECTION, ("", address)), now_ms)
        rate.record(count, now_ms)
        return rate

    def _rate(self, key: Key, now_ms: int) -> Rate:
        found = self._rates.get(key)
        if found is None:
            self._sweep(now_ms)
            found = self._rates[key] = Rate(self.window)
        return found

    def _bucket(self, key: Key, now_ms: int) -> Tokens:
        found = self._tokens.get(key)
        if found is None:
            self._sweep(now_ms)
            found = self._tokens[key] = Tokens(self.mutation_window)
        return found

    def _sweep(self, now_ms: int) -> None:
        """Forget meters that nobody used lately, once there are many."""
        if len(self._rates) + len(self._tokens) < self._swept_at:
            return
        for meters in (self._rates, self._tokens):
            for key in [it for it, meter in meters.items() if meter.is_idle(now_ms)]:
                del meters[key]
        left = len(self._rates) + len(self._tokens)
        self._swept_at = max(METERS_MAX, 2 * left)
