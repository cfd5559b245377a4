"""How much of a partition a version of Fetch gets, and in which message format."""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.log.settings import LogSettings
from logion.protocol.errors import ApiError, Error
from logion.records.batch import parse_batches
from logion.records.codec import Codec
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.record import BatchOptions, read_records
from logion.replica.partition import FetchBounds, Partition
from logion.replica.reading import read_for_version

from tests.logion.replica.leading import batch, fill, partition


def read(
    led: Partition, version: int, size_max: int = 10_000, offset: int = 0
) -> bytes:
    """Return what Fetch of `version` gets."""
    found = read_for_version(led, FetchBounds(offset, size_max), version).records
    return found if isinstance(found, bytes) else found.read()


@pytest.mark.parametrize(
    ("version", "magic"), [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (16, 2)]
)
def test_the_format_goes_by_the_version(version: int, magic: int) -> None:
    led = partition()
    fill(led, b"0", b"1")
    found = read(led, version)
    assert {it.magic for it in parse_batches(found)} == {magic}
    assert [it.value for it in read_records(found, size_max=1000)] == [b"0", b"1"]


@pytest.mark.parametrize("version", [0, 2])
def test_before_version_3_the_size_is_a_strict_limit(version: int) -> None:
    led = partition()
    fill(led, b"0" * 100)
    assert len(read(led, version, size_max=50)) == 50


@pytest.mark.parametrize("version", [3, 4, 16])
def test_since_version_3_one_whole_batch_is_given(version: int) -> None:
    led = partition()
    fill(led, b"0" * 100, b"1" * 100)
    (found,) = read_records(read(led, version, size_max=1), size_max=1000)
    assert found.value == b"0" * 100


@pytest.mark.parametrize("magic", [0, 1])
def test_an_old_log_gives_old_versions_what_it_stores(magic: int) -> None:
    settings = LogSettings()
    rules = settings.rules._replace(magic=magic)
    led = partition(settings=replace(settings, rules=rules))
    records = batch(b"0", options=BatchOptions(magic=magic))
    led.append(records, version=2, acks=1)
    assert read(led, magic * 2) == bytes(records)
    assert len(read(led, magic * 2, size_max=20)) == 20


def test_version_3_gives_a_whole_entry_as_it_is_stored() -> None:
    settings = LogSettings()
    led = partition(settings=replace(settings, rules=settings.rules._replace(magic=1)))
    records = batch(b"0", options=BatchOptions(magic=1))
    led.append(records, version=2, acks=1)
    assert read(led, 3, size_max=20) == bytes(records)


def test_an_old_version_gets_the_beginning_of_an_entry_it_has_no_room_for() -> None:
    led = partition()
    fill(led, b"0" * 100)
    bounds = FetchBounds(0, 20, at_least_one=False)
    assert len(read_for_version(led, bounds, 2).records) == 20


def test_an_old_version_gets_no_record_before_the_one_it_asks_for() -> None:
    led = partition()
    led.append(batch(b"0", b"1", b"2"), version=9, acks=1)
    found = read(led, 2, offset=2)
    assert [it.value for it in read_records(found, size_max=1000)] == [b"2"]
    assert read(led, 2, offset=3) == b""


@pytest.mark.parametrize("before", [0, 1])
def test_what_has_no_place_in_the_old_format_is_read_past(before: int) -> None:
    led = partition()
    fill(led, *[b"0"] * before)
    marker = write_end_transaction_marker(
        EndTransactionMarker(ControlType.ABORT, 0),
        offset=before,
        timestamp=0,
        leader_epoch=3,
        producer_id=7,
        producer_epoch=0,
    )
    led.log.append_as_follower(memoryview(bytearray(marker)))
    fill(led, b"1")
    found = read(led, 3, size_max=10, offset=before)
    assert [it.value for it in read_records(found, size_max=1000)] == [b"1"]


def test_down_conversion_can_be_forbidden() -> None:
    led = partition(settings=LogSettings(is_down_converted=False))
    fill(led, b"0")
    with pytest.raises(ApiError) as refusal:
        read(led, 3)
    assert refusal.value.error is Error.UNSUPPORTED_VERSION
    assert "Fetch v3 needs message.downconversion.enable" in str(refusal.value)
    assert read(led, 4)


def test_zstd_needs_version_10_where_the_topic_asks_for_it() -> None:
    settings = LogSettings()
    rules = settings.rules._replace(codec=Codec.ZSTD)
    led = partition(settings=replace(settings, rules=rules))
    fill(led, b"0")
    with pytest.raises(ApiError) as refusal:
        read(led, 9)
    assert refusal.value.error is Error.UNSUPPORTED_COMPRESSION_TYPE
    assert "zstd in Fetch v9" in str(refusal.value)
    assert read(led, 10) == read(led, 11) != b""
