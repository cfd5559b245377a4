"""A plugin of pytest for kafka-python's tests: the module that their sdist lacks.

Their fixtures take a broker that runs (`KAFKA_URI`), but import `test.service`, which
starts processes and is not in the sdist. For a broker outside nothing is to be done.
"""

from __future__ import annotations

import sys
from types import ModuleType


class ExternalService:
    """A broker that somebody else starts and stops."""

    def __init__(self, host: str, port: int) -> None:
        """Take note of where it listens."""
        self.host = host
        self.port = port

    def open(self) -> None:
        """Leave it as it is."""

    def close(self) -> None:
        """Leave it as it is."""


class SpawnedService:
    """A broker that the suite would start: never made here, only imported."""


service = ModuleType("test.service")
service.__dict__.update(ExternalService=ExternalService, SpawnedService=SpawnedService)
sys.modules["test.service"] = service
