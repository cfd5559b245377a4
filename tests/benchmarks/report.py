"""The benchmark's document: which machine, which figures, which targets they meet."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from operator import ge, le, lt
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[2]

Test = Callable[[float, float], bool]

AT_LEAST: Test = ge
AT_MOST: Test = le
UNDER: Test = lt
WORDS = {AT_LEAST: "at least", AT_MOST: "at most", UNDER: "under"}


class Row(NamedTuple):
    """One line of the table."""

    what: str
    unit: str
    ours: float
    theirs: float | None = None
    """The same of whatever we compare with; None where nothing is compared."""
    test: Test | None = None
    """How the target bounds the ratio, or our figure where nothing is compared."""
    target: float = 0
    cause: str = ""
    """What the run measured beside it, written down if the target is missed."""
    paired: float | None = None
    """The median of ours divided by theirs, round by round, if there were rounds."""

    @property
    def ratio(self) -> float | None:
        """Return how many times theirs ours is."""
        if self.theirs is None or self.paired is not None:
            return self.paired
        return self.ours / self.theirs

    @property
    def is_met(self) -> bool | None:
        """Tell whether the target is met; None if there is none."""
        if self.test is None:
            return None
        return self.test(self.ours if self.ratio is None else self.ratio, self.target)

    def cells(self) -> tuple[str, ...]:
        """Return the line's cells as text."""
        times = "" if self.ratio is None else f"{self.ratio:.2f}"
        unit = self.unit if self.ratio is None else "times"
        target = f"{WORDS[self.test]} {self.target:g} {unit}" if self.test else ""
        missed = ": ".join(filter(None, ("**not met**", self.cause)))
        met = {None: "", True: "met", False: missed}[self.is_met]
        theirs = "" if self.theirs is None else number(self.theirs)
        return self.what, self.unit, number(self.ours), theirs, times, target, met


HEAD = ("what", "unit", "logion", "Apache Kafka", "ratio", "target", "")


def number(figure: float) -> str:
    """Return a figure with three digits or more."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def table(rows: Sequence[Row], other: str) -> str:
    """Return a table in Markdown; `other` is what logion is compared with."""
    head = tuple(other if cell == "Apache Kafka" else cell for cell in HEAD)
    lines = [head, ("---", "---", "---:", "---:", "---:", "---", "---")]
    lines += [row.cells() for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """Return a description of this machine, without its name."""
    memory = psutil.virtual_memory().total / 2**30
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores ({processor()}), {memory:.0f} GiB of memory, "
        f"{platform.system()} {platform.release()}, {java()}"
    )


def interpreter() -> str:
    """Return which Python runs this: how it was built is worth a third of its speed."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    if sys.base_prefix != "/usr":
        return python
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"{python} as {system} ships it"


def processor() -> str:
    """Return what the kernel calls the processor."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def java() -> str:
    """Return the version of Java that runs Apache Kafka."""
    ran = subprocess.run(
        ["java", "-version"], capture_output=True, text=True, check=False
    )
    return ran.stderr.splitlines()[0].replace('"', "").replace(" version ", " ")


def commit() -> str:
    """Return the commit that was measured."""
    command = ["git", "rev-parse", "--short=12", "HEAD"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return ran.stdout.strip() or "no commit"


PAGE = """# Benchmarks

Written by `make benchmark` (`tests/benchmarks/run.py`), never by hand;
with `ONLY=groups` that part anew. What was learnt is in
[performance.md](performance.md).

- {machine}
- {settings}
- ratio: the median of the rounds' ratios, where there are rounds
- busy: a process's processor time in its load's time, 100 % for each core; why targets
  are missed is in performance.md, as far as it is known
"""

SECTION = "\n## "


def document(old: str, sections: Sequence[tuple[str, str]], *, settings: str) -> str:
    """Return the document with these sections; those of `old` that are not, stay.

    Each says of which moment and commit it is, and which Python ran logion.
    """
    of = (
        f"{datetime.now(UTC):%Y-%m-%d}, commit {commit()}, {interpreter()}, "
        f"load average at the end {os.getloadavg()[0]:.1f}"
    )
    kept = (it.partition("\n") for it in old.split(SECTION)[1:])
    bodies = {title: text for title, _, text in kept}
    bodies |= {title: f"\n{of}\n\n{text}\n" for title, text in sections}
    head = PAGE.format(machine=machine(), settings=settings)
    parts = (f"{title}\n{text}" for title, text in bodies.items())
    return SECTION.join([head, *(it.rstrip("\n") + "\n" for it in parts)])


def say(text: str) -> None:
    """Show progress on stderr."""
    sys.stderr.write(f"{text}\n")
