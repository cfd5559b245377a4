"""The files of Python's standard library, stored as records, survive a kill -9."""

from __future__ import annotations

import hashlib
import sysconfig
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.effort import usually
from tests.integration import brokers
from tests.integration.clients_table import client_named
from tests.integration.corpus import Record
from tests.integration.programs import Programs

SIZE_MAX = 900_000
"""Larger files do not fit the default `message.max.bytes`."""
CHUNK = 300
"""Files in one job of a client program."""
TOPIC = "standard-library"
READERS = ("kafka-python", "franz-go", "java-4.3.0")
NOT_SOURCES = {"site-packages", "__pycache__", "lib-dynload"}


def standard_library() -> list[Path]:
    """Return the files that Python came with, but for what it compiled."""
    root = Path(sysconfig.get_path("stdlib"))
    return sorted(
        file
        for file in root.rglob("*")
        if file.is_file()
        and not NOT_SOURCES.intersection(file.parts)
        and file.stat().st_size <= SIZE_MAX
    )


@dataclass(frozen=True, slots=True)
class Stored:
    """A broker that was killed twice, and what it was given before."""

    bootstrap: str
    hashes: list[tuple[str, str]]
    """Name and SHA-256 of each file, in order of offsets."""


@pytest.fixture(scope="module")
def stored(
    tmp_path_factory: pytest.TempPathFactory, programs: Programs
) -> Iterator[Stored]:
    """Store all files with confluent-kafka, killing the broker halfway and after."""
    files = [(str(file), file.read_bytes()) for file in standard_library()]
    half = len(files) // 2
    settings = {"log.segment.bytes": "4194304"}
    with brokers.target(tmp_path_factory.mktemp("files"), settings=settings) as broker:
        for part in (files[:half], files[half:]):
            store(part, broker, programs)
            broker.kill()
            broker.start()
        hashes = [(name, hashlib.sha256(data).hexdigest()) for name, data in files]
        yield Stored(broker.bootstrap, hashes)


def store(
    files: list[tuple[str, bytes]], broker: brokers.Broker, programs: Programs
) -> None:
    """Send files as records, the name as key."""
    writer = programs.of(client_named("confluent-kafka"))
    for at in range(0, len(files), CHUNK):
        records = [Record(name.encode(), data) for name, data in files[at : at + CHUNK]]
        writer.produce(
            broker.bootstrap, TOPIC, records, release=brokers.NEWEST, codec="lz4"
        )


@pytest.mark.parametrize("reader", usually(READERS, lambda it: it != "kafka-python"))
def test_thousands_of_files_have_the_same_hashes_when_another_client_reads_them(
    reader: str, stored: Stored, programs: Programs
) -> None:
    program = programs.of(client_named(reader))
    count = len(stored.hashes)
    got: list[tuple[str, str]] = []
    while len(got) < count:
        records = program.consume(
            stored.bootstrap,
            TOPIC,
            min(CHUNK, count - len(got)),
            release=brokers.NEWEST,
            offset=len(got),
        )
        assert records, f"nothing at offset {len(got)} of {count}"
        got += [
            (
                b64decode(record["key"]).decode(),
                hashlib.sha256(b64decode(record["value"])).hexdigest(),
            )
            for record in records
        ]
    assert count > 1500
    assert got == stored.hashes
