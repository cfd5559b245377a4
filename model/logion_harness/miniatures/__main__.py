"""`python -m logion_harness.miniatures`: run a miniature, or judge some.

    NAME [ARGUMENTS OF logion broker]   run it, as `logion broker` runs the reference
    --list                              print all names
    --judge NAME...                     say which cases fail on each

Exit status of --judge: 0 if each fails all the cases that it names, 1 if not.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from logion.cli import broker

from logion_harness.miniatures.catalogue import MINIATURES, find
from logion_harness.miniatures.miniature import Miniature

WRONG = 2
"""Exit status: the arguments make no sense."""


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments ask for; return the exit status."""
    first, *rest = arguments or ["--help"]
    if first == "--help":
        return _say(__doc__ or "")
    if first == "--list":
        return _say(*(it.name for it in MINIATURES))
    try:
        if first == "--judge" and rest:
            return max(map(_judge, map(find, rest)))
        return _run(find(first), rest)
    except ValueError as problem:
        sys.stderr.write(f"{problem}\n")
        return WRONG


def _run(miniature: Miniature, arguments: Sequence[str]) -> int:
    with miniature.defect.put_in():
        return broker.main(["--release", miniature.release, *arguments])


def _judge(miniature: Miniature) -> int:
    from logion_conformance.results.model import Verdict

    from logion_harness.miniatures.judging import judged
    from logion_harness.miniatures.suite import suite

    verdicts = judged(miniature, suite())
    failed = [it for it, verdict in verdicts.items() if verdict is Verdict.FAIL]
    missed = sorted(set(miniature.cases) - set(failed))
    _say(f"{miniature.name}: {len(failed)} fail: {' '.join(sorted(failed))}")
    if missed:
        _say(f"{miniature.name}: not caught by {' '.join(missed)}")
    return 1 if missed else 0


def _say(*lines: str) -> int:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
