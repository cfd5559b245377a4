"""Asks another tool: a sample of cosmic-ray's changes to the same modules.

    python -m tests.mutation.cross_check                  # 20 of every module
    python -m tests.mutation.cross_check --seed 8 --count 50 log/epochs.py

cosmic-ray knows other changes than mutmut. A sample of them is drawn with the seed, and
each meets the module's tests in a process of its own. If as many die, what is found
does not depend on what one tool tries. It is kept in `cross_check.json`, and the page
of mutants shows it.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from tests.mutation.code import COPIES, MODULES, prepare
from tests.mutation.record import Record

SECONDS_MAX = 120
"""Tests that run longer have noticed the change."""


class Mutant(NamedTuple):
    """A change that cosmic-ray makes."""

    operator: str
    nth: int
    text: str
    """The module after it."""


class Checked(NamedTuple):
    """What became of a sample of a module's mutants."""

    date: str
    seed: int
    known: int
    """How many the sample was drawn from."""
    killed: int
    survivors: tuple[str, ...]
    """Those that no test noticed."""

    @property
    def judged(self) -> int:
        """Return how many the sample has."""
        return self.killed + len(self.survivors)


RECORD = Record(Checked, "cross_check.json")


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every change of a module's text that is one."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    whole = [it for it in operator_names() if not get_operator(it).arguments()]
    meant = _meaning(source)
    for name in sorted(whole):
        for nth in range(len(source)):
            text = mutate_code(source, get_operator(name)(), nth)
            if text is None:
                break
            if _meaning(text) not in {meant, None}:
                yield Mutant(name, nth, text)


def _meaning(text: str) -> str | None:
    """Return what a text does, which annotations have no part in; None if it is no
    Python: `**known` is no power of anything."""
    try:
        compile(text, "mutant", "exec")
    except SyntaxError:
        return None
    tree = ast.parse(text)
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if getattr(node, name, None) is not None:
                setattr(node, name, ast.Constant(""))
    return ast.dump(tree)


def is_noticed(module: str, folder: Path) -> bool:
    """Return whether a test fails in the copy as it is now."""
    try:
        done = subprocess.run(
            (sys.executable, "-m", "pytest", "-q", "-x", *MODULES[module]),
            cwd=folder, env={**os.environ, "PYTHONPATH": "src"},
            capture_output=True, check=False, timeout=SECONDS_MAX,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def check(module: str, seed: int, count: int) -> Checked:
    """Return what becomes of a sample of a module's mutants."""
    folder = COPIES / f"cross-{module.removesuffix('.py').replace('/', '-')}"
    prepare(module, folder)
    file = folder / "src/logion" / module
    source = file.read_text()
    known = list(mutants(source))
    chosen = random.Random(seed).sample(known, min(count, len(known)))
    left = []
    for mutant in chosen:
        file.write_text(mutant.text)
        if not is_noticed(module, folder):
            left.append(told(source, mutant))
    file.write_text(source)
    killed = len(chosen) - len(left)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    return Checked(today, seed, len(known), killed, tuple(sorted(left)))


def told(source: str, mutant: Mutant) -> str:
    """Return a mutant in a line: the operator, what was there and what is."""
    lines = list(unified_diff(source.splitlines(), mutant.text.splitlines(), n=0))[2:]
    before, after = (
        "; ".join(it[1:].strip() for it in lines if it.startswith(sign))
        for sign in "-+"
    )
    return f"{mutant.operator.removeprefix('core/')}: `{before}` -> `{after}`"


def main() -> int:
    """Check the modules that the command line names; write down what is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=list(MODULES))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=20)
    wanted = parser.parse_args()
    for module in wanted.modules:
        found = check(module, wanted.seed, wanted.count)
        print(f"{module}: {found.killed} killed of {found.judged}", flush=True)
        for survivor in found.survivors:
            print(f"    {survivor}", flush=True)
        RECORD.write(module, found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
