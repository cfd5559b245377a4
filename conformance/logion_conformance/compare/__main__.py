"""Compare two brokers: `python -m logion_conformance.compare LEFT RIGHT`.

A side is HOST:PORT, logion, logion-RELEASE or apache-RELEASE. The status is 0 if all
that differs is a known deviation, 1 if something else does, 2 if nothing was compared.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TextIO

import trio
from logion.protocol.releases import release

from logion_conformance.compare.catalogue import PROBES
from logion_conformance.compare.comparison import Comparison, Outcome, Plan, chosen
from logion_conformance.compare.story import story
from logion_conformance.targets import Named, NotStarted, named, running

SETTINGS = {
    "offsets.topic.num.partitions": "3",
    "transaction.state.log.num.partitions": "3",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "delete.topic.enable": "true",
    "log.retention.hours": "1000000",
    "broker.id": "0",
    "node.id": "0",
}
"""What both sides are started with: small internal topics, quick groups, records that
stay however old they are, and a number for the broker."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, tell what differs, and return the status."""
    options = parser().parse_args(arguments)
    try:
        comparison = compare(
            named(options.left),
            named(options.right),
            Plan(chosen(PROBES, options.probe), "ends" if options.quick else "all"),
            verbose=options.verbose,
        )
    except (NotStarted, ValueError) as reason:
        say(f"compare: {reason}", sys.stderr)
        return 2
    outcomes = comparison.outcomes
    counts = Counter(it.verdict for it in outcomes)
    say(summary(options.left, options.right, counts))
    if not outcomes:
        say("compare: no probe was put to both", sys.stderr)
        return 2
    return 1 if counts["different"] else 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m logion_conformance.compare", description=__doc__
    )
    made.add_argument("left")
    made.add_argument("right")
    made.add_argument("--probe", metavar="GLOB", help="only these: 'Fetch/*'")
    made.add_argument("--quick", action="store_true", help="oldest and newest versions")
    made.add_argument("--verbose", action="store_true", help="deviations, too")
    return made


def compare(
    left: Named, right: Named, plan: Plan, *, verbose: bool = False
) -> Comparison:
    """Return two targets compared; NotStarted if one of them is not there."""

    def observe(outcome: Outcome) -> None:
        if outcome.verdict == "different" or (verbose and outcome.differences):
            say(story(outcome))

    with ExitStack() as stack:
        one = stack.enter_context(running(left, SETTINGS))
        other = stack.enter_context(running(right, SETTINGS))
        names = {each.rest for each in (left, right) if each.kind == "logion"}
        of = release(names.pop()) if len(names) == 1 and "" not in names else None
        comparison = Comparison(one, other, of)
        trio.run(comparison.run, plan, observe)
    return comparison


def summary(left: str, right: str, counts: Counter[str]) -> str:
    """Return the last line."""
    numbers = ", ".join(
        f"{counts[it]} {it}" for it in ("equal", "deviation", "different")
    )
    return f"{left} and {right}: {sum(counts.values())} probes in versions: {numbers}"


def say(text: str, where: TextIO | None = None) -> None:
    """Print a text at once."""
    print(text, file=where or sys.stdout, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
