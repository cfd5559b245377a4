"""Asks a release of Apache Kafka about its settings, and writes down what it says.

    .venv/bin/python -m tests.settings.observe 3.9.1 [--into FOLDER]

The file is `facts/RELEASE.json`: one setting a line, by name, so that two releases can
be compared by eye. Takes about 20 seconds for each release.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import trio
from logion.client.connection import Options, address_of, connect
from logion_conformance import apache
from logion_conformance.processes import tail

from tests.settings.asking import GIVEN, Client, Facts, asked

FACTS = Path(__file__).parent / "facts"


def write(facts: Facts, file: Path) -> None:
    """Write facts, a line for each row or probe."""
    parts = [f"{json.dumps(key)}: {_lines(value)}" for key, value in facts.items()]
    file.write_text("{\n" + ",\n".join(parts) + "\n}\n")


def _lines(value: Any) -> str:
    if isinstance(value, dict):
        rows = [f"  {json.dumps(key)}: {json.dumps(it)}" for key, it in value.items()]
        return "{\n" + ",\n".join(rows) + "\n}"
    if isinstance(value, list) and value and isinstance(value[0], list):
        return "[\n" + ",\n".join(f"  {json.dumps(it)}" for it in value) + "\n]"
    return json.dumps(value)


def observe(release: str) -> Facts:
    """Return what a broker of Apache Kafka says, its ports and folders made ours."""
    with apache.cluster(release, settings=GIVEN) as kafka:
        file = kafka.output.parent / "server.properties"
        lines = file.read_text().splitlines()
        given = dict(line.split("=", 1) for line in lines)
        try:
            facts = trio.run(_ask, kafka.bootstrap, release)
        except BaseException:
            print(tail(kafka.output))
            raise
    named = {"release": release, "given": given, **facts}
    text = json.dumps(named)
    for found, ours in _ours(given):
        text = text.replace(found, ours)
    neutral: Facts = json.loads(text)
    return neutral


def _ours(given: dict[str, str]) -> list[tuple[str, str]]:
    """Return what a run chose by chance, and what we write in its place."""
    places = [(given["log.dirs"], "data")]
    if "zookeeper.connect" in given:
        places.append((given["zookeeper.connect"], "127.0.0.1:2181"))
    ports = [it.rpartition(":")[2] for it in given["listeners"].split(",")]
    return places + [
        (f"127.0.0.1:{it}", f"127.0.0.1:{9092 + at}") for at, it in enumerate(ports)
    ]


async def _ask(bootstrap: str, release: str) -> Facts:
    options = Options(timeout_s=30)
    async with await connect(address_of(bootstrap), options) as connection:
        return await asked(Client(connection, release, "0"))


def main() -> None:
    """Observe the releases named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("releases", nargs="+")
    parser.add_argument("--into", type=Path, default=FACTS)
    chosen = parser.parse_args()
    for release in chosen.releases:
        write(observe(release), chosen.into / f"{release}.json")
        print(release)


if __name__ == "__main__":
    main()
