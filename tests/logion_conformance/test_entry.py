from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from logion_conformance import entry


def config() -> Any:
    imported: list[str] = []
    manager = SimpleNamespace(import_plugin=imported.append, imported=imported)
    return SimpleNamespace(pluginmanager=manager)


@pytest.mark.parametrize(
    "args", [["logion_conformance"], ["-x", "logion_conformance.cases.test_fetch"]]
)
def test_the_options_are_declared_for_who_asks_for_the_suite(args: list[str]) -> None:
    early = config()
    entry.pytest_load_initial_conftests(early, args)
    assert early.pluginmanager.imported == ["logion_conformance.plugin"]


def test_nobody_elses_run_gets_the_options() -> None:
    early = config()
    entry.pytest_load_initial_conftests(early, ["tests", "--bootstrap=x"])
    assert early.pluginmanager.imported == []


def test_what_every_run_imports_is_light() -> None:
    code = "import sys, logion_conformance.entry; print('trio' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert ran.stdout.strip() == b"False"
