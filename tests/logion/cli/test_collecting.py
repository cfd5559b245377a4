"""Python's collector of cycles, set for a process that is nothing but a broker."""

from __future__ import annotations

import subprocess
import sys

from logion.cli.collecting import GROWTH

PROGRAM = """
import gc
from logion.cli.collecting import collect_seldom
collect_seldom()
print(gc.isenabled(), gc.get_threshold()[0], gc.get_freeze_count() > 1000)
"""


def test_cycles_are_looked_for_after_growth_and_never_in_what_was_there() -> None:
    command = [sys.executable, "-c", PROGRAM]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", str(GROWTH), "True"]
