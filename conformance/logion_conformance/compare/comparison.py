"""All probes put to two brokers: what is equal, a known deviation, or different."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import zip_longest
from typing import Any, Literal, NamedTuple, TypeAlias

import trio
from logion.client.cluster import open_cluster
from logion.client.connection import Options
from logion.client.versions import VersionRange, Versions, declared
from logion.protocol.apis import API_VERSIONS, APIS, api_named
from logion.protocol.messages.fetch import FetchableTopicResponse, FetchResponse
from logion.protocol.releases import Release
from logion.protocol.schema import replace
from logion_traces.diff import (
    CHOSEN,
    KEYS,
    UNCOMPARED,
    Difference,
    Names,
    Plain,
    Rules,
    differences,
    plain,
)

from logion_conformance.compare.known import Known, known_for
from logion_conformance.compare.neutral import with_neutral_records
from logion_conformance.compare.probe import Probe
from logion_conformance.compare.side import CannotSay, Said, Side
from logion_conformance.targets import Target

RULES = Rules(
    uncompared={
        **UNCOMPARED,
        "documentation": "a text for people",
        "total_bytes": "a size of this machine's disk",
        "usable_bytes": "a size of this machine's disk",
        "transaction_start_time_ms": "a time",
        "last_timestamp": "a time",
        "partition_size": "what depends on how logs are padded",
    },
    alike={},
    chosen={
        **CHOSEN,
        "leader": "member",
        "broker_id": "broker",
        "log_dir": "directory",
    },
    keys=(
        *("group_id", "key", "member_id", "broker_id"),
        *("entity_type", "partition_id", "user", "mechanism"),
        *KEYS,
    ),
    texts=frozenset({"error_message", "batch_index_error_message"}),
)
"""How answers of two brokers are compared: ids by when they first appeared, texts by
whether there are any."""

RUN = "compare"
"""With this the names of all groups and topics begin that a comparison makes."""

UNSAID = Said("the probe", "what it says has no place in this version")
"""All that comes of a probe that cannot be put."""

OWNED = ("name", "topic", "group_id", "topic_name")
"""Fields by which it is told whose something in a list is."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one probe in one version."""

    probe: Probe
    version: int
    differences: tuple[Difference, ...]
    known: tuple[Known, ...] = ()
    """The deviations that explain all differences."""
    left: tuple[Said, ...] = ()
    right: tuple[Said, ...] = ()

    @property
    def verdict(self) -> str:
        """Return `equal`, `deviation` or `different`."""
        if not self.differences:
            return "equal"
        return "deviation" if self.known else "different"


Which: TypeAlias = Literal["all", "ends", "newest"]
"""In which versions probes are put: all, the oldest and the newest, the newest."""


class Plan(NamedTuple):
    """What is put to both sides."""

    probes: tuple[Probe, ...]
    versions: Which = "all"
    """Of each API."""


@dataclass(slots=True)
class Comparison:
    """Two brokers, met."""

    left: Target
    right: Target
    release: Release | None
    """That which both are of, if that is known: deviations depend on it."""
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def versions(self) -> Versions:
        """What both speak, and we can write and read."""
        theirs = self.right.versions.spoken
        both = {
            key: spoken.overlap(theirs[key])
            for key, spoken in self.left.versions.spoken.items()
            if key in theirs and key in APIS
        }
        return Versions(
            {
                key: ours
                for key, spoken in both.items()
                if spoken and (ours := spoken.overlap(declared(APIS[key])))
            }
        )

    async def run(self, plan: Plan, observe: Callable[[Outcome], None]) -> None:
        """Put every probe to both, in every version; `observe` what comes of each."""
        versions = self.versions
        async with (
            side_of(self.left, versions) as left,
            side_of(self.right, versions) as right,
        ):
            await both(left.settle, right.settle, f"{RUN}-standing")
            for number, probe in enumerate(plan.probes):
                for version in versions_for(probe, versions, plan.versions):
                    name = f"{RUN}-{number}-v{version}"
                    outcome = await self._compare(left, right, probe, version, name)
                    if outcome is not None:
                        self.outcomes.append(outcome)
                        observe(outcome)

    async def _compare(
        self, left: Side, right: Side, probe: Probe, version: int, name: str
    ) -> Outcome | None:
        """Return what came of a probe in one version; None if it cannot say it.

        What can be said to one side alone is a difference.
        """

        async def put(side: Side) -> list[Said]:
            try:
                return await side.run(probe, version, name)
            except CannotSay:
                return [UNSAID]

        said = await both(lambda _: put(left), lambda _: put(right), None)
        if said == [[UNSAID], [UNSAID]]:
            return None
        found = tuple(different(said[0], said[1], name))
        paths = [each.path for each in found]
        known = known_for(probe.name, version, paths, self.release)
        return Outcome(probe, version, found, known, tuple(said[0]), tuple(said[1]))


@asynccontextmanager
async def side_of(target: Target, versions: Versions) -> AsyncIterator[Side]:
    """Yield one side; afterwards it is hung up."""
    options = Options(
        client_id="logion-compare",
        fallback=target.fallback,
        is_asked=API_VERSIONS in target.versions.spoken,
        limits={**NOTHING, **versions.spoken},
    )
    async with open_cluster(target.bootstrap, options) as cluster:
        yield Side(target.bootstrap[0], cluster, versions)


NOTHING = {key: VersionRange(1, 0) for key in APIS}
"""No version of any API: what both do not speak is not spoken."""


async def both(
    left: Callable[[Any], Any], right: Callable[[Any], Any], argument: Any
) -> list[Any]:
    """Return what two functions return, called at the same time."""
    results: list[Any] = [None, None]

    async def keep(at: int, function: Callable[[Any], Any]) -> None:
        results[at] = await function(argument)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep, 0, left)
        nursery.start_soon(keep, 1, right)
    return results


def versions_for(probe: Probe, versions: Versions, which: Which = "all") -> list[int]:
    """Return the versions in which a probe is put to both sides; none if it cannot."""
    spoken = versions.range_of(api_named(probe.api).key)
    lacking = [
        name for name in probe.needs if versions.range_of(api_named(name).key) is None
    ]
    if spoken is None or lacking:
        return []
    first, last = max(spoken.first, probe.first), min(spoken.last, probe.last)
    found = list(range(first, last + 1))
    if probe.once or which == "newest":
        return found[-1:]
    return sorted({*found[:1], *found[-1:]}) if which == "ends" else found


def different(
    left: Iterable[Said], right: Iterable[Said], name: str
) -> Iterator[Difference]:
    """Yield where two transcripts differ; `name` is the probe's own."""
    names = Names(rules=RULES), Names(rules=RULES)
    nothing = Said("", "nothing more")
    for one, other in zip_longest(left, right, fillvalue=nothing):
        here, there = told(one, names[0], name), told(other, names[1], name)
        for found in sorted(differences(here, there), key=lambda it: it.path):
            yield found._replace(path=f"{one.what or other.what}: {found.path}")


def told(said: Said, names: Names, name: str) -> Plain:
    """Return an answer as it is compared: what is not the probe's own is left out.

    Ids that were asked for have their numbers from there, whatever the answers' order.
    """
    answer, names.version = said.answer, said.version
    if said.request is not None:
        plain(said.request, names)
    if answer is None or isinstance(answer, str):
        return answer
    if isinstance(answer, FetchResponse):
        answer = replace(answer, responses=merged(answer.responses))
        answer = with_neutral_records(answer)
    return without_others(plain(answer, names), name)


def merged(
    topics: Iterable[FetchableTopicResponse],
) -> tuple[FetchableTopicResponse, ...]:
    """Return the topics of a fetch, each once: sessions may name one several times."""
    found: dict[tuple[str, bytes], FetchableTopicResponse] = {}
    for topic in topics:
        key = (topic.topic, topic.topic_id)
        before = found[key].partitions if key in found else ()
        found[key] = replace(topic, partitions=(*before, *topic.partitions))
    return tuple(found.values())


def without_others(value: Plain, name: str) -> Plain:
    """Return a plain value without what other probes made."""
    if isinstance(value, dict):
        return {
            key: without_others(each, name)
            for key, each in value.items()
            if not is_anothers(each, name)
        }
    if isinstance(value, list):
        return [without_others(it, name) for it in value if not is_anothers(it, name)]
    return value


def is_anothers(value: Plain, name: str) -> bool:
    """Whether an element of a list is about what another probe made."""
    if not isinstance(value, dict):
        return False
    owners = [value[key] for key in OWNED if isinstance(value.get(key), str)]
    return any(
        str(it).startswith((f"{RUN}-", "__transaction", "__share"))
        and not str(it).startswith((name, f"{RUN}-standing"))
        for it in owners
    )


def chosen(probes: Iterable[Probe], pattern: str | None) -> tuple[Probe, ...]:
    """Return the probes whose name matches a glob; all without one."""
    return tuple(it for it in probes if not pattern or fnmatchcase(it.name, pattern))
