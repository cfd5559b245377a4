"""Prints `docs/status.md`: what is answered of each API, and who has tested it.

    make status

What is answered comes from the broker's own tables, who has tested it from the
observations in `tests/docs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from logion.broker.admission import Doorkeeper, Verdict
from logion.broker.dispatch import HANDLERS, served
from logion.protocol.apis import APIS, Api
from logion.protocol.releases import RELEASES, Release, release

from tests.docs.evidence import KINDS, Observation, observations, text

NONE = "-"

HEAD = """\
# Status

Written by `make status`, never by hand; a test compares. For each API of Kafka 0.8.0 to
{newest}: which versions releases advertise, which of them this broker answers, and who
outside the project has tested them.

- *Advertised*: by Kafka {newest}, or by any release. Before 0.10.0, what is accepted.
- *Answered*: by `logion broker`, or by it with some `--release R`. A broker advertises
  what it answers; `logion releases R` prints the same for one release.
- *Golden*: bodies that Apache Kafka {golden}'s own classes wrote are read and written
  again, equal byte for byte (request and response). Of 1,332 such bodies 1,331 agree:
  ReadShareGroupStateSummaryResponse v0 was unstable in 3.9 and got one field more in
  4.x, which of its two samples only the one without elements does not show.
- *kio*: the codec of kio {kio} reads and writes the same bytes.
- *Clients*: an unmodified client sent the request in that version, was answered, and
  the records it produced came back equal; observed on {clients}.
- *Traces*: what Apache Kafka answered to a real client is recorded in `traces/corpus`;
  the same requests are answered alike here.
- *Apache Kafka*: cases of the conformance suite spoke that version with Apache Kafka
  and passed: what they demand of this broker is what Apache Kafka does; or probes
  (`logion_conformance.compare`) were answered alike by both; observed with
  {apache}.

The observations are data in `tests/docs`; each file says how it is made again.
"""

DETAIL = """\
## Version by version

Of every API that is answered. "Releases" are those that advertise the version; it is
answered with `--release` of each of them, but for what the last column says.
"""

REST = """\
## Not built

Known to the codec, advertised by some release, not answered and so not advertised here.
"""


class Tested(NamedTuple):
    """Who has tested one version of an API, by kind of judge, sorted."""

    golden: tuple[str, ...]
    kio: tuple[str, ...]
    clients: tuple[str, ...]
    traces: tuple[str, ...]
    apache: tuple[str, ...]

    @property
    def is_judged(self) -> bool:
        """Whether anybody has."""
        return any(self)


def status() -> str:
    """Return the document."""
    built = [api for api in APIS.values() if api.key in HANDLERS]
    rest = [api for api in APIS.values() if api.key not in HANDLERS]
    parts = [
        head(),
        table(SUMMARY, [summary(api) for api in built]),
        DETAIL,
        table(VERSIONS, [row for api in built for row in details(api)]),
        REST,
        table(MISSING, [missing(api) for api in rest if advertising(api.key)]),
    ]
    return "\n".join(parts)


def head() -> str:
    """Return the text before the tables."""
    clients, apache = observed("clients"), observed("apache")
    days = sorted({it.date for it in clients.values()})
    return HEAD.format(
        newest=RELEASES[-1],
        golden=" and ".join(observed("golden")),
        kio=" and ".join(observed("kio")),
        clients=" and ".join({days[0]: "", days[-1]: ""}),
        apache=", ".join(f"{name} on {it.date}" for name, it in apache.items()),
    )


SUMMARY = (
    *("API", "advertised by {newest}", "by any", "answered as {newest}", "as any"),
    *("golden", "kio", "clients", "traces", "Apache Kafka"),
)


def summary(api: Api) -> Sequence[str]:
    """Return the row of an API: versions in each cell."""
    newest = release(RELEASES[-1])
    low, high = newest.versions.get(api.key, (0, -1))
    answered = range_of_answered(api.key)
    judged = {v: tested(api.key, v) for v in answered}
    return (
        f"{api.name} ({api.key})",
        text(range(low, high + 1)),
        text(advertising(api.key)),
        text(v for v in answered if is_answered(api.key, v, newest)),
        text(answered),
        *(text(v for v in answered if judged[v][i]) for i in range(len(KINDS))),
    )


VERSIONS = (
    *("API", "version", "releases", "golden", "kio", "clients", "traces"),
    *("Apache Kafka", "not answered by"),
)


def details(api: Api) -> Iterator[Sequence[str]]:
    """Yield a row for each version of an API that some release advertises."""
    for version, releases in advertising(api.key).items():
        judges = tested(api.key, version)
        refusing = [r for r in releases if not is_answered(api.key, version, r)]
        yield (
            api.name,
            str(version),
            span(releases),
            "yes" if judges.golden else "",
            "yes" if judges.kio else "",
            ", ".join(judges.clients),
            ", ".join(judges.traces),
            ", ".join(judges.apache),
            span(refusing),
        )


MISSING = ("API", "versions", "releases")


def missing(api: Api) -> Sequence[str]:
    """Return the row of an API that is not built."""
    by_version = advertising(api.key)
    releases = sorted({it for some in by_version.values() for it in some})
    return (f"{api.name} ({api.key})", text(by_version), span(releases))


@cache
def advertising(key: int) -> Mapping[int, tuple[Release, ...]]:
    """Return each version of an API that is advertised, and the releases that do."""
    found: dict[int, tuple[Release, ...]] = {}
    for each in map(release, RELEASES):
        low, high = each.versions.get(key, (0, -1))
        for version in range(low, high + 1):
            found[version] = (*found.get(version, ()), each)
    return dict(sorted(found.items()))


def is_answered(key: int, version: int, played: Release) -> bool:
    """Whether `logion broker --release` answers a version that the release has."""
    doorkeeper = Doorkeeper(played, served(played.versions))
    return doorkeeper.admit(key, version).verdict is Verdict.READ


def range_of_answered(key: int) -> list[int]:
    """Return the versions that are answered in some release that advertises them."""
    return [
        version
        for version, releases in advertising(key).items()
        if any(is_answered(key, version, it) for it in releases)
    ]


def tested(key: int, version: int) -> Tested:
    """Return who has tested a version."""
    return Tested(*(judges_of(kind, key, version) for kind in KINDS))


def judges_of(kind: str, key: int, version: int) -> tuple[str, ...]:
    """Return the judges of a kind that have tested a version."""
    return tuple(
        name
        for name, tested_there in observed(kind).items()
        if version in tested_there.versions.get(key, ())
    )


@cache
def observed(kind: str) -> Mapping[str, Observation]:
    """Return what each judge of a kind has tested."""
    return observations(kind)


def span(releases: Sequence[Release]) -> str:
    """Return the first and the last of releases that follow each other."""
    if len(releases) < 2:
        return "".join(map(str, releases))
    return f"{releases[0]} to {releases[-1]}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; an empty cell stays empty."""
    named = [it.format(newest=RELEASES[-1]) for it in heads]
    lines = [named, ["---"] * len(named), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    print(status(), end="")
