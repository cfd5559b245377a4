"""logion beside Apache Kafka, with the same client in the same minutes.

    .venv/bin/python tests/benchmarks/run.py [--quick] [--only PART ...]
                                             [--data DIR] [--out FILE]

Both brokers run at the same time and are loaded in turns, each figure of one right
beside that of the other, first one and then the other in front; medians of the rounds
are compared. Progress goes to stderr, the table to stdout and `docs/benchmarks.md`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from resource import RLIMIT_NOFILE, getrlimit, setrlimit
from statistics import median
from typing import NamedTuple, TypeAlias

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT)]

from tests.benchmarks import (  # noqa: E402
    brokers,
    codec,
    groups,
    published,
    transactions,
)
from tests.benchmarks.brokers import Running  # noqa: E402
from tests.benchmarks.report import (  # noqa: E402
    AT_LEAST,
    AT_MOST,
    UNDER,
    Row,
    document,
    say,
    table,
)

CLIENT = (sys.executable, "-m", "tests.benchmarks.client")
SIZES = {100: "100 B", 1024: "1 KiB"}
CONNECTIONS = 10_000
GIGABYTE = 10**9


class Plan(NamedTuple):
    """How much is done."""

    rounds: int
    messages: dict[int, int]
    """Messages of each size, per round."""
    acks: int
    starts: int


FULL = Plan(11, {100: 1_000_000, 1024: 300_000}, 3000, 9)
QUICK = Plan(1, {100: 300_000, 1024: 100_000}, 500, 3)


def client(*arguments: object) -> dict[str, float]:
    """Return what the client program measured."""
    command = [*CLIENT, *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if ran.returncode:
        raise RuntimeError(f"client {arguments}: {ran.stderr}")
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def script(name: str) -> str:
    """Return what one of the scripts beside this one prints."""
    command = [sys.executable, str(HERE / name)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


# --- loads --------------------------------------------------------------------


def throughput(pair: Sequence[Running], label: str, size: int, count: int) -> None:
    """Produce, then consume, messages of one size."""
    topic = f"load-{size}-{label}"
    for broker in pair:
        transfer(broker, ("produce", broker.bootstrap, topic, size, count), size, count)
    for broker in pair:
        transfer(broker, ("consume", broker.bootstrap, topic, count), size, count)


def transfer(
    broker: Running, arguments: tuple[object, ...], size: int, count: int
) -> None:
    """Run one load; note MB per second, and the broker's CPU seconds per GB.

    What was written before is synced first: nobody's writes are held up by it.
    """
    os.sync()
    name, megabytes = f"{arguments[0]} {size}", size * count / 1e6
    found, cpu_s = observed(broker, name, arguments)
    broker.note(name, megabytes / found["seconds"])
    broker.note(f"cpu {name}", cpu_s / megabytes * 1e3)


def observed(
    broker: Running, name: str, arguments: tuple[object, ...]
) -> tuple[dict[str, float], float]:
    """Run one load, note who was busy; return its answer and the broker's CPU time."""
    before = broker.cpu_s
    found = client(*arguments)
    cpu_s = broker.cpu_s - before
    broker.note(f"broker busy {name}", cpu_s / found["seconds"])
    broker.note(f"client busy {name}", found["cpu_s"] / found["seconds"])
    return found, cpu_s


def latency(pair: Sequence[Running], label: str, count: int) -> None:
    """Produce one message at a time."""
    for broker in pair:
        arguments = ("ack", broker.bootstrap, f"a-{label}", count)
        found, _ = observed(broker, "ack", arguments)
        for name in ("p50_us", "p99_us"):
            broker.note(name, found[name])


def one_round(pair: Sequence[Running], label: str, plan: Plan) -> None:
    """Take every figure once of each broker."""
    for size, count in plan.messages.items():
        throughput(pair, label, size, count)
    latency(pair, label, plan.acks)
    for broker in pair:
        last = {
            name: float(f"{figures[-1]:.3g}")
            for name, figures in broker.figures.items()
        }
        say(f"{label} {broker.name}: {last}")


def gigabyte(pair: Sequence[Running]) -> None:
    """Produce 1 GB in four parts, and look at the memory after each."""
    for part in range(4):
        for broker in pair:
            client("produce", broker.bootstrap, "gigabyte", 1000, GIGABYTE // 4000)
            broker.note("rss loaded", broker.rss_mb)
            say(f"gigabyte {part + 1}/4 {broker.name}: {broker.rss_mb:.0f} MB")


def connections(broker: Running) -> None:
    """Hold idle connections; note memory per connection, and that answers come."""
    before = broker.rss_mb
    with subprocess.Popen(
        [*CLIENT, "idle", broker.bootstrap, str(CONNECTIONS)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        start = time.perf_counter()
        assert process.stdout.readline() == "held\n"
        broker.note("connect", (time.perf_counter() - start) * 1e6 / CONNECTIONS)
        broker.note("per connection", (broker.rss_mb - before) * 1e3 / CONNECTIONS)
        found = json.loads(process.communicate("\n")[0])
    broker.note("idle answer", found["p50_us"])
    broker.note("idle answer max", found["max_us"])
    say(f"{CONNECTIONS} connections, {broker.name}: {found}")


def starts(folder: Path, count: int) -> list[float]:
    """Return how many ms logion takes from the shell to readiness, several times."""
    found = []
    for number in range(count):
        with brokers.logion(folder / f"start-{number}") as broker:
            found.append(broker.ready_s * 1e3)
    say(f"ready from the shell, ms: {[round(it) for it in found]}")
    return found


# --- rows ---------------------------------------------------------------------


def compare(pair: Sequence[Running], what: str, unit: str, name: str) -> Row:
    """Return the row about one figure: medians, and the median of the ratios."""
    ours, theirs = (broker.figures[name] for broker in pair)
    paired = median(our / their for our, their in zip(ours, theirs, strict=True))
    return Row(what, unit, median(ours), median(theirs), paired=paired)


def busy(broker: Running, name: str) -> str:
    """Return how busy a broker and its client were during one load, as text."""
    ours, its = (
        median(broker.figures[f"{who} busy {name}"]) for who in ("broker", "client")
    )
    return f"{broker.name} busy {ours:.0%}, its client {its:.0%}"


REACH = {
    "produce 100": 1.2,
    "produce 1024": 2,
    "consume 100": 1,
    "consume 1024": 1,
}
"""How many times Apache Kafka's throughput is to be reached."""


def speed_rows(pair: Sequence[Running]) -> list[Row]:
    """Return the rows about throughput, then those about what it costs."""
    rows, costs = [], []
    for name, target in REACH.items():
        verb, size = name.split()
        what = f"{verb}, {SIZES[int(size)]}"
        cause = busy(pair[0], name)
        row = compare(pair, what, "MB/s", name)
        rows.append(row._replace(test=AT_LEAST, target=target, cause=cause))
        costs.append(compare(pair, f"the broker's CPU, {what}", "s/GB", f"cpu {name}"))
    return rows + costs


def latency_rows(pair: Sequence[Running], first: int) -> list[Row]:
    """Return the rows about single messages; `first` is how many came first."""
    labels = {
        "first p50_us": f"ack of the first {first:,} single messages, p50",
        "first p99_us": "the same, p99",
        "p50_us": "ack of all that follow, p50",
        "p99_us": "the same, p99",
    }
    rows = []
    for name, label in labels.items():
        cause = busy(pair[0], "first" if name.startswith("first") else "ack")
        row = compare(pair, label, "us", name)
        rows.append(row._replace(test=AT_MOST, target=0.5, cause=cause))
    return rows


def start_rows(
    ready_ms: list[float], warm: dict[str, float], theirs: float
) -> list[Row]:
    """Return the rows about the time to readiness."""
    return [
        Row("ready from the shell", "ms", median(ready_ms), None, UNDER, 250),
        Row(
            "the same, beside Kafka (without ZooKeeper)", "ms", median(ready_ms), theirs
        ),
        Row("further broker in a warm process", "ms", warm["median_ms"], None)._replace(
            test=UNDER, target=20
        ),
    ]


def branching_rows(found: dict[str, float]) -> list[Row]:
    """Return the rows about going back to what a broker was."""
    state = "10 topics, 1,000 records, 3 groups"
    return [
        Row(f"snapshot: {state}", "ms", found["snapshot_ms"], None, UNDER, 10),
        Row("restore: the same", "ms", found["restore_ms"], None, UNDER, 10),
    ]


def memory_rows(pair: Sequence[Running]) -> list[Row]:
    """Return the rows about memory and many connections."""
    idle = compare(pair, "RSS idle", "MB", "rss idle")
    logion, kafka = (broker.figures["rss loaded"] for broker in pair)
    return [
        idle._replace(theirs=None, paired=None, test=UNDER, target=60),
        idle._replace(what="the same, beside Kafka"),
        Row("RSS after 1 GB produced", "MB", logion[-1], kafka[-1]),
        Row("growth from 250 MB to 1 GB", "MB", logion[-1] - logion[0])._replace(
            test=AT_MOST, target=2
        ),
        compare(pair, "connect and first answer, each of 10,000", "us", "connect"),
        compare(pair, "memory per idle connection", "kB", "per connection"),
        compare(pair, "an answer with 10,000 idle, p50", "us", "idle answer"),
        compare(pair, "the same, slowest of 100", "us", "idle answer max"),
    ]


def codec_rows() -> list[tuple[str, list[Row]]]:
    """Return a table for each codec that ours is compared with."""
    targets = {"kio": (5.0, 1 / 4), "kafka-python": (1.0, 1 / 1.5)}
    tables: dict[str, list[Row]] = {name: [] for name in targets}
    for found in codec.measure_all():
        for name, (read, write) in targets.items():
            ours, theirs = found.times["logion"], found.times[name]
            for index, (verb, target) in enumerate((("read", read), ("write", write))):
                bound = (AT_MOST, round(target, 3))
                row = Row(
                    f"{verb} {found.title}", "us", ours[index], theirs[index], *bound
                )
                tables[name].append(row)
    return list(tables.items())


def cleaner_rows() -> list[Row]:
    """Return the rows about cleaning a log, with 128 MiB for its keys."""
    large, small = json.loads(script("cleaner.py"))
    return [
        Row("1 GiB of 1 KiB records", "MB/s", large["mb_per_s"])._replace(
            test=AT_LEAST, target=100
        ),
        Row("the same by the processor's time", "MB/s", large["cpu_mb_per_s"]),
        Row("its memory", "MB", large["memory_mb"])._replace(test=AT_MOST, target=134),
        Row("128 MiB of 100 B records", "MB/s", small["mb_per_s"]),
        Row("its memory", "MB", small["memory_mb"])._replace(test=AT_MOST, target=134),
        Row("clients wait for a step, p99", "ms", small["step_p99_ms"]),
    ]


def history_rows() -> list[Row]:
    """Return the rows about judging a history of a million operations."""
    found = json.loads(script("history.py"))
    return [
        Row("1,000,000 operations, read and judged", "s", found["seconds"])._replace(
            test=UNDER, target=60
        ),
        Row("the same by the processor's time", "s", found["cpu_s"]),
        Row("its memory", "MB", found["memory_mb"]),
        Row("the history's size", "MB", found["size_mb"]),
    ]


def model_rows() -> list[Row]:
    """Return the rows about visiting the states of KIP-320."""
    found = json.loads(script("model.py"))
    targets = {"readable": 15_000, "fast": 100_000}
    rows = [
        Row(f"{name} search", "states/s", found[name], test=AT_LEAST, target=target)
        for name, target in targets.items()
    ]
    rows += [
        Row(f"{name} search, beside TLC", "states/s", found[name], found["tlc"])
        for name in targets
    ]
    return [
        *rows,
        Row("fast search without numpy", "states/s", found["one_by_one"]),
        Row("a bare loop over the steps", "states/s", found["bare"]),
        Row("10 million states, fast", "s", found["many_s"], test=UNDER, target=240),
        Row("hashed search", "states/s", found["hashed"]),
        Row("what it keeps", "B/state", found["bytes_each"], test=UNDER, target=40),
        Row("two processes beside one", "times", found["two"])._replace(
            test=AT_LEAST, target=1.7
        ),
    ]


Sections: TypeAlias = list[tuple[str, str]]
"""Titles and texts."""


# --- the run ------------------------------------------------------------------


def beside_kafka(folder: Path, plan: Plan) -> Sections:
    """Return what one partition takes and gives, and what a broker needs."""
    ready_ms = starts(folder, plan.starts)
    warm: dict[str, float] = json.loads(script("startup.py"))
    say(f"warm: {warm}")
    branching: dict[str, float] = json.loads(script("branching.py"))
    say(f"branching: {branching}")
    with contextlib.ExitStack() as stack:
        pair = (
            stack.enter_context(brokers.logion(folder / "logion")),
            stack.enter_context(brokers.kafka(folder / "kafka")),
        )
        load(pair, plan)
        rows = speed_rows(pair) + latency_rows(pair, plan.acks)
        rows += start_rows(ready_ms, warm, pair[1].ready_s * 1e3)
        rows += branching_rows(branching)
        rows += memory_rows(pair)
    return [("Beside Apache Kafka", table(rows, pair[1].name))]


def of_groups(folder: Path, plan: Plan) -> Sections:
    """Return what groups take."""
    return groups.sections(folder, groups.FULL if plan is FULL else groups.QUICK)


def of_transactions(folder: Path, plan: Plan) -> Sections:
    """Return what transactions take."""
    of = transactions.FULL if plan is FULL else transactions.QUICK
    return transactions.sections(folder, of)


def of_libraries(_folder: Path, _plan: Plan) -> Sections:
    """Return what the codec takes, beside other libraries."""
    title = "Codec beside {}: us per partition, 1,000 partitions"
    return [(title.format(name), table(rows, name)) for name, rows in codec_rows()]


def alone(_folder: Path, _plan: Plan) -> Sections:
    """Return what parts take by themselves."""
    names = ("path.py", "records.py", "log.py")
    return [
        (f"Parts alone: {it}", f"```text\n{script(it).strip()}\n```") for it in names
    ]


PARTS: dict[str, Callable[[Path, Plan], Sections]] = {
    "kafka": beside_kafka,
    "groups": of_groups,
    "transactions": of_transactions,
    "codec": of_libraries,
    "cleaner": lambda *_: [("Cleaning a log", table(cleaner_rows(), "nobody"))],
    "history": lambda *_: [("Judging a history", table(history_rows(), "nobody"))],
    "model": lambda *_: [("Checking a model", table(model_rows(), "TLC, one worker"))],
    "published": lambda *_: published.sections(),
    "alone": alone,
}
"""What gives the sections, by the name that `--only` knows."""


def load(pair: Sequence[Running], plan: Plan) -> None:
    """Put all loads on both brokers."""
    time.sleep(2)
    for broker in pair:
        broker.note("rss idle", broker.rss_mb)
    one_round(pair, "warm-up", QUICK._replace(acks=plan.acks))
    for broker in pair:
        found = broker.figures
        broker.figures = {
            "rss idle": found["rss idle"],
            "first p50_us": found["p50_us"],
            "first p99_us": found["p99_us"],
            "broker busy first": found["broker busy ack"],
            "client busy first": found["client busy ack"],
        }
    for number in range(plan.rounds):
        turn = pair if number % 2 == 0 else pair[::-1]
        one_round(turn, f"round-{number}", plan)
    gigabyte(pair)
    for broker in pair:
        connections(broker)


def main() -> None:
    """Run it, as the module says."""
    parser = argparse.ArgumentParser(description="logion beside Apache Kafka")
    parser.add_argument("--quick", action="store_true", help="one short round")
    data = ROOT / ".cache" / "benchmark"
    parser.add_argument("--data", type=Path, default=data, help="parent of data")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=PARTS,
        default=PARTS,
        metavar="PART",
        help=f"these, the others stay as they are: {', '.join(PARTS)}",
    )
    options = parser.parse_args()
    plan = QUICK if options.quick else FULL
    limit = CONNECTIONS + 1000
    setrlimit(RLIMIT_NOFILE, (limit, max(limit, getrlimit(RLIMIT_NOFILE)[1])))
    options.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.data) as folder:
        parts = [PARTS[name](Path(folder), plan) for name in options.only]
    settings = (
        f"librdkafka (confluent-kafka), one partition, acks=1, linger 5 ms, 10,000 "
        f"messages a batch; medians of {plan.rounds} rounds in turns; data of both on "
        f"the same disk, synced before each load"
    )
    sections = [it for part in parts for it in part]
    old = options.out.read_text() if options.out.exists() else ""
    text = document(old, sections, settings=settings)
    options.out.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
