"""What a group's members were told of its committed offsets.

A partition belongs to one member at a time, which begins where the last one committed:
so an offset that is fetched is never lower than one whose commit was answered before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from logion.client.connection import Exchange
from logion.names import TopicPartition
from logion.protocol.messages.offset_commit import OffsetCommitResponse
from logion.protocol.messages.offset_fetch import OffsetFetchResponse


@dataclass(slots=True)
class Commits:
    """The offsets of one group."""

    furthest: dict[TopicPartition, int] = field(default_factory=dict)
    """The largest offset whose commit was answered."""

    def observe(self, exchange: Exchange) -> Iterator[str]:
        """Take what a member asked and was answered; yield what is wrong with it."""
        answer = exchange.answer
        if isinstance(answer, OffsetCommitResponse):
            self._take(exchange.request, answer)
        elif isinstance(answer, OffsetFetchResponse):
            yield from self._compare(answer)

    def _take(self, request: object, answer: OffsetCommitResponse) -> None:
        taken = {
            (topic.name, it.partition_index)
            for topic in answer.topics
            for it in topic.partitions
            if not it.error_code
        }
        for topic in request.topics:  # type: ignore[attr-defined]
            for it in topic.partitions:
                if (topic.name, it.partition_index) in taken:
                    name = TopicPartition(topic.name, it.partition_index)
                    before = self.furthest.get(name, 0)
                    self.furthest[name] = max(before, it.committed_offset)

    def _compare(self, answer: OffsetFetchResponse) -> Iterator[str]:
        for group in answer.groups:
            for topic in group.topics:
                for it in topic.partitions:
                    name = TopicPartition(topic.name, it.partition_index)
                    known = self.furthest.get(name, -1)
                    if not it.error_code and it.committed_offset < known:
                        yield (
                            f"lost-commit: {it.committed_offset} is committed of"
                            f" {name}, {known} was before"
                        )
