"""Fetch sessions (KIP-227): a consumer names its partitions once, then only changes.

Pure: no clock and no chance of its own; the time and new session ids are arguments.
The rules, by the session id and epoch that a request carries:

1. Epoch -1: a full fetch outside any session; a session named beside it is closed.
2. Epoch 0: a full fetch that opens a session; one named beside it is closed. The answer
   carries the new id, or 0 if there was no room.
3. Any other epoch: an incremental fetch. The session must exist
   (FETCH_SESSION_ID_NOT_FOUND) and expect just this epoch
   (INVALID_FETCH_SESSION_EPOCH). Only partitions that have news are answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from logion.names import Uuid
from logion.protocol.errors import Error

FINAL_EPOCH = -1
INITIAL_EPOCH = 0
EPOCH_MAX = 2**31 - 1

EVICTION_MS = 120_000
"""A session not used for so long gives way to a new one (KIP-227)."""


@dataclass(slots=True)
class FetchedPartition:
    """What a consumer asks of one partition, and what it was last told."""

    topic: str
    """Name of the topic; empty where the consumer goes by ids."""
    topic_id: Uuid
    """Id of the topic; zero where the consumer goes by names."""
    partition: int
    fetch_offset: int
    size_max: int
    current_leader_epoch: int = -1
    last_fetched_epoch: int = -1
    log_start_offset: int = -1
    told: tuple[int, int] = (-1, -1)
    """High watermark and log start offset of the last answer."""

    @property
    def key(self) -> tuple[str, Uuid, int]:
        """Return what tells this partition from the others of its session."""
        return self.topic, self.topic_id, self.partition


@dataclass(slots=True)
class FetchSession:
    """One consumer's standing list of partitions."""

    id: int
    epoch: int
    uses_topic_ids: bool
    used_ms: int
    partitions: dict[tuple[str, Uuid, int], FetchedPartition] = field(
        default_factory=dict
    )

    def update(
        self,
        wanted: Iterable[FetchedPartition],
        forgotten: Iterable[tuple[str, Uuid, int]] = (),
    ) -> None:
        """Add and change `wanted`, drop `forgotten`; new ones go to the end."""
        for key in forgotten:
            self.partitions.pop(key, None)
        for partition in wanted:
            known = self.partitions.get(partition.key)
            if known is not None:
                partition.told = known.told
            self.partitions[partition.key] = partition

    def move_to_end(self, served: Iterable[FetchedPartition]) -> None:
        """Let partitions that were just given records wait for the others."""
        for partition in served:
            if (known := self.partitions.pop(partition.key, None)) is not None:
                self.partitions[partition.key] = known


@dataclass(slots=True)
class FetchSessions:
    """All sessions of a broker, at most `slots` of them."""

    slots: int
    """`max.incremental.fetch.session.cache.slots`; 0: there are no sessions."""
    new_id: Callable[[], int]
    """Draws a positive session id."""
    _sessions: dict[int, FetchSession] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many sessions are open."""
        return len(self._sessions)

    def open(
        self,
        wanted: Iterable[FetchedPartition],
        *,
        uses_topic_ids: bool,
        now_ms: int,
    ) -> FetchSession | None:
        """Return a new session, or None when every slot is in use."""
        if len(self._sessions) >= self.slots and not self._evict(now_ms):
            return None
        session = FetchSession(self._unused_id(), 1, uses_topic_ids, now_ms)
        session.update(wanted)
        self._sessions[session.id] = session
        return session

    def close(self, session_id: int) -> None:
        """Forget a session; no such session is no error."""
        self._sessions.pop(session_id, None)

    def partitions(self, session_id: int) -> tuple[FetchedPartition, ...]:
        """Return what a session asks for; nothing if there is no such session."""
        session = self._sessions.get(session_id)
        return () if session is None else tuple(session.partitions.values())

    def forget_told(self, session_id: int) -> None:
        """Let the next answer of a session name all its partitions again."""
        for partition in self.partitions(session_id):
            partition.told = (-1, -1)

    def resume(
        self, session_id: int, epoch: int, *, uses_topic_ids: bool, now_ms: int
    ) -> FetchSession | Error:
        """Return the session, now expecting the next epoch, or why it cannot go on."""
        session = self._sessions.get(session_id)
        if session is None:
            return Error.FETCH_SESSION_ID_NOT_FOUND
        if session.uses_topic_ids != uses_topic_ids:
            return Error.FETCH_SESSION_TOPIC_ID_ERROR
        if session.epoch != epoch:
            return Error.INVALID_FETCH_SESSION_EPOCH
        session.epoch = 1 if epoch == EPOCH_MAX else epoch + 1
        session.used_ms = now_ms
        return session

    def _evict(self, now_ms: int) -> bool:
        if not self._sessions:
            return False
        oldest = min(self._sessions.values(), key=lambda session: session.used_ms)
        if now_ms - oldest.used_ms < EVICTION_MS:
            return False
        del self._sessions[oldest.id]
        return True

    def _unused_id(self) -> int:
        while (drawn := self.new_id()) in self._sessions:
            pass
        return drawn
