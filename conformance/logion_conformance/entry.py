"""What pytest loads of this package in every run: next to nothing.

`pytest --pyargs logion_conformance --bootstrap HOST:PORT` names options of the suite
before pytest has seen the suite, so they have to be declared while it starts. Nobody
else's run gets them.
"""

from __future__ import annotations

import pytest

PACKAGE = "logion_conformance"

MARKER = "case(case): a promise of the protocol; see logion_conformance.case"
"""The one marker of the suite, for whoever imports its cases."""


def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Declare the suite's options if the suite is asked for by its name."""
    if any(arg.startswith(PACKAGE) for arg in args):
        early_config.pluginmanager.import_plugin(f"{PACKAGE}.plugin")
