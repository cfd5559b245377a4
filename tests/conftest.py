from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from logion_conformance.entry import MARKER

from tests.effort import USUAL, examples, is_thorough

settings.register_profile(
    "logion",
    max_examples=examples(USUAL),
    deadline=None,  # the machine may be busy
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("logion")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of the suite's cases, which tests import."""
    config.addinivalue_line("markers", MARKER)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave to `make verify` what is marked so."""
    if is_thorough():
        return
    left = [it for it in items if it.get_closest_marker("verify")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [it for it in items if not it.get_closest_marker("verify")]
