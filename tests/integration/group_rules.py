"""What must hold of the records and partitions that a group's members told of.

Pure: lists of events in (`clients/README.md` says what they have), broken rules out as
sentences. All programs run on one machine, so their clocks are one clock.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import Any

Event = dict[str, Any]
Place = tuple[str, int]
"""A topic and a partition."""


@dataclass(slots=True)
class Log:
    """The events of one member, in its own order."""

    name: str
    events: list[Event] = field(default_factory=list)
    killed_at: float | None = None
    """When it was killed; what it had then it had until then."""
    instance: str | None = None
    """Of a static member; the next one of this name takes its place in a generation."""

    def own(self) -> set[Place]:
        """Return the partitions that it has at the end of the log."""
        return {it.place for it in tenures_of(self) if it.how == "open"}

    def changes(self) -> list[Event]:
        """Return the events in which partitions came or went."""
        return [each for each in self.events if each.get("partitions")]

    def first_offsets(self) -> dict[Place, int]:
        """Return where it began to read each partition."""
        found: dict[Place, int] = {}
        for record, _ in self.records():
            found.setdefault((record["topic"], record["partition"]), record["offset"])
        return found

    def has_reached(self, ends: Mapping[Place, int]) -> bool:
        """Whether it has told of the last record before each of the ends."""
        told = {
            (record["topic"], record["partition"]): record["offset"] + 1
            for record, _ in self.records()
        }
        return told == ends

    def records(self) -> Iterator[tuple[Event, Event]]:
        """Yield each record with the event that told of it."""
        for event in self.events:
            for record in event.get("records", ()):
                yield record, event

    def summary(self) -> str:
        """Return its events, a line each, records without their values."""
        return "\n".join(
            [f"{self.name}:"]
            + [
                f"  {event['at']:.3f} {event['event']} {generation_of(event)} "
                + " ".join(f"{name}-{at}" for name, at in event.get("partitions", ()))
                + " ".join(
                    f"{it['partition']}:{it['offset']}" for it in records_of(event)
                )
                + (f" committed {event['committed']}" if event.get("committed") else "")
                for event in self.events
            ]
        )


@dataclass(slots=True)
class Tenure:
    """How long a member had a partition, and what it read there."""

    member: str
    place: Place
    start: float
    offsets: list[int] = field(default_factory=list)
    end: float = inf
    how: str = "open"
    """How it ended: revoked, lost, left, killed, or not yet (open)."""
    stray: bool = False
    """Whether it began with a record instead of an assignment."""

    def __str__(self) -> str:
        topic, partition = self.place
        return f"{self.member} on {topic}-{partition} from {self.start:.6f}"


def generation_of(event: Event) -> int | None:
    """Return the generation or epoch that the client told, if any."""
    generation: int | None = event.get("generation")
    return None if generation is None or generation < 0 else generation


def records_of(event: Event) -> list[Event]:
    """Return the records of an event."""
    records: list[Event] = event.get("records", [])
    return records


def places_in(event: Event) -> list[Place]:
    """Return the partitions that an event names."""
    return [(topic, number) for topic, number in event.get("partitions", ())]


@dataclass(slots=True)
class Tenures:
    """The tenures of one member, event by event."""

    member: str
    found: list[Tenure] = field(default_factory=list)
    current: dict[Place, Tenure] = field(default_factory=dict)
    """Those that have not ended."""

    def take(self, event: Event) -> None:
        """Take the next event; a record without a tenure begins a stray one."""
        for record in records_of(event):
            place = record["topic"], record["partition"]
            self.begin(place, event, stray=True)
            self.current[place].offsets.append(record["offset"])
        for place in places_in(event):
            if event["event"] == "assigned":
                self.begin(place, event, stray=False)
            else:
                self.end(place, event["at"], event["event"])
        if event["event"] == "left":
            self.end_all(event["at"], "left")

    def begin(self, place: Place, event: Event, *, stray: bool) -> None:
        """Begin a tenure unless there is one."""
        if place not in self.current:
            began = Tenure(self.member, place, event["at"], stray=stray)
            self.current[place] = began
            self.found.append(began)

    def end(self, place: Place, at: float, how: str) -> None:
        """End a tenure if there is one."""
        if ended := self.current.pop(place, None):
            ended.end, ended.how = at, how

    def end_all(self, at: float, how: str) -> None:
        """End every tenure: one that began in the midst of leaving is not revoked."""
        for place in list(self.current):
            self.end(place, at, how)


def tenures_of(log: Log) -> list[Tenure]:
    """Return the tenures of one member, in the order in which they began."""
    tenures = Tenures(log.name)
    for event in log.events:
        tenures.take(event)
    if log.killed_at is not None:
        tenures.end_all(log.killed_at, "killed")
    return tenures.found


def by_place(logs: Iterable[Log]) -> dict[Place, list[Tenure]]:
    """Return the tenures of all members, by partition, in the order of their starts."""
    found: dict[Place, list[Tenure]] = defaultdict(list)
    for log in logs:
        for tenure in tenures_of(log):
            found[tenure.place].append(tenure)
    for tenures in found.values():
        tenures.sort(key=lambda it: it.start)
    return found


def strays(logs: Iterable[Log]) -> Iterator[str]:
    """Yield records of partitions that their member did not have."""
    for tenures in by_place(logs).values():
        for it in tenures:
            if it.stray:
                yield f"{it}: records {it.offsets} of a partition it did not have"


def holes(logs: Iterable[Log]) -> Iterator[str]:
    """Yield tenures in which an offset is followed by another than the next."""
    for tenures in by_place(logs).values():
        for it in tenures:
            for before, after in pairwise(it.offsets):
                if after != before + 1:
                    yield f"{it}: offset {after} after {before}"


def owned_twice(logs: Iterable[Log]) -> Iterator[str]:
    """Yield partitions that two members had at once.

    One that was lost may have another owner before the old one knows.
    """
    for tenures in by_place(logs).values():
        for before, after in pairwise(tenures):
            if before.how != "lost" and after.start < before.end:
                yield f"{after}, while {before.member} had it until {before.end:.6f}"


def told_twice(logs: Iterable[Log]) -> Iterator[str]:
    """Yield records that were told twice in one generation, where clients know it."""
    seen: Counter[tuple[Any, ...]] = Counter()
    for log in logs:
        for record, event in log.records():
            if (generation := generation_of(event)) is not None:
                place = record["topic"], record["partition"]
                seen[generation, *place, record["offset"]] += 1
    for (generation, topic, partition, offset), times in seen.items():
        if times > 1:
            yield f"{topic}-{partition}:{offset} {times} times in {generation}"


def assigned_twice(logs: Iterable[Log]) -> Iterator[str]:
    """Yield partitions that two members got in one generation."""
    owners: dict[tuple[int, Place], set[str]] = defaultdict(set)
    for log in logs:
        for event in log.events:
            generation = generation_of(event)
            if event["event"] == "assigned" and generation is not None:
                for place in places_in(event):
                    owners[generation, place].add(log.instance or log.name)
    for (generation, place), names in owners.items():
        if len(names) > 1:
            yield f"{place} went to {sorted(names)} in generation {generation}"


def commits(logs: Iterable[Log]) -> dict[Place, list[tuple[float, int]]]:
    """Return when which offset was committed of each partition, in order of time."""
    found: dict[Place, list[tuple[float, int]]] = defaultdict(list)
    for log in logs:
        for event in log.events:
            for topic, partition, offset in event.get("committed", ()):
                found[topic, partition].append((event["at"], offset))
    for told in found.values():
        told.sort()
    return found


def wrong_starts(logs: Iterable[Log]) -> Iterator[str]:
    """Yield tenures that did not begin where the group stood.

    Never before the last offset that is known to be committed, never behind what was
    read: so exactly there, if all that was read had been committed.
    """
    logs = list(logs)
    committed = commits(logs)
    for place, tenures in by_place(logs).items():
        reached = 0
        for it in tenures:
            if it.offsets:
                told = [offset for at, offset in committed[place] if at <= it.start]
                lowest = told[-1] if told else 0
                if not lowest <= it.offsets[0] <= max(reached, lowest):
                    yield f"{it} began at {it.offsets[0]}, not in {lowest}..{reached}"
                reached = max(reached, it.offsets[-1] + 1)


def missing(logs: Iterable[Log], ends: Mapping[Place, int]) -> Iterator[str]:
    """Yield partitions of which not every offset below its end was told."""
    told: dict[Place, set[int]] = defaultdict(set)
    for log in logs:
        for record, _ in log.records():
            told[record["topic"], record["partition"]].add(record["offset"])
    for place, end in ends.items():
        if lacking := sorted(set(range(end)) - told[place]):
            yield f"{place}: {lacking} were never told"


RULES = (strays, holes, owned_twice, told_twice, assigned_twice, wrong_starts)


def broken(logs: Iterable[Log], ends: Mapping[Place, int]) -> list[str]:
    """Return what is wrong with what a group's members told, each as a sentence."""
    logs = list(logs)
    found = [f"{rule.__name__}: {problem}" for rule in RULES for problem in rule(logs)]
    return found + [f"missing: {problem}" for problem in missing(logs, ends)]
