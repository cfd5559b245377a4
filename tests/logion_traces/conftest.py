from __future__ import annotations

from pathlib import Path

import pytest
from logion_traces.format import Trace, read_trace

CORPUS = Path(__file__).parents[2] / "traces" / "corpus"


@pytest.fixture(scope="session")
def kafka_python_trace() -> Trace:
    """Return what kafka-python and Apache Kafka 3.9.1 said to each other."""
    (file,) = (CORPUS / "apache-3.9.1").glob("kafka-python-*.jsonl")
    with file.open(encoding="utf-8") as lines:
        return read_trace(lines)
