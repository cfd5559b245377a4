"""A data folder changes hands between Apache Kafka and logion, both ways, whole.

`make test` has the oldest and the newest message format, `make verify` all.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from logion_conformance import apache
from logion_conformance.apache import version_of

from tests.effort import usually
from tests.integration import brokers, corpus, folders
from tests.integration.clients_table import client_named
from tests.integration.exchange import assert_same, expected, has_headers
from tests.integration.programs import Programs

pytestmark = pytest.mark.usefixtures("needs_apache")

RELEASES = ("0.10.0.1", "0.11.0.3", "2.8.2", "3.9.1")
releases = pytest.mark.parametrize(
    "release", usually(RELEASES, lambda it: it in (RELEASES[0], RELEASES[-1]))
)
LOGION_OF = {
    "0.10.0.1": "0.10.0",
    "0.11.0.3": "0.11.0",
    "2.8.2": "2.8",
    "3.9.1": "3.9",
}
CLIENT = client_named("confluent-kafka")
ROUNDS = 4
"""How often the corpus is stored in each topic: its segments roll between."""
SMALL = {"log.segment.bytes": "100000", "log.index.interval.bytes": "500"}

RECORD = re.compile(r"^(?:\| )?offset: \d+ ", re.MULTILINE)
"""The line of a record in DumpLogSegments; from 2.0 on it stands under its batch."""

COMPLAINTS = ("isvalid: false", "ismatch", "on-consecutive", "Exception", "corrupt")
"""What DumpLogSegments says when something is wrong."""


def topics_for(release: str) -> dict[str, str]:
    """Return one topic for each codec of a release, by name."""
    return {f"with-{codec}": codec for codec in CLIENT.codecs_for(release)}


def wanted(release: str) -> list[dict[str, Any]]:
    """Return the lines of a topic that was filled."""
    return expected(sent(release) * ROUNDS, CLIENT, release)


def sent(release: str) -> list[corpus.Record]:
    """Return the records of one round."""
    return corpus.records_for(CLIENT, headers=has_headers(release, CLIENT))


def fill(bootstrap: str, release: str, programs: Programs) -> None:
    """Store the corpus with every codec, several times."""
    for topic, codec in topics_for(release).items():
        for _ in range(ROUNDS):
            programs.of(CLIENT).produce(
                bootstrap, topic, sent(release), release=release, codec=codec
            )


def assert_all_there(
    bootstrap: str, served_as: str, written_as: str, programs: Programs
) -> None:
    """Read every topic back and compare every record."""
    lines = wanted(written_as)
    for topic in topics_for(written_as):
        got = programs.of(CLIENT).consume(
            bootstrap, topic, len(lines), release=served_as
        )
        assert_same(got, lines)


Written = Callable[[str], Path]
"""Returns the data folder of a release of Apache Kafka, stopped cleanly."""


@pytest.fixture(scope="module")
def written_by_apache(
    tmp_path_factory: pytest.TempPathFactory, programs: Programs
) -> Written:
    """The data folders of Apache Kafka, each written when it is first asked for."""

    @cache
    def written(release: str) -> Path:
        data = tmp_path_factory.mktemp("apache") / release
        settings = SMALL | {"log.segment.bytes": str(minimum_segment(release))}
        with apache.cluster(release, data=data, settings=settings) as kafka:
            fill(kafka.bootstrap, release, programs)
        return data

    return written


def minimum_segment(release: str) -> int:
    """Return a small `log.segment.bytes`; 4.0 wants a megabyte at least."""
    return 100_000 if version_of(release) < (4,) else 1_048_576


@pytest.mark.parametrize("logion_release", ["own", brokers.NEWEST])
@releases
def test_a_folder_that_apache_kafka_wrote_opens_with_every_record(
    release: str,
    logion_release: str,
    written_by_apache: Written,
    tmp_path: Path,
    programs: Programs,
) -> None:
    serve = LOGION_OF[release] if logion_release == "own" else logion_release
    data = tmp_path / "data"
    shutil.copytree(written_by_apache(release), data)
    with brokers.logion(tmp_path / "home", release=serve, data=data) as broker:
        assert_all_there(broker.bootstrap, serve, release, programs)
        more = corpus.records_for(CLIENT, headers=False)[:3]
        offsets = programs.of(CLIENT).produce(
            broker.bootstrap, "with-none", more, release=serve
        )
    end = len(wanted(release))
    assert offsets == [end, end + 1, end + 2]


@releases
def test_a_folder_that_logion_wrote_opens_in_apache_kafka_with_every_record(
    release: str, tmp_path: Path, programs: Programs
) -> None:
    data = tmp_path / "data"
    write_with_logion(tmp_path, data, release, programs)
    assert_dump_finds_nothing_wrong(release, data)
    with ExitStack() as stack:
        zookeeper = stack.enter_context(apache.zookeeper(release))
        folders.create_znodes(release, zookeeper, folders.znodes_of(data))
        kafka = stack.enter_context(
            apache.broker(
                release,
                zookeeper=zookeeper,
                data=data,
                settings={"broker.id": str(folders.broker_id_of(data))},
            )
        )
        assert_all_there(kafka.bootstrap, release, release, programs)


def write_with_logion(home: Path, data: Path, release: str, programs: Programs) -> None:
    """Fill a data folder; the broker stops cleanly."""
    own = LOGION_OF[release]
    with brokers.logion(home, release=own, data=data, settings=SMALL) as broker:
        fill(broker.bootstrap, own, programs)


def assert_dump_finds_nothing_wrong(release: str, data: Path) -> None:
    """Have the release's own tool read all segments and indexes."""
    topics = topics_for(release)
    logs = folders.files_of(data, topics, ".log")
    assert len(logs) > len(topics), "no segment was rolled"
    said = apache.dump_log_segments(release, *logs)
    assert_no_complaint(said)
    assert len(RECORD.findall(said)) == len(wanted(release)) * len(topics)
    for suffix in (".index", ".timeindex", ".snapshot"):
        files = folders.files_of(data, topics, suffix)
        if files:
            said = apache.dump_log_segments(release, *files, records=False)
            assert_no_complaint(said)


def assert_no_complaint(said: str) -> None:
    """Fail with the lines around the first complaint of DumpLogSegments."""
    lines = said.splitlines()
    wrong = [each for each in lines if any(word in each for word in COMPLAINTS)]
    assert not wrong, "\n".join(wrong[:5])
