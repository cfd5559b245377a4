"""The quotas of one broker's clients, as requests meet them.

Who is over a quota is told how long to pause, and is not heard before that: from 2.0 on
the answer comes first and its connection rests afterwards, until then the answer comes
late. A fetch that is over its quota gives nothing from 2.0 on. Sources: KIP-13, 55,
124, 219, 599.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from logion.broker.context import Context
from logion.clock import Clock
from logion.cluster.image import ClusterImage
from logion.cluster.metadata import Charge, free_of_charge
from logion.config import BrokerConfig
from logion.protocol.errors import ApiError, Error
from logion.protocol.releases import Release, release
from logion.quota.book import QuotaBook
from logion.quota.entity import DEFAULT, Entity
from logion.quota.limits import Quota, limits_of
from logion.quota.rate import Window

NOBODY = "ANONYMOUS"
"""The user of a connection that did not say who it is."""

SHIPPED = {
    Quota.PRODUCE: "quota.producer.default",
    Quota.FETCH: "quota.consumer.default",
}
"""Settings of 0.9 to 2.8 that hold for client ids without a quota of their own."""

UNLIMITED = 2**63 - 1


@dataclass(slots=True)
class Quotas:
    """What holds for the clients of one broker."""

    release: Release
    clock: Clock
    book: QuotaBook
    shipped: dict[Quota, float] = field(default_factory=dict)
    """By the broker's own settings, for every client id."""
    are_set: bool = False
    """Whether there are any for requests: else those are not measured."""

    def __post_init__(self) -> None:
        """Begin with what the broker's settings say."""
        self._hold({})

    @property
    def answers_first(self) -> bool:
        """Whether the answer comes before the pause (KIP-219)."""
        return self.release >= release("2.0")

    def follow(self, before: ClusterImage, after: ClusterImage) -> None:
        """Let the quotas of the image hold."""
        if before.entity_configs != after.entity_configs:
            self._hold(limits_of(after.entity_configs, self.release.number))

    def record(self, quota: Quota, context: Context, value: float) -> int:
        """Count what a request used; return how long its client has to pause, in ms."""
        client, now_ms = context.client_id, self.clock.time_ms()
        return self.book.record(quota, NOBODY, client, value, now_ms)

    def take_back(self, quota: Quota, context: Context, value: float) -> None:
        """Uncount what a request was not given in the end."""
        client, now_ms = context.client_id, self.clock.time_ms()
        self.book.take_back(quota, NOBODY, client, value, now_ms)

    def fetch_size_max(self, context: Context) -> int | None:
        """Return the most bytes that a fetch can give at all, None if any number."""
        limit = self.book.fetch_size_max(NOBODY, context.client_id)
        return None if limit is None else int(limit)

    def mutations(self, context: Context, *, strict_since: int | None) -> Mutations:
        """Return the account of a request that changes topics.

        It refuses changes from version `strict_since` of its API on, if that is given.
        """
        is_strict = strict_since is not None and context.version >= strict_since
        return Mutations(self, context.client_id, is_strict)

    def _hold(self, limits: dict[Quota, dict[Entity, float]]) -> None:
        for quota, limit in self.shipped.items():
            limits.setdefault(quota, {}).setdefault(Entity(client_id=DEFAULT), limit)
        self.book.limits = limits
        self.are_set = bool(limits.keys() - {Quota.CONNECTION})


@dataclass(slots=True)
class Mutations:
    """Partitions made and deleted by one request, held to its client's quota."""

    quotas: Quotas
    client_id: str
    is_strict: bool
    pause_ms: int = 0
    """How long the client has to pause by now."""

    def charge(self, *, validate_only: bool) -> Charge:
        """Return what is told of partitions before they are made.

        On ZooKeeper those cost nothing that are only checked; on KRaft they do.
        """
        is_free = validate_only and self.quotas.release < release("4.0")
        return free_of_charge if is_free else self.take

    def take(self, count: int) -> None:
        """Count so many partitions that are about to be made or deleted.

        Raises ApiError THROTTLING_QUOTA_EXCEEDED if they must not be.
        """
        if not self.quotas.are_set:
            return
        book, now_ms = self.quotas.book, self.quotas.clock.time_ms()
        self.pause_ms = book.mutate(
            NOBODY, self.client_id, count, now_ms, is_strict=self.is_strict
        )
        if self.is_strict and self.pause_ms:
            text = f"over controller_mutation_rate for {self.pause_ms} ms"
            raise ApiError(Error.THROTTLING_QUOTA_EXCEEDED, text)


def quotas_of(config: BrokerConfig, played: Release, clock: Clock) -> Quotas:
    """Return the quotas of a broker with these settings."""
    book = QuotaBook(_window(config, "quota"), _mutation_window(config, played))
    return Quotas(played, clock, book, _shipped(config, played))


def _shipped(config: BrokerConfig, played: Release) -> dict[Quota, float]:
    if not release("0.9.0") <= played <= release("2.8"):
        return {}
    found = {quota: config.integer(key) for quota, key in SHIPPED.items()}
    return {quota: limit for quota, limit in found.items() if limit < UNLIMITED}


def _mutation_window(config: BrokerConfig, played: Release) -> Window:
    has_any = played.number >= Quota.MUTATION.since
    return _window(config, "controller.quota" if has_any else "quota")


def _window(config: BrokerConfig, prefix: str) -> Window:
    samples = config.integer(f"{prefix}.window.num")
    return Window(samples, config.integer(f"{prefix}.window.size.seconds") * 1000)
