from __future__ import annotations

import logging

import pytest
from logion.names import TopicPartition
from logion.records.batch import scan_batches
from logion.records.record import BatchOptions, Record, write_batch
from logion.transaction.records import key_bytes, value_bytes
from logion.transaction.replay import Replay
from logion.transaction.state import State, Transaction

P = TopicPartition("__transaction_state", 3)
A = Transaction("a", producer_id=1, timeout_ms=1, updated_ms=1, epoch=0)


def replayed(
    *records: tuple[bytes | None, bytes | None], spoilt: bool = False
) -> Replay:
    """Return what one batch of records says."""
    listed = [Record(at, 1, *it) for at, it in enumerate(records)]
    data = bytearray(write_batch(listed, BatchOptions()))
    if spoilt:
        data[-1] ^= 1
    replay = Replay(P)
    for batch in scan_batches(data).batches:
        replay.take(data, batch)
    return replay


def test_the_last_record_of_an_id_counts() -> None:
    later = A._replace(state=State.ONGOING, epoch=1)
    found = replayed(
        (key_bytes("a"), value_bytes(A, 1)), (key_bytes("a"), value_bytes(later, 1))
    )
    assert found.transactions == {"a": later}


def test_null_forgets_an_id() -> None:
    found = replayed(
        (key_bytes("a"), value_bytes(A, 0)),
        (key_bytes("a"), None),
        (key_bytes("b"), None),
    )
    assert found.transactions == {}


def test_what_cannot_be_read_is_told_with_its_offset_and_passed_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        found = replayed(
            (None, b"x"), (key_bytes("b"), b"\0"), (key_bytes("a"), value_bytes(A, 0))
        )
    assert set(found.transactions) == {"a"}
    assert "passed over at offset 0" in caplog.text
    assert "passed over at offset 1" in caplog.text


def test_a_spoilt_batch_is_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        found = replayed((key_bytes("a"), value_bytes(A, 0)), spoilt=True)
    assert found.transactions == {}
    assert "__transaction_state-3" in caplog.text


def test_what_a_newer_release_writes_is_passed_over() -> None:
    found = replayed((b"\0\x09x", b"y"), (key_bytes("a"), b"\0\x09"))
    assert found.transactions == {}
