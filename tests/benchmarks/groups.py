"""Groups on logion beside Apache Kafka and kfake: joining, living, committing.

    .venv/bin/python -m tests.benchmarks.groups [--quick]

The first message of a new group is what every test of a consumer waits for. kfake is
the broker that franz-go's tests use; it is built with Go.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import trio
from confluent_kafka import Consumer, Producer
from logion.client.cluster import open_cluster
from logion.client.connection import address_of
from logion.client.consumer import ConsumerOptions
from logion.client.group import GroupOptions, open_group_consumer
from logion.testing import Broker
from logion_conformance import targets

from tests.benchmarks import brokers
from tests.benchmarks.brokers import Running
from tests.benchmarks.report import AT_LEAST, AT_MOST, UNDER, Row, say, table
from tests.root import ROOT

load = functools.partial(brokers.load, "group_load")
PATIENCE_S = 60.0


class Plan(NamedTuple):
    """How much is done."""

    firsts: int
    groups: int
    seconds: int
    members: int
    rounds: int


FULL = Plan(11, 1_000, 30, 500, 5)
QUICK = Plan(3, 50, 5, 100, 1)


@contextlib.contextmanager
def kfake() -> Iterator[str]:
    """Run kfake; give its address."""
    with targets.started(targets.named("kfake")) as started:
        yield str(started.address)


# --- the first message --------------------------------------------------------


def produce_one(bootstrap: str, topic: str) -> None:
    """Have a topic with one record be there."""
    producer = Producer({"bootstrap.servers": bootstrap})
    producer.produce(topic, b"first")
    if producer.flush(PATIENCE_S):
        raise RuntimeError(f"{bootstrap} takes no record")


def first_message_ms(bootstrap: str, topic: str, group: str) -> float:
    """Return how long librdkafka takes from its making to the first record."""
    start = time.perf_counter()
    settings = {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
    }
    consumer = Consumer(settings)
    try:
        consumer.subscribe([topic])
        message = consumer.poll(PATIENCE_S)
        if message is None or message.error():
            raise RuntimeError(f"{bootstrap} gave no record: {message}")
        return (time.perf_counter() - start) * 1e3
    finally:
        consumer.close()


async def own_first_message_ms(bootstrap: str, topic: str, group: str) -> float:
    """Return how long our own client takes from its making to the first record."""
    start = trio.current_time()
    options = GroupOptions(reading=ConsumerOptions(max_wait_ms=500))
    async with (
        open_cluster([address_of(bootstrap)]) as cluster,
        open_group_consumer(cluster, group, [topic], options) as consumer,
    ):
        while not await consumer.poll():
            pass
        return (trio.current_time() - start) * 1e3


def broker_ms() -> float:
    """Return how long the broker worked, from FindCoordinator to the first records."""
    with Broker() as broker:
        produce_one(broker.bootstrap, "t")
        first_message_ms(broker.bootstrap, "t", "g")
        seen = broker.inspect()
    rows = [row for it in (*seen.clients, *seen.gone) for row in it.recent]
    asked = sorted(rows, key=lambda it: (it.began_ms, it.correlation_id))
    names = [it.api for it in asked]
    begin = names.index("FindCoordinator")
    end = names.index("Fetch", begin) + 1
    return sum(it.duration_ms for it in asked[begin:end])


def first_rows(kafka: Running, bootstrap: str, plan: Plan) -> list[Row]:
    """Return the rows about the first message of a new group."""
    with kfake() as fake:
        where = {"logion": bootstrap, "kafka": kafka.bootstrap, "kfake": fake}
        found: dict[str, list[float]] = {name: [] for name in where}
        for name, address in where.items():
            produce_one(address, "first")
            first_message_ms(address, "first", f"warm-up-{name}")
        for number in range(plan.firsts):
            turn = list(where.items())
            for name, address in turn[number % 3 :] + turn[: number % 3]:
                took = first_message_ms(address, "first", f"g{number}")
                found[name].append(took)
    say(f"first message, ms: { {name: median(it) for name, it in found.items()} }")
    own = [
        trio.run(own_first_message_ms, bootstrap, "first", f"own-{it}")
        for it in range(plan.firsts)
    ]
    work = [broker_ms() for _ in range(plan.firsts)]
    ours, other = median(found["logion"]), median(found["kfake"])
    label = "first group message, librdkafka"
    return [
        Row(f"{label}, beside kfake", "ms", ours, other, AT_MOST, 1),
        Row(f"{label}, beside Kafka", "ms", ours, median(found["kafka"]), AT_MOST, 1),
        Row("the broker's part of it", "ms", median(work), None, UNDER, 10),
        Row("first group message, our client", "ms", median(own), None, UNDER, 50),
    ]


# --- many members, many commits -----------------------------------------------


def large_rows(folder: Path, plan: Plan) -> list[Row]:
    """Return the rows about many members on one broker of their own."""
    with brokers.logion(folder / "many") as broker:
        alive = load("heartbeats", broker.bootstrap, plan.groups, 10, plan.seconds)
        count, memory = int(alive["members"]), broker.rss_mb
    with brokers.logion(folder / "large") as broker:
        large = load("rebalance", broker.bootstrap, plan.members, 5)
    what = f"{plan.groups:,} groups of 10 members"
    if alive["errors"]:
        raise RuntimeError(f"{alive['errors']} heartbeats were answered with an error")
    return [
        Row(f"heartbeat, {what}, p50", "ms", alive["p50_ms"]),
        Row("the same, p99", "ms", alive["p99_ms"], None, UNDER, 5),
        Row(f"memory with {count:,} members", "MB", memory),
        Row(f"rebalance of {plan.members} members", "s", large["seconds"])._replace(
            test=UNDER, target=1
        ),
    ]


def rate_row(
    pair: Sequence[Running], load_name: str, connections: int, rounds: int
) -> Row:
    """Return how many requests a second both answer, in turns."""
    rates: list[list[float]] = [[], []]
    for number in range(rounds):
        for at in (0, 1) if number % 2 == 0 else (1, 0):
            found = load(load_name, pair[at].bootstrap, connections, 3)
            rates[at].append(found["per_s"])
    paired = median(a / b for a, b in zip(*rates, strict=True))
    ours, theirs = map(median, rates)
    row = Row(f"{connections} at a time", "1/s", ours, theirs)
    return row._replace(paired=paired)


def commit_rows(pair: Sequence[Running], plan: Plan) -> list[Row]:
    """Return the rows about commits, ten consumers at a time and one alone.

    A heartbeat is the least that a request takes: what it costs is no commit's fault.
    """
    rows = []
    for connections in (10, 1):
        row = rate_row(pair, "commits", connections, plan.rounds)
        what = f"commits, {row.what}"
        rows.append(row._replace(what=what, test=AT_LEAST, target=1))
    for connections in (10, 1):
        row = rate_row(pair, "beats", connections, plan.rounds)
        rows.append(row._replace(what=f"heartbeats, {row.what}"))
    return rows


def sections(folder: Path, plan: Plan = FULL) -> list[tuple[str, str]]:
    """Return the section of the document about groups; brokers of its own run."""
    with (
        brokers.logion(folder / "groups-logion") as ours,
        brokers.kafka(folder / "groups-kafka") as kafka,
    ):
        rows = first_rows(kafka, ours.bootstrap, plan)
        rows += commit_rows((ours, kafka), plan)
    rows += large_rows(folder, plan)
    return [("Groups", table(rows, "the other"))]


def main() -> None:
    """Run it, as the module says."""
    plan = QUICK if "--quick" in sys.argv else FULL
    with tempfile.TemporaryDirectory(dir=ROOT / ".cache") as folder:
        for title, text in sections(Path(folder), plan):
            print(f"## {title}\n\n{text}")


if __name__ == "__main__":
    main()
