"""What outside judges have tested, as data: who, when, which API in which versions.

One file per kind of judge lies beside this module, in one form::

    {"3.9.1": {"date": "2026-11-22", "versions": {"Produce": "0-11", ...}}, ...}

The keys name the judge more closely: a release of Apache Kafka, a client, a version of
kio. The files are written by `observe_codecs`, `observe_clients` and `observe_apache`,
each of which is run as `python -m tests.docs.NAME`, and read by `tests.status`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from logion.protocol.apis import APIS

HERE = Path(__file__).parent

KINDS = ("golden", "kio", "clients", "apache")
"""Golden vectors; another codec; real clients; Apache Kafka under the suite's cases."""

Versions = Mapping[int, frozenset[int]]
"""API key to the versions that were tested."""

Pair = tuple[int, int]
"""An API key and a version."""


class Observation(NamedTuple):
    """What one judge has tested, and on which day (UTC)."""

    date: str
    versions: Versions


def path_of(kind: str) -> Path:
    """Return the file of one kind of judge."""
    return HERE / f"judged_by_{kind}.json"


def observations(kind: str) -> dict[str, Observation]:
    """Return what each judge of a kind has tested."""
    judges = json.loads(path_of(kind).read_text())
    keys = {api.name: key for key, api in APIS.items()}
    return {
        judge: Observation(
            found["date"],
            {keys[n]: frozenset(numbers(t)) for n, t in found["versions"].items()},
        )
        for judge, found in judges.items()
    }


def record(kind: str, judge: str, pairs: Iterable[Pair]) -> None:
    """Write down what a judge has tested today, in place of what it had before."""
    path = path_of(kind)
    judges: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    today = datetime.now(tz=UTC).date().isoformat()
    judges[judge] = {"date": today, "versions": as_data(pairs)}
    path.write_text(json.dumps(judges, indent=1) + "\n")


def as_data(pairs: Iterable[Pair]) -> dict[str, str]:
    """Return pairs by the name of the API, in the order of keys, versions as text."""
    found: dict[int, set[int]] = {}
    for key, version in pairs:
        found.setdefault(key, set()).add(version)
    return {APIS[key].name: text(found[key]) for key in sorted(found)}


def text(versions: Iterable[int]) -> str:
    """Return versions as "0-3, 5"."""
    runs: list[list[int]] = []
    for version in sorted(versions):
        if runs and version == runs[-1][-1] + 1:
            runs[-1].append(version)
        else:
            runs.append([version])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)


def numbers(versions: str) -> list[int]:
    """Return what "0-3, 5" stands for."""
    found: list[int] = []
    for run in versions.split(", "):
        first, _, last = run.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found
