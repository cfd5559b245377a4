"""`python -m logion_harness.simulation`: play many seeds, tell the story of a failure.

Exit status: 0 nothing is wrong, 1 something is; argparse ends with 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from logion_harness.simulation.plan import plan_of
from logion_harness.simulation.play import Outcome, play
from logion_harness.simulation.shrinking import shrink

STORY_MAX = 60
"""So many lines of a story are printed, its last ones."""


def main(argv: Sequence[str] | None = None) -> int:
    """Play the seeds that were asked for; return the exit status."""
    options = _parser().parse_args(argv)
    for seed in range(options.first, options.first + options.seeds):
        outcome = play(plan_of(seed))
        if outcome.wrong:
            if options.history is not None:
                _write(options.history, outcome)
            _say(f"seed {seed} fails, trace {outcome.hash}\n")
            _say(story_of(outcome if options.whole else shrink(outcome).outcome))
            return 1
    _say(f"{options.seeds} seeds from {options.first} on: nothing is wrong")
    return 0


def story_of(outcome: Outcome) -> str:
    """Return what was planned, what happened, and what is wrong with that."""
    told = outcome.story[-STORY_MAX:]
    left_out = len(outcome.story) - len(told)
    rest = [f"... {left_out} lines before"] if left_out else []
    return "\n".join([str(outcome.plan), "", *rest, *told, "", *outcome.wrong])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m logion_harness.simulation",
        description="Play the broker and its clients in one process, seed by seed.",
    )
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--seeds", type=int, default=100, metavar="N")
    parser.add_argument(
        "--whole", action="store_true", help="do not look for a shorter story"
    )
    parser.add_argument(
        "--history",
        type=Path,
        metavar="FILE",
        help="write what clients of a failure did and saw, for logion check-history",
    )
    return parser


def _write(path: Path, outcome: Outcome) -> None:
    lines = (f"{json.dumps(event)}\n" for event in outcome.history)
    path.write_text("".join(lines))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    raise SystemExit(main())
