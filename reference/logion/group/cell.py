"""One group as its coordinator holds it: what it is, its offsets, and who waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import Generic, TypeVar

import trio

from logion.group.classic.state import ClassicGroup, State
from logion.group.classic.steps import JoinAnswer, SyncAnswer
from logion.group.consumer.state import ConsumerGroup
from logion.group.offsets import CommittedOffset
from logion.names import TopicPartition
from logion.protocol.errors import Error

T = TypeVar("T")


class Call(Enum):
    """What a member may wait in."""

    JOIN = auto()
    SYNC = auto()


class Waiting(Generic[T]):
    """The place where one request waits for its answer."""

    __slots__ = ("_answer", "_answered")

    def __init__(self) -> None:
        """Wait for an answer from now on."""
        self._answer: T | None = None
        self._answered = trio.Event()

    def give(self, answer: T) -> None:
        """Let the request go on with `answer`."""
        self._answer = answer
        self._answered.set()

    async def answered(self) -> None:
        """Return once there is an answer."""
        await self._answered.wait()

    @property
    def answer(self) -> T:
        """Return the answer, once there is one."""
        assert self._answer is not None, "nobody has answered"
        return self._answer


class GroupCell:
    """A group, its offsets, and the requests that wait for others of its members."""

    __slots__ = ("classic", "consumer", "id", "offsets", "scheduled_ms", "waiting")

    def __init__(self, group_id: str, classic: ClassicGroup | None = None) -> None:
        """Hold a group that nobody is in, or `classic`."""
        self.id = group_id
        self.classic = classic or ClassicGroup(group_id)
        """One that nobody is in if it is a consumer group."""
        self.consumer: ConsumerGroup | None = None
        """The group if it is a consumer group (KIP-848)."""
        self.offsets: dict[TopicPartition, CommittedOffset] = {}
        self.waiting: dict[tuple[Call, str], Waiting[object]] = {}
        self.scheduled_ms: int | None = None
        """When somebody looks next what is due."""

    @property
    def is_only_offsets(self) -> bool:
        """Whether it never had members, nor has anybody been told to join."""
        group = self.classic
        if self.consumer is not None:
            return False
        return group.state is State.EMPTY and not group.generation and not group.pending

    @contextmanager
    def place(self, call: Call, member_id: str) -> Iterator[Waiting[object]]:
        """Give a place to wait in; an earlier request of the same kind loses its own.

        A member that asks again has given up on its first request.
        """
        place: Waiting[object] = Waiting()
        self.waiting[call, member_id] = place
        try:
            yield place
        finally:
            if self.waiting.get((call, member_id)) is place:
                del self.waiting[call, member_id]

    def answer(self, call: Call, member_id: str, answer: object) -> None:
        """Answer the request of a member, if one waits."""
        place = self.waiting.pop((call, member_id), None)
        if place is not None:
            place.give(answer)

    def turn_away(self, error: Error) -> None:
        """Answer the requests of all members that wait with an error."""
        for call, member_id in list(self.waiting):
            is_join = call is Call.JOIN
            answer = JoinAnswer(error, member_id) if is_join else SyncAnswer(error)
            self.answer(call, member_id, answer)
