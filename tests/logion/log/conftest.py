"""The disk and the log of most tests of a log."""

from __future__ import annotations

import pytest
from logion.log.log import Log
from logion.testing.disk import MemoryDisk

from tests.logion.log.building import open_log


@pytest.fixture
def disk() -> MemoryDisk:
    """An empty disk in memory."""
    return MemoryDisk()


@pytest.fixture
def log(disk: MemoryDisk) -> Log:
    """An empty log on it, of small segments."""
    return open_log(disk)
