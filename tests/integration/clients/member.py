"""A member of a group as the Python client programs tell of it (`README.md`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.integration.clients.lines import encoded, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.integration.clients.lines import Job, Jobs

Place = tuple[str, int]
"""A topic and a partition."""

POLL_SECONDS = 0.1
"""How long a member looks for records before it looks for a command."""


def tell(event: str, **told: Any) -> None:
    """Write an event with the time at which it was told."""
    say({"event": event, "at": datetime.now(UTC).timestamp(), **told})


class Member(ABC):
    """What every library's member shares: it knows how far it has read."""

    def __init__(self, job: Job) -> None:
        self.commits_on_revocation = job["commits"] == "revoked"
        self.positions: dict[Place, int] = {}

    @abstractmethod
    def poll(self) -> Iterable[Any]:
        """Return what came within POLL_SECONDS, each with the attributes of `seen`."""

    @abstractmethod
    def commit(self, positions: Mapping[Place, int]) -> None:
        """Commit positions and wait for the answer; an error is raised."""

    def commit_all(self) -> Mapping[Place, int]:
        """Commit all positions; return what was committed."""
        self.commit(self.positions)
        return self.positions

    @abstractmethod
    def leave(self) -> None:
        """Leave as the library does when it is closed."""

    @abstractmethod
    def identity(self) -> tuple[str | None, int | None]:
        """Return the member id and the generation (or epoch) the library knows."""

    def who(self) -> dict[str, Any]:
        """Return the identity as fields of an event."""
        member, generation = self.identity()
        return {"member": member, "generation": generation}

    def assigned(self, places: Iterable[Place]) -> None:
        """Tell of partitions that came."""
        tell("assigned", partitions=sorted(places), **self.who())

    def to_commit(self, places: Iterable[Place]) -> dict[Place, int]:
        """Return what is to be committed of partitions that go."""
        if not self.commits_on_revocation:
            return {}
        return {it: self.positions[it] for it in places if it in self.positions}

    def revoked(self, places: Iterable[Place]) -> None:
        """Commit partitions that go, and tell of them."""
        gone = sorted(places)
        positions = self.to_commit(gone)
        if positions:
            self.commit(positions)
        self.gone("revoked", gone, positions)

    def lost(self, places: Iterable[Place]) -> None:
        """Tell of partitions that another member may have by now."""
        self.gone("lost", sorted(places), {})

    def gone(
        self, event: str, places: Iterable[Place], committed: Mapping[Place, int]
    ) -> None:
        """Tell of partitions that went, and forget them."""
        tell(event, partitions=places, committed=as_list(committed), **self.who())
        for place in places:
            self.positions.pop(place, None)

    def tell_records(self, records: Iterable[Any]) -> None:
        """Tell of records, if any."""
        told = []
        for topic, partition, offset, value in map(self.seen, records):
            self.positions[topic, partition] = offset + 1
            told.append(
                {
                    "topic": topic,
                    "partition": partition,
                    "offset": offset,
                    "value": value,
                }
            )
        if told:
            tell("records", records=told, **self.who())

    def seen(self, record: Any) -> tuple[str, int, int, str | None]:
        """Return topic, partition, offset and value of what `poll` returned."""
        value = encoded(record.value)
        return record.topic, record.partition, record.offset, value


def as_list(positions: Mapping[Place, int]) -> list[tuple[str, int, int]]:
    """Return positions as a line has them."""
    return [(topic, number, at) for (topic, number), at in positions.items()]


def take_part(member: Member, jobs: Jobs) -> None:
    """Be a member until told to leave."""
    while (job := jobs.look()) is None or job["do"] != "leave":
        if job is not None:
            tell("committed", committed=as_list(member.commit_all()))
        member.tell_records(member.poll())
    member.leave()
    tell("left")
