"""The TLA+ that others published of the same protocols, beside ours, for information.

The repository hachikuji/kafka-specification is not part of this one. The variable
PUBLISHED says where a clone of it is; without it there is nothing to measure.

    git clone https://github.com/hachikuji/kafka-specification /tmp/published
    PUBLISHED=/tmp/published make benchmark ONLY=published

TLC goes through it with one worker, then through model/tla, and `logion model check`
through the Python of the same protocol, one after the other. All must count the same.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.report import number
from tests.integration import tlc

Scope = tuple[int, int, int, int]
"""Replicas, records in a log, records written, the highest epoch."""

SCOPES: tuple[Scope, ...] = ((2, 2, 2, 1), (3, 2, 2, 1), (2, 3, 3, 3), (3, 2, 2, 2))
"""Those at which KIP-320 is timed."""

VARIANTS = {
    "KafkaTruncateToHighWatermark": "truncate-to-high-watermark",
    "Kip101": "kip-101",
    "Kip279": "kip-279",
    "Kip320FirstTry": "kip-320-first-try",
}
"""The other modules of the family, and our names for them."""

OF_VARIANTS: Scope = (2, 2, 2, 2)

TITLE = "Checking the published TLA+"

ABOUT = """\
hachikuji/kafka-specification at commit {commit}, `Kip320`, with WeakIsr and StrongIsr
judged. For information: no target hangs on it. Whole commands, with the start of Java
and Python: at 957 states that is most of the time. By the clock (*s*) and by the
processor's time (*cpu s*), of which the rates are. To repeat it:

```console
$ git clone https://github.com/hachikuji/kafka-specification /tmp/published
$ PUBLISHED=/tmp/published make benchmark ONLY=published
```
"""

ABOUT_VARIANTS = """
The other modules of the family at {scope}, all states, nothing judged: TLC and logion
count as many, as deep.
"""


class Found(NamedTuple):
    """What a checker says of a scope."""

    distinct: int
    depth: int
    seconds: float
    """How long the whole command took, by the clock."""
    cpu_s: float
    """The same by the processor's time, which says more beside other work."""

    @property
    def counts(self) -> tuple[int, int]:
        """Return what must not depend on who counts."""
        return self.distinct, self.depth

    @property
    def rate(self) -> float:
        """Return the distinct states a second of the processor's time."""
        return self.distinct / self.cpu_s


def by_tlc_published(
    modules: Path, module: str, scope: Scope, invariants: Sequence[str]
) -> Found:
    """Return what TLC finds of a published module."""
    replicas, size, records, epoch = scope
    constants = {
        "Replicas": f"{{{', '.join(f'r{n}' for n in range(replicas))}}}",
        "LogSize": size,
        "MaxRecords": records,
        "MaxLeaderEpoch": epoch,
    }
    return _of_tlc(module, constants, invariants, modules)


def by_tlc_ours(scope: Scope) -> Found:
    """Return what TLC finds of KIP-320 in model/tla."""
    names = ("N", "LogSize", "Records", "Epochs")
    constants = dict(zip(names, scope, strict=True))
    return _of_tlc("Replication", constants, ["WeakIsr", "StrongIsr"], tlc.TLA)


def _of_tlc(
    module: str,
    constants: Mapping[str, int | str],
    invariants: Sequence[str],
    modules: Path,
) -> Found:
    before = children_s()
    found = tlc.check(module, constants, invariants, modules)
    assert found.holds, found
    return Found(found.distinct, found.depth, found.seconds, children_s() - before)


def children_s() -> float:
    """Return the processor's time of all commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def by_logion(name: str, scope: Scope, *options: str) -> Found:
    """Return what `logion model check` finds."""
    program = str(Path(sys.executable).with_name("logion"))
    bounds = ",".join(map(str, scope))
    command = [program, "model", "check", name, "--scope", bounds, "--json", *options]
    began, before = time.perf_counter(), children_s()
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - began
    told = json.loads(ran.stdout)
    return Found(told["distinct"], told["depth"], seconds, children_s() - before)


def of_scope(modules: Path, scope: Scope) -> dict[str, Found]:
    """Return what each finds of KIP-320 at a scope; all must count the same."""
    judged = ("--property", "weak-isr", "--property", "strong-isr")
    found = {
        "TLC, published": by_tlc_published(
            modules, "Kip320", scope, ["WeakIsr", "StrongIsr"]
        ),
        "TLC, model/tla": by_tlc_ours(scope),
        "logion, readable": by_logion("kip-320", scope, *judged),
        "logion, fast": by_logion("kip-320", scope, "--fast", *judged),
    }
    assert len({it.counts for it in found.values()}) == 1, found
    return found


def timed(modules: Path) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the table of KIP-320."""
    yield "scope", "checked by", "distinct states", "depth", "s", "cpu s", "states/s"
    yield "---", "---", "---:", "---:", "---:", "---:", "---:"
    for scope in SCOPES:
        for who, found in of_scope(modules, scope).items():
            counts = (f"{count:,}" for count in found.counts)
            speed = map(number, (found.seconds, found.cpu_s, found.rate))
            yield (",".join(map(str, scope)), who, *counts, *speed)


def counted(modules: Path) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the table of the other modules."""
    yield "module", "model", "distinct states", "depth"
    yield "---", "---", "---:", "---:"
    for module, name in VARIANTS.items():
        theirs = by_tlc_published(modules, module, OF_VARIANTS, ())
        ours = by_logion(name, OF_VARIANTS, "--property", "none")
        assert theirs.counts == ours.counts, (module, theirs, ours)
        yield (module, name, *(f"{count:,}" for count in ours.counts))


def in_markdown(lines: Iterator[tuple[str, ...]]) -> str:
    """Return a table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def sections() -> list[tuple[str, str]]:
    """Return the section, none where no clone is named."""
    if not (named := os.environ.get("PUBLISHED")):
        return []
    modules = Path(named)
    scope = ",".join(map(str, OF_VARIANTS))
    text = (
        ABOUT.format(commit=commit_of(modules)),
        in_markdown(timed(modules)),
        ABOUT_VARIANTS.format(scope=scope),
        in_markdown(counted(modules)),
    )
    return [(TITLE, "\n".join(text))]


def commit_of(clone: Path) -> str:
    """Return the commit of a clone."""
    command = ["git", "-C", str(clone), "rev-parse", "--short=12", "HEAD"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return ran.stdout.strip()
