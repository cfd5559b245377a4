"""What outside judges have tested, as data: who, when, which API in which versions.

One file for each kind of judge but one lies beside this module, in one form::

    {"3.9.1": {"date": "2026-11-22", "versions": {"Produce": "0-11", ...}}, ...}

The keys name the judge more closely: a release of Apache Kafka, a client, a version of
kio. The files are written by `observe_codecs`, `observe_clients` and `observe_apache`,
each of which is run as `python -m tests.docs.NAME`, and read by `tests.status`. What
recorded traces have tested is read from the traces themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from logion.protocol.apis import APIS
from logion.protocol.releases import release
from logion_traces.exchanges import exchanges
from logion_traces.format import read_trace

HERE = Path(__file__).parent

TRACES = "traces"
KINDS = ("golden", "kio", "clients", TRACES, "apache")
"""Golden vectors; another codec; real clients; what Apache Kafka once answered to real
clients; Apache Kafka under the suite's cases."""

CORPUS = Path(__file__).parents[2] / "traces" / "corpus"

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
    if kind == TRACES:
        return dict(map(of_trace, sorted(CORPUS.glob("apache-*/*.jsonl"))))
    judges = json.loads(path_of(kind).read_text())
    keys = {api.name: key for key, api in APIS.items()}
    return {
        judge: Observation(
            found["date"],
            {keys[n]: frozenset(numbers(t)) for n, t in found["versions"].items()},
        )
        for judge, found in judges.items()
    }


def of_trace(file: Path) -> tuple[str, Observation]:
    """Return what a trace has tested: `tests/logion_traces/test_corpus.py` replays it.

    Only versions that the recorded broker advertises: what it says to others is a
    refusal.
    """
    with file.open(encoding="utf-8") as lines:
        trace = read_trace(lines)
    known = release(trace.header.broker_version).versions
    found: dict[int, set[int]] = {}
    for each in exchanges(trace):
        if each.header is None or each.response is None:
            continue
        key, version = each.header.api_key, each.header.api_version
        low, high = known.get(key, (0, -1))
        if low <= version <= high:
            found.setdefault(key, set()).add(version)
    versions = {key: frozenset(several) for key, several in found.items()}
    name = f"{trace.header.client} on {trace.header.broker_version}"
    return name, Observation(trace.header.date, versions)


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
