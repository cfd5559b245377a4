"""A plugin of pytest for suites of others: no test takes longer than a time limit.

It runs inside the suite, so it knows nothing of logion. The limit is
`SUITE_TEST_SECONDS`; a test over it fails with TimeoutError, and the next one runs.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Generator
from types import FrameType

import pytest

SECONDS = int(os.environ.get("SUITE_TEST_SECONDS", "120"))


def late(signum: int, frame: FrameType | None) -> None:
    """Fail the test that is running."""
    raise TimeoutError(f"this test took longer than {SECONDS} s")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Limit the test's own call; fixtures have limits of their own."""
    signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        return (yield)
    finally:
        signal.alarm(0)
