"""What a case is: a promise with a stable name, a source, and a way to try it.

    @case(
        "produce.offsets.consecutive",
        level=MUST,
        cites="Kafka documentation, Topics and Logs",
        apis={"Produce": "0+", "Fetch": "0+"},
    )
    async def test_...(broker: Subject, version: int) -> None:
        '''The promise, in the protocol's words.'''

`apis` are the versions the case can speak. A broker that advertises none of them is not
judged by the case: UNSUPPORTED. A case with a parameter `version` runs once for every
version of the first of its APIs, the others use the newest. Ids are for years: expected
failures, documents and traces refer to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NewType, NoReturn

import pytest
from logion.client.versions import VersionRange, Versions, declared
from logion.protocol.apis import Api, api_named
from logion.protocol.schema import parse_versions

Level = NewType("Level", str)

MUST = Level("MUST")
"""Documented by the protocol, a KIP or Kafka's documentation."""

SHOULD = Level("SHOULD")
"""What Apache Kafka does, and what clients have come to rely on."""

CASE_SECONDS_MAX = 120.0
"""When a case that goes on and on is ended; the longest takes some twenty."""

EMPTY: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Case:
    """The name of a promise, how binding it is, where it stands, what it speaks."""

    id: str
    level: Level
    cites: str
    apis: Mapping[str, str]
    touches: str = ""
    """What it changes, or asks to be changed, that the suite did not make."""

    @property
    def area(self) -> str:
        """Return the first word of the id: what the promise is about."""
        return self.id.partition(".")[0]


def case(
    id_: str,
    *,
    level: Level,
    cites: str,
    apis: Mapping[str, str] = EMPTY,
    touches: str = "",
) -> pytest.MarkDecorator:
    """Return the marker that makes a test function a case of the suite."""
    return pytest.mark.case(Case(id_, level, cites, apis, touches))


UNTESTABLE = "UNTESTABLE: "
"""How the reason of a skip begins if the case could not be tried; see `untestable`."""


def untestable(reason: str) -> NoReturn:
    """End a case as UNTESTABLE; `reason` says what the target would have to allow.

    Any other skip of a case means UNSUPPORTED.
    """
    pytest.skip(f"{UNTESTABLE}{reason}")


def case_of(item: pytest.Item) -> Case | None:
    """Return what a test's marker says; None for a test that is no case."""
    marker = item.get_closest_marker("case")
    return marker.args[0] if marker else None


def is_named(case_id: str, globs: str) -> bool:
    """Whether an id matches one of some patterns, parted by commas: "a.*,b.c"."""
    return any(fnmatchcase(case_id, glob) for glob in globs.split(","))


def limits_of(subject: Case, version: int | None = None) -> dict[int, VersionRange]:
    """Return what a case may speak, by API key; `version` is its first API's."""
    limits = {}
    for position, (name, text) in enumerate(subject.apis.items()):
        api = api_named(name)
        limits[api.key] = range_of(text, api)
        if position == 0 and version is not None:
            limits[api.key] = VersionRange(version, version)
    return limits


def range_of(text: str, api: Api) -> VersionRange:
    """Return the versions of `api` that Kafka's notation `text` includes."""
    wanted = parse_versions(text)
    ours = declared(api)
    return VersionRange(max(wanted[0], ours.first), min(wanted[-1], ours.last))


def unsupported(subject: Case, versions: Versions) -> str | None:
    """Return why a broker that speaks `versions` is not judged by a case, or None."""
    for name, text in subject.apis.items():
        api = api_named(name)
        spoken = versions.spoken.get(api.key)
        if spoken is None:
            return f"the broker does not advertise {name}"
        if not spoken.overlap(range_of(text, api)):
            known = f"{spoken.first} to {spoken.last}"
            return f"the broker advertises {name} {known}; the case needs {text}"
    return None


def versions_to_try(subject: Case, versions: Versions | None) -> list[int]:
    """Return the versions of the first API that the case can try on a broker.

    `versions` is None while no broker is known: then all that the case can speak.
    """
    name, text = next(iter(subject.apis.items()))
    api = api_named(name)
    ours = range_of(text, api)
    spoken = ours if versions is None else versions.spoken.get(api.key)
    both = spoken.overlap(ours) if spoken else None
    return list(range(both.first, both.last + 1)) if both else []


def quick(versions: Iterable[int]) -> list[int]:
    """Return the oldest and the newest of some versions."""
    ordered = sorted(versions)
    return sorted({*ordered[:1], *ordered[-1:]})
