"""What each Kafka release advertises and which record format it writes.

`release("2.8")` is the value of a release; the table itself is `release_table`.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple

from logion.protocol import release_table
from logion.protocol.apis import api_named
from logion.protocol.release_table import RELEASES

__all__ = ["RELEASES", "Release", "Versions", "release"]

Versions = Mapping[int, tuple[int, int]]
"""First and last version of each API, by its key; both are included."""


class Release(NamedTuple):
    """A minor release of Kafka: 0.10.0, 3.9, 4.3; compares by age."""

    number: tuple[int, ...]
    """Its parts: three up to 0.11.0, two from 1.0."""

    def __str__(self) -> str:
        """Return the name: `0.11.0`, `3.9`."""
        return ".".join(map(str, self.number))

    @property
    def name(self) -> str:
        """How the release is called, without its patch number: `0.11.0`, `3.9`."""
        return str(self)

    @property
    def versions(self) -> Versions:
        """What a broker advertises: on ZooKeeper until 3.9, on KRaft from 4.0.

        Before 0.10.0 nothing was advertised: these are the versions it accepts.
        """
        return _versions_of(self.number, "BROKER")

    @property
    def kraft_versions(self) -> Versions:
        """What a broker on KRaft advertises; nothing before 2.8."""
        table: _TableName = "KRAFT_BROKER" if self.number < (4, 0) else "BROKER"
        return _versions_of(self.number, table)

    @property
    def controller_versions(self) -> Versions:
        """What a KRaft controller's listener advertises; nothing before 2.8."""
        return _versions_of(self.number, "KRAFT_CONTROLLER")

    @property
    def advertises_api_versions(self) -> bool:
        """Whether a client can ask for the versions (KIP-35); else it has to know."""
        return self.number >= (0, 10, 0)

    @property
    def message_format(self) -> int:
        """Magic of the records it writes: 0, 1 from 0.10.0 (KIP-32), 2 from 0.11.0."""
        return (self.number >= (0, 10, 0)) + (self.number >= (0, 11, 0))

    @property
    def metadata(self) -> Literal["ZooKeeper", "KRaft"]:
        """Where the cluster's metadata lives unless it is told otherwise."""
        return "KRaft" if self.number >= (4, 0) else "ZooKeeper"


@cache
def release(name: str) -> Release:
    """Return the release of this name; a patch release is its minor: 3.9.1 is 3.9.

    Raises ValueError, which names the nearest known release, for any other text.
    """
    parts = name.split(".")
    if not all(part.isdecimal() and part.isascii() for part in parts):
        raise ValueError(
            f"{name!r} is not a release; known are {RELEASES[0]} to {RELEASES[-1]}"
        )
    number = tuple(map(int, parts))
    minor = number[:3] if number[0] == 0 else number[:2]
    if minor not in _NUMBERS:
        raise ValueError(
            f"release {name} is not known; the nearest is {_nearest(minor)}"
        )
    return Release(minor)


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(map(int, name.split(".")))


_NUMBERS = tuple(map(_numbers, RELEASES))


_ANY_MINOR = 1_000
"""Larger than any part of a release's number: "4" stands for the last 4.x."""


def _nearest(number: tuple[int, ...]) -> Release:
    """Return the newest release that is not newer, or else the oldest one."""
    newer = bisect(_NUMBERS, (*number, _ANY_MINOR))
    return Release(_NUMBERS[max(newer - 1, 0)])


_TableName = Literal["BROKER", "KRAFT_BROKER", "KRAFT_CONTROLLER"]


@cache
def _versions_of(number: tuple[int, ...], table: _TableName) -> Versions:
    """Return what a release advertises by one of the tables, in order of keys."""
    rows: Mapping[str, str] = getattr(release_table, table)
    found = {api_named(name).key: _range_in(number, row) for name, row in rows.items()}
    return MappingProxyType({key: at for key, at in found.items() if at is not None})


def _range_in(number: tuple[int, ...], row: str) -> tuple[int, int] | None:
    """Return the range a release has in one row; None if it lacks the API."""
    current = "none"
    for change in row.split(", "):
        since, versions = change.split(": ")
        if number < _numbers(since):
            break
        current = versions
    if current == "none":
        return None
    first, _, last = current.partition("-")
    return int(first), int(last or first)
