"""Records the corpus again: a client of `traces/corpus/clients` on Apache Kafka.

    .venv/bin/python -m tests.integration.record_trace 3.9.1 kafka_python

Run from the root of the repository, with the dev environment's Python. The broker
advertises the proxy to clients, so that they never find the way around it; its own
controller talks to it on another listener, which releases before 0.10.2 do not have.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import sys

from logion_conformance import apache, processes
from logion_traces.cli import main as trace

from tests.root import ROOT

CORPUS = ROOT / "traces" / "corpus"

DISTRIBUTIONS = {"kafka_python": "kafka-python", "confluent": "confluent-kafka"}
"""The library that each program of the corpus drives."""


def record(release: str, program: str) -> int:
    """Record one program on one release; return its exit status."""
    client = DISTRIBUTIONS[program]
    version = importlib.metadata.version(client)
    folder = CORPUS / f"apache-{release}"
    folder.mkdir(parents=True, exist_ok=True)
    port, proxy = processes.free_port(), processes.free_port()
    script = f"traces/corpus/clients/{program}.py"
    settings = listeners(release, port, proxy)
    with apache.cluster(release, port=port, settings=settings) as kafka:
        arguments = [f"--upstream={kafka.bootstrap}", f"--port={proxy}"]
        arguments += ["--broker=Apache Kafka", f"--broker-version={release}"]
        arguments += [f"--client={client}", f"--client-version={version}"]
        arguments += [f"--output={folder / f'{client}-{version}.jsonl'}"]
        return trace(["record", *arguments, "python", script, "{bootstrap}"])


def listeners(release: str, port: int, proxy: int) -> dict[str, str]:
    """Return settings that send clients to the proxy, the controller past it."""
    advertised = f"PLAINTEXT://127.0.0.1:{proxy}"
    if not apache.uses_zookeeper(release):
        return {"advertised.listeners": advertised}
    internal = f"INTERNAL://127.0.0.1:{processes.free_port()}"
    return {
        "listeners": f"PLAINTEXT://127.0.0.1:{port},{internal}",
        "advertised.listeners": f"{advertised},{internal}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT",
        "inter.broker.listener.name": "INTERNAL",
    }


def main() -> int:
    """Record what the command line says."""
    parser = argparse.ArgumentParser(description="Record a trace for the corpus")
    parser.add_argument("release")
    parser.add_argument("program", choices=DISTRIBUTIONS)
    chosen = parser.parse_args()
    return record(chosen.release, chosen.program)


if __name__ == "__main__":
    sys.exit(main())
