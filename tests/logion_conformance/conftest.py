"""The marker of cases, which elsewhere the suite's plugin declares."""

from __future__ import annotations

import pytest
from logion_conformance import plugin


def pytest_configure(config: pytest.Config) -> None:
    plugin.pytest_configure(config)
