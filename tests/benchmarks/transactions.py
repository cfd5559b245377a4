"""Transactions and administration on logion beside Apache Kafka.

    .venv/bin/python -m tests.benchmarks.transactions [--quick]

Every transaction writes one record of 100 bytes, and its commit is what is timed: until
the coordinator has answered, which it does when the outcome can no longer change.
"""

from __future__ import annotations

import functools
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks import brokers
from tests.benchmarks.brokers import Running
from tests.benchmarks.report import AT_LEAST, AT_MOST, UNDER, Row, table
from tests.root import ROOT

load = functools.partial(brokers.load, "transaction_load")
TOPIC = "read"
COMMITTED, UNCOMMITTED = "read_committed", "read_uncommitted"


class Plan(NamedTuple):
    """How much is done."""

    rounds: int
    seconds: int
    transactions: int
    """Of 1,000 records each, to be read."""
    producers: int
    topics: int


FULL = Plan(5, 4, 500, 100_000, 1_000)
QUICK = Plan(1, 1, 20, 2_000, 50)


def commit_rows(pair: Sequence[Running], producers: int, plan: Plan) -> list[Row]:
    """Return the rows about commits by so many producers at a time."""
    found: list[list[dict[str, float]]] = [[], []]
    load("commit", pair[1].bootstrap, producers, plan.seconds)  # Java warms up
    for number in range(plan.rounds):
        for at in (0, 1) if number % 2 == 0 else (1, 0):
            answer = load("commit", pair[at].bootstrap, producers, plan.seconds)
            found[at].append(answer)
    who = "one producer" if producers == 1 else f"{producers} producers"
    targets = {
        "per_s": (f"transactions, {who}", "1/s", AT_LEAST),
        "p50_ms": (f"commit, {who}, p50", "ms", AT_MOST),
        "p99_ms": ("the same, p99", "ms", AT_MOST),
    }
    rows = []
    for name, (what, unit, test) in targets.items():
        ours, theirs = ([it[name] for it in of] for of in found)
        paired = median(a / b for a, b in zip(ours, theirs, strict=True))
        row = Row(what, unit, median(ours), median(theirs), test, 1, paired=paired)
        rows.append(row)
    return rows


def reading_rows(pair: Sequence[Running], plan: Plan) -> list[Row]:
    """Return the rows about reading what is committed, and everything."""
    speeds: dict[tuple[str, str], list[float]] = {}
    for broker in pair:
        filled = load("fill", broker.bootstrap, TOPIC, plan.transactions, 100)
        counts = {COMMITTED: filled["committed"], UNCOMMITTED: filled["records"]}
        for number in range(2 * plan.rounds):
            for isolation in (COMMITTED, UNCOMMITTED)[:: 1 - number % 2 * 2]:
                count = int(counts[isolation])
                took = load("read", broker.bootstrap, TOPIC, count, isolation)
                # what was aborted comes over the wire all the same
                rate = filled["records"] / 1e3 / took["seconds"]
                speeds.setdefault((broker.name, isolation), []).append(rate)
    ours, theirs = (
        {it: median(speeds[broker.name, it]) for it in (COMMITTED, UNCOMMITTED)}
        for broker in pair
    )
    unit = "1,000/s"
    beside = Row("read_committed, beside read_uncommitted", unit, ours[COMMITTED])
    return [
        Row(f"{COMMITTED}, a tenth aborted", unit, ours[COMMITTED], theirs[COMMITTED]),
        Row(UNCOMMITTED, unit, ours[UNCOMMITTED], theirs[UNCOMMITTED]),
        beside._replace(theirs=ours[UNCOMMITTED], test=AT_LEAST, target=0.95),
    ]


def large_rows(folder: Path, plan: Plan) -> list[Row]:
    """Return the rows about many producers and many topics, on brokers of their own."""
    with brokers.logion(folder / "producers") as broker:
        load("producers", broker.bootstrap, plan.producers)
        memory = broker.rss_mb
    with brokers.logion(folder / "topics") as broker:
        configs = load("configs", broker.bootstrap, plan.topics)
    return [
        Row(f"memory with {plan.producers:,} producer ids", "MB", memory)._replace(
            test=UNDER, target=200
        ),
        Row(f"settings of {plan.topics:,} topics", "s", configs["seconds"])._replace(
            test=UNDER, target=1
        ),
    ]


def sections(folder: Path, plan: Plan = FULL) -> list[tuple[str, str]]:
    """Return the sections of the document; brokers of its own run."""
    with (
        brokers.logion(folder / "transactions-logion") as ours,
        brokers.kafka(folder / "transactions-kafka") as kafka,
    ):
        pair = (ours, kafka)
        rows = commit_rows(pair, 1, plan) + commit_rows(pair, 50, plan)
        rows += reading_rows(pair, plan)
    return [
        ("Transactions", table(rows, "the other")),
        ("Many producers, many topics", table(large_rows(folder, plan), "nobody")),
    ]


def main() -> None:
    """Run it, as the module says."""
    plan = QUICK if "--quick" in sys.argv else FULL
    with tempfile.TemporaryDirectory(dir=ROOT / ".cache") as folder:
        for title, text in sections(Path(folder), plan):
            print(f"## {title}\n\n{text}")


if __name__ == "__main__":
    main()
