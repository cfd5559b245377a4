"""The exported vectors, read by those who know nothing of our codec."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from logion.cli.vectors import main
from logion_conformance import apache

from tests.effort import usually

HERE = Path(__file__).parent / "vectors"
SOURCE = HERE / "ReadVectors.java"

SINCE_MOVED = "4.3.0"
"""From here on Apache's classes of records are in another package."""

DIFFERING = {
    "3.9.1": {
        "ConsumerGroupCurrentMemberAssignmentValue",  # fields of 4.x, in tags
        "ConsumerGroupMetadataValue",
        "ConsumerGroupTargetAssignmentMetadataValue",
        "ReadShareGroupStateSummaryResponse",  # unstable in 3.9, changed in 4.x
        "TransactionLogValue",
    },
    "4.3.0": {"VoteRequest"},  # fields of versions 0 and 1 have new names in 4.x
}
"""Messages that a release has otherwise than we, who have each as it was last."""

COMPARED_MIN = 4_000


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all vectors."""
    folder = tmp_path_factory.mktemp("vectors")
    assert main(["export", str(folder)]) == 0
    return folder


def output(*command: str) -> list[str]:
    """Return what a program printed, line by line."""
    ran = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False
    )
    return ran.stdout.splitlines() or ran.stderr.splitlines()


@pytest.mark.skipif(apache.missing() is not None, reason="needs Java, Maven")
@pytest.mark.parametrize("release", usually(DIFFERING, lambda it: it == SINCE_MOVED))
def test_apache_kafkas_classes_read_write_mean_and_refuse_the_same(
    exported: Path, tmp_path: Path, release: str
) -> None:
    source = SOURCE.read_text()
    if release == SINCE_MOVED:
        source = source.replace("kafka.common.record.", "kafka.common.record.internal.")
    program = tmp_path / SOURCE.name
    program.write_text(source)
    libs = f"{apache.jars(release)}/*"
    flags = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", libs)
    *differing, total = output("java", *flags, str(program), str(exported))
    assert {line.split(" ")[0] for line in differing} == DIFFERING[release], differing
    agreed, _, compared = total.partition(" agree")[0].split(" ")[:3]
    assert int(compared) >= COMPARED_MIN
    assert int(compared) - int(agreed) == len(differing)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_a_decoder_in_another_language_is_held_to_them(exported: Path) -> None:
    file = exported / "messages" / "Heartbeat.jsonl"
    found = output("node", str(HERE / "heartbeat.js"), str(file))
    assert found == [f"{len(file.read_text().splitlines())} of 52 agree"]
