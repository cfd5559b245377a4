from __future__ import annotations

import pytest
from logion.log.checkpoints import (
    MalformedFile,
    format_epochs,
    format_offsets,
    format_partition_metadata,
    format_properties,
    parse_epochs,
    parse_offsets,
    parse_partition_metadata,
)
from logion.log.epochs import EpochStart
from logion.names import TopicPartition
from logion.properties import parse_properties

from tests.shared import needs_shared, shared


def test_offsets_are_lines_of_topic_partition_and_offset() -> None:
    offsets = {TopicPartition("plain", 0): 3, TopicPartition("a-1", 12): 0}
    assert format_offsets(offsets) == b"0\n2\nplain 0 3\na-1 12 0\n"
    assert parse_offsets(format_offsets(offsets)) == offsets


def test_epochs_are_lines_of_epoch_and_offset() -> None:
    epochs = (EpochStart(0, 0), EpochStart(3, 17))
    assert format_epochs(epochs) == b"0\n2\n0 0\n3 17\n"
    assert parse_epochs(format_epochs(epochs)) == epochs


def test_an_empty_file_has_no_entries() -> None:
    assert parse_offsets(b"") == {}
    assert parse_offsets(b"0\n0\n") == {}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"1\n0\n", "version"),
        (b"0\n", "line 2"),
        (b"0\n2\na 0 1\n", "1 entries follow"),
        (b"0\nx\n", "number"),
        (b"0\n1\na 0\n", "3 words"),
        (b"0\n1\na 0 b\n", "number"),
        (b"\xff\xfe", "version"),
    ],
)
def test_anything_else_is_refused(data: bytes, found: str) -> None:
    with pytest.raises(MalformedFile, match=found):
        parse_offsets(data)


def test_partition_metadata_holds_the_topic_id() -> None:
    data = b"version: 0\ntopic_id: X9-dXbf0Ql6AjfS3D6ocHA"
    topic_id = parse_partition_metadata(data)
    assert topic_id.hex() == "5fdf9d5db7f4425e808df4b70faa1c1c"
    assert format_partition_metadata(topic_id) == data


@pytest.mark.parametrize(
    "data", [b"", b"version: 1\ntopic_id: x", b"version: 0\ntopic_id: abc"]
)
def test_partition_metadata_without_an_id_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedFile):
        parse_partition_metadata(data)


def test_properties_are_read_as_they_were_written() -> None:
    properties = {"version": "0", "broker.id": "3"}
    assert parse_properties(format_properties(properties).decode()) == properties


@needs_shared
def test_checkpoints_of_every_release_are_written_back_byte_for_byte() -> None:
    names = ("recovery-point", "replication", "log-start", "cleaner")
    found = 0
    for name in names:
        pattern = f"*/raw/{name}-offset-checkpoint"
        for file in shared("spec/quickstart/datadir").glob(pattern):
            data = file.read_bytes()
            assert format_offsets(parse_offsets(data)) == data
            found += 1
    assert found > 15


@needs_shared
def test_epoch_checkpoints_of_every_release_are_written_back() -> None:
    files = list(shared("spec/quickstart/datadir").rglob("leader-epoch-checkpoint"))
    for file in files:
        data = file.read_bytes()
        assert format_epochs(parse_epochs(data)) == data
    assert len(files) > 20
