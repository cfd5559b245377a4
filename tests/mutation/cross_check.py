"""Asks another tool: a sample of cosmic-ray's changes to the same modules.

    python -m tests.mutation.cross_check SEED COUNT log/epochs.py ...

cosmic-ray knows other changes than mutmut. A sample of them is drawn with the seed, and
each meets the module's tests in a process of its own. If as many die, what is found
does not depend on what one tool tries.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.mutation.code import COPIES, MODULES, prepare

SECONDS_MAX = 120
"""Tests that run longer have noticed the change."""


class Mutant(NamedTuple):
    """A change that cosmic-ray makes."""

    operator: str
    nth: int
    text: str
    """The module after it."""


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every change of a module's text that is one."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    whole = [it for it in operator_names() if not get_operator(it).arguments()]
    for name in sorted(whole):
        for nth in range(len(source)):
            text = mutate_code(source, get_operator(name)(), nth)
            if text is None:
                break
            if text != source and _is_python(text):
                yield Mutant(name, nth, text)


def _is_python(text: str) -> bool:
    """Return whether a text can be compiled: `**known` is no power of anything."""
    try:
        compile(text, "mutant", "exec")
    except SyntaxError:
        return False
    return True


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


def check(module: str, seed: int, count: int) -> list[Mutant]:
    """Return which of a sample of a module's mutants no test notices."""
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
            left.append(mutant)
    file.write_text(source)
    print(
        f"{module}: {len(chosen) - len(left)} of {len(chosen)} of {len(known)} die",
        flush=True,
    )
    return left


def main() -> int:
    """Check the modules that the command line names."""
    seed, count, *modules = sys.argv[1:]
    for module in modules:
        for mutant in check(module, int(seed), int(count)):
            print(f"    {mutant.operator}, {mutant.nth}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
