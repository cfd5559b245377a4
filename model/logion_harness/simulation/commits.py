"""What a group's members were told of its committed offsets.

A partition belongs to one member at a time, which begins where the last one committed:
so an offset that is fetched is never lower than one whose commit was answered before.
One thing is let off: a commit that its member gave up waiting for may still arrive, on
a connection that was closed since, and take back a later one. Nothing in the protocol
orders the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from logion.client.connection import Exchange
from logion.names import TopicPartition
from logion.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitResponse,
)
from logion.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchResponse,
)


@dataclass(slots=True)
class Commits:
    """The offsets of one group."""

    group: str
    furthest: dict[TopicPartition, int] = field(default_factory=dict)
    """The largest offset whose commit was answered."""
    given_up: set[tuple[TopicPartition, int]] = field(default_factory=set)
    """Offsets whose commit was not answered: it may come late."""

    def observe(self, exchange: Exchange) -> Iterator[str]:
        """Take what a member asked and was answered; yield what is wrong with it."""
        answer = exchange.answer
        if isinstance(exchange.request, OffsetCommitRequest):
            self._take(exchange.request, answer)
        elif isinstance(answer, OffsetFetchResponse):
            yield from self._compare(exchange.request, answer)

    def _take(self, request: OffsetCommitRequest, answer: object) -> None:
        if not isinstance(answer, OffsetCommitResponse):
            self.given_up.update(_asked(request))
            return
        taken = {
            TopicPartition(topic.name, it.partition_index)
            for topic in answer.topics
            for it in topic.partitions
            if not it.error_code
        }
        for name, offset in _asked(request):
            if name in taken:
                self.furthest[name] = max(offset, self.furthest.get(name, 0))

    def _compare(
        self, request: OffsetFetchRequest, answer: OffsetFetchResponse
    ) -> Iterator[str]:
        topics: list[Any] = [*answer.topics] if request.group_id == self.group else []
        for group in answer.groups:
            if group.group_id == self.group:
                topics += group.topics
        for topic in topics:
            for it in topic.partitions:
                name = TopicPartition(topic.name, it.partition_index)
                if not it.error_code:
                    yield from self._judge(name, it.committed_offset)

    def _judge(self, name: TopicPartition, offset: int) -> Iterator[str]:
        known = self.furthest.get(name, -1)
        if offset < known and (name, offset) not in self.given_up:
            yield f"lost-commit: {offset} is committed of {name}, {known} was before"


def _asked(request: OffsetCommitRequest) -> Iterator[tuple[TopicPartition, int]]:
    for topic in request.topics:
        for it in topic.partitions:
            yield TopicPartition(topic.name, it.partition_index), it.committed_offset
