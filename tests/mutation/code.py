"""Changes the pure rules in a thousand small ways: does a test fail each time?

    make mutants                       # every module of MODULES: some hours
    make mutants MODULES=log/epochs.py
    make mutants MODULES=log/compaction.py SECONDS=600

mutmut does not work in place on this layout, so each module is changed in a copy under
`.cache/mutants`, with `src/` as it wants it. A run that was stopped goes on where it
was: what a copy has found stays until the module or its tests change. What is found
(in two hours of a module, or `SECONDS`) is kept in `tests/mutation/code.json`, and the
page is written from it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tests.mutation.record import Record

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "reference/logion"
COPIES = ROOT / ".cache" / "mutants"

MODULES: Mapping[str, tuple[str, ...]] = {
    "log/producers.py": ("tests/logion/log/test_producers.py",),
    "log/epochs.py": ("tests/logion/log/test_epochs.py",),
    "log/retention.py": ("tests/logion/log/test_retention.py",),
    "log/offset_map.py": ("tests/logion/log/test_offset_map.py",),
    "log/aborted.py": ("tests/logion/log/test_aborted.py",),
    "replica/leader.py": ("tests/logion/replica/test_leader.py",),
    "replica/follower.py": ("tests/logion/replica/test_follower.py",),
    "replica/isr.py": ("tests/logion/replica/test_isr.py",),
    "replica/rules.py": ("tests/logion/replica/test_rules.py",),
    "replica/reading.py": ("tests/logion/replica/test_reading.py",),
    "replica/offsets.py": ("tests/logion/replica/test_offsets.py",),
    "replica/partitioning.py": ("tests/logion/replica/test_partitioning.py",),
    "group/classic/state.py": ("tests/logion/group/classic",),
    "group/classic/joining.py": ("tests/logion/group/classic",),
    "group/classic/syncing.py": ("tests/logion/group/classic",),
    "group/classic/membership.py": ("tests/logion/group/classic",),
    "group/classic/phases.py": ("tests/logion/group/classic",),
    "group/classic/timing.py": ("tests/logion/group/classic",),
    "group/offsets.py": ("tests/logion/group/test_offsets.py",),
    "group/pending.py": ("tests/logion/group/test_pending.py",),
    "group/open_offsets.py": ("tests/logion/group/test_open_offsets.py",),
    "group/records.py": ("tests/logion/group/test_records.py",),
    "group/subscription.py": ("tests/logion/group/test_subscription.py",),
    "group/checks.py": ("tests/logion/group/test_checks.py",),
    "transaction/adding.py": ("tests/logion/transaction/test_adding.py",),
    "transaction/state.py": ("tests/logion/transaction/test_state.py",),
    "transaction/initializing.py": ("tests/logion/transaction/test_initializing.py",),
    "transaction/ending.py": ("tests/logion/transaction/test_ending.py",),
    "transaction/records.py": ("tests/logion/transaction/test_records.py",),
    "quota/rate.py": ("tests/logion/quota/test_rate.py",),
    "quota/limits.py": ("tests/logion/quota/test_limits.py",),
    "quota/altering.py": ("tests/logion/quota/test_altering.py",),
    "quota/filtering.py": ("tests/logion/quota/test_filtering.py",),
    "quota/entity.py": ("tests/logion/quota/test_entity.py",),
    "quota/book.py": ("tests/logion/quota/test_book.py",),
    "cluster/assignment.py": ("tests/logion/cluster/test_assignment.py",),
    "security/scram.py": ("tests/logion/security/test_scram.py",),
    "security/altering.py": ("tests/logion/security/test_altering.py",),
    "log/filtering.py": (
        "tests/logion/log/test_filtering.py",
        "tests/logion/log/test_compaction.py",
        "tests/logion/log/test_compaction_in_steps.py",
    ),
    "log/compaction.py": (
        "tests/logion/log/test_compaction.py",
        "tests/logion/log/test_compaction_in_steps.py",
    ),
    "records/validation.py": ("tests/logion/records/test_validation.py",),
    "records/batch.py": ("tests/logion/records/test_batch.py",),
    "records/checksum.py": ("tests/logion/records/test_checksum.py",),
    "records/codec.py": ("tests/logion/records/test_codec.py",),
    "records/compression.py": (
        "tests/logion/records/test_compression.py",
        "tests/logion/records/test_limits.py",
    ),
    "records/control.py": ("tests/logion/records/test_control.py",),
    "records/conversion.py": ("tests/logion/records/test_conversion.py",),
    "records/heads.py": ("tests/logion/records/test_heads.py",),
    "records/legacy.py": ("tests/logion/records/test_legacy.py",),
    "records/limits.py": ("tests/logion/records/test_limits.py",),
    "records/lz4_frame.py": (
        "tests/logion/records/test_lz4_frame.py",
        "tests/logion/records/test_limits.py",
    ),
    "records/making.py": ("tests/logion/records/test_making.py",),
    "records/record.py": ("tests/logion/records/test_record.py",),
    "records/rewriting.py": ("tests/logion/records/test_rewriting.py",),
    "records/snappy_frame.py": (
        "tests/logion/records/test_snappy_frame.py",
        "tests/logion/records/test_limits.py",
    ),
    "records/varint.py": ("tests/logion/records/test_varint.py",),
    "records/vectors.py": (
        "tests/logion/records/test_vectors.py",
        "tests/logion/records/test_vectors_we_make.py",
    ),
    "log/stamping.py": ("tests/logion/log/test_stamping.py",),
    "log/cleaning.py": ("tests/logion/log/test_cleaning.py",),
    "log/cleaned_transactions.py": ("tests/logion/log/test_cleaned_transactions.py",),
    **{
        f"group/consumer/{it}.py": ("tests/logion/group/consumer",)
        for it in (
            *("state", "heartbeat", "changes", "membership", "migration"),
            *("classic_members", "reconciliation", "subscriptions", "target"),
            *("timing", "validation", "leaving", "committing", "describing"),
            *("embedded", "patterns"),
        )
    },
    **{
        f"group/consumer/assignors/{it}.py": ("tests/logion/group/consumer/assignors",)
        for it in ("spec", "range", "uniform")
    },
    "group/consumer/pattern_syntax.py": (
        "tests/logion/group/consumer/test_pattern_syntax.py",
        "tests/logion/group/consumer/test_patterns.py",
    ),
}
"""Modules of `reference/logion` without tasks, clock or disk, and the tests that guard
each."""

KILLED_BY = {1, 3}
"""Exit codes of a run of tests that failed."""
TIMED_OUT = {-24, 24, 36, 152, 255}
"""Those of a run that took too long: the change is noticed."""

STATS = "mutants/mutmut-stats.json"
"""Which test calls which function: found anew each time, as both change."""

SECONDS_MAX = 7200
"""Of a module that takes longer some mutants are not judged."""

CONFIGURATION = """\
[tool.pytest.ini_options]
addopts = [
  "--import-mode=importlib", "--hypothesis-profile=ci",
  "-p", "no:logion", "-p", "no:logion_conformance",
]
trio_mode = true
pythonpath = ["."]
filterwarnings = ["error"]
markers = [
  "slow: takes more than a quarter of a second",
  "verify: runs in `make verify` alone",
]

[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/logion/{module}"]
pytest_add_cli_args_test_selection = {tests}
also_copy = ["tests"]
use_git_change_detection = false
timeout_constant = 5.0
"""


class Found(NamedTuple):
    """What became of the mutants of a module."""

    date: str
    killed: int
    survivors: tuple[str, ...]
    """Those that no test noticed: the function, the line before and after."""
    source: str
    """Which text of the module was judged: see `source_of`."""
    waiting: int = 0
    """How many were not judged: time was up."""

    @property
    def judged(self) -> int:
        """Return how many were judged."""
        return self.killed + len(self.survivors)

    @property
    def share(self) -> float:
        """Return which part of those that were judged was killed."""
        return self.killed / max(1, self.judged)


RECORD = Record(Found, "code.json")


def main() -> int:
    """Run what the command line names, all without; write down what is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=list(MODULES))
    parser.add_argument("--seconds", type=float, default=SECONDS_MAX)
    wanted = parser.parse_args()
    for module in wanted.modules:
        found = run(module, wanted.seconds)
        told = f"{found.killed} killed, {len(found.survivors)} survive"
        print(f"{module}: {told}, {found.waiting} wait", flush=True)
        for survivor in found.survivors:
            print(f"    {survivor}")
        RECORD.write(module, found)
    return 0


def run(module: str, seconds_max: float = SECONDS_MAX) -> Found:
    """Return what becomes of a module's mutants; goes on where a run was stopped.

    Those that survived before meet the tests again, in case there are more by now.
    When time is up, the rest waits.
    """
    folder = COPIES / module.removesuffix(".py").replace("/", "-")
    before = survivors(folder, module)
    prepare(module, folder)
    with suppress(subprocess.TimeoutExpired):
        mutmut(folder, seconds_max)
        if again := [name for name in survivors(folder, module) if name in before]:
            mutmut(folder, seconds_max, *again)
    left = survivors(folder, module)
    ends = list(codes(folder, module).values())
    return Found(
        f"{datetime.now(UTC):%Y-%m-%d}",
        len(ends) - ends.count(None) - len(left),
        tuple(sorted(told(folder, name) for name in left)),
        source_of((folder / "src/logion" / module).read_bytes()),
        ends.count(None),
    )


def source_of(text: bytes) -> str:
    """Return what tells a text of a module from every other: part of its SHA-256."""
    return hashlib.sha256(text).hexdigest()[:16]


def is_stale(module: str, found: Found) -> bool:
    """Tell whether a module has changed since it was judged."""
    return source_of((SOURCES / module).read_bytes()) != found.source


def mutmut(folder: Path, seconds_max: float, *names: str) -> None:
    """Judge the mutants of these names in a copy, without any those not judged yet."""
    with (folder / "progress.txt").open("a") as progress:
        subprocess.run(
            (ROOT / ".venv/bin/mutmut", "run", "--max-children", "1", *names),
            cwd=folder, check=True, timeout=seconds_max, stdout=progress,
        )  # fmt: skip


def codes(folder: Path, module: str) -> Mapping[str, int | None]:
    """Return how the tests ended for each mutant, None where they were not run."""
    data = folder / f"mutants/src/logion/{module}.meta"
    if not data.exists():
        return {}
    found: Mapping[str, int | None] = json.loads(data.read_text())["exit_code_by_key"]
    return found


def survivors(folder: Path, module: str) -> list[str]:
    """Return the names of the mutants that no test has noticed."""
    noticed = {None, *KILLED_BY, *TIMED_OUT}
    return [name for name, code in codes(folder, module).items() if code not in noticed]


def prepare(module: str, folder: Path) -> None:
    """Make the copy in which a module is changed, as the sources are now."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in (("src/logion", "reference/logion"), ("tests", "tests")):
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(
            ROOT / source, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    tests = json.dumps(MODULES[module])
    text = CONFIGURATION.format(module=module, tests=tests)
    (folder / "pyproject.toml").write_text(text)
    (folder / STATS).unlink(missing_ok=True)


def told(folder: Path, name: str) -> str:
    """Return a mutant in a line: where it is, what was there and what is."""
    shown = subprocess.run(
        (ROOT / ".venv/bin/mutmut", "show", name),
        cwd=folder, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    before, after = ("; ".join(_lines(shown, sign)) for sign in "-+")
    return f"{function_of(name)}: `{before}` -> `{after}`"


def _lines(difference: str, sign: str) -> Iterator[str]:
    for line in difference.splitlines():
        if line.startswith(sign) and not line.startswith(sign * 3):
            yield line[1:].strip()


def function_of(name: str) -> str:
    """Return the function that a mutant's name is about.

    mutmut joins the parts of a method's name with a letter of its own.
    """
    mangled = name.rpartition(".")[2]
    return re.sub(r"^x_?|__mutmut_\d+$", "", mangled).replace("ǁ", ".").strip("._")


if __name__ == "__main__":
    raise SystemExit(main())
