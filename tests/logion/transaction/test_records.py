from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logion.names import TopicPartition
from logion.protocol.errors import ProtocolError
from logion.transaction.records import key_bytes, read_key, read_value, value_bytes
from logion.transaction.state import TRANSITIONS, State, Transaction

ONGOING = Transaction(
    "tx",
    producer_id=7,
    timeout_ms=1000,
    updated_ms=60,
    state=State.ONGOING,
    epoch=3,
    partitions=frozenset({TopicPartition("t", 1), TopicPartition("t", 0)}),
    started_ms=50,
)

EPOCHS = st.integers(0, 2**15 - 1)
TIMES = st.integers(-1, 2**63 - 1)
IDS = st.integers(-1, 2**63 - 1)
PARTITIONS = st.builds(
    TopicPartition, st.text("tuv", min_size=1, max_size=2), st.integers(0, 3)
)


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    """Any transaction that may be stored."""
    state = draw(st.sampled_from(list(TRANSITIONS)))
    partitions = draw(st.frozensets(PARTITIONS, max_size=4))
    return Transaction(
        draw(st.text(min_size=1, max_size=5)),
        producer_id=draw(IDS),
        timeout_ms=draw(st.integers(1, 2**31 - 1)),
        updated_ms=draw(TIMES),
        state=state,
        epoch=draw(EPOCHS),
        previous_producer_id=draw(IDS),
        next_producer_id=draw(IDS),
        partitions=frozenset() if state is State.EMPTY else partitions,
        started_ms=draw(TIMES),
        client_version=draw(st.sampled_from([0, 2])),
    )


@settings(max_examples=40)
@given(known=transactions())
def test_what_is_written_in_version_1_is_read_back(known: Transaction) -> None:
    assert read_key(key_bytes(known.transactional_id)) == known.transactional_id
    assert read_value(known.transactional_id, value_bytes(known, 1)) == known


@settings(max_examples=40)
@given(known=transactions())
def test_version_0_has_what_kip_98_knew(known: Transaction) -> None:
    plain = known._replace(
        previous_producer_id=-1, next_producer_id=-1, client_version=0
    )
    assert read_value(known.transactional_id, value_bytes(known, 0)) == plain


def test_the_bytes_are_kafkas() -> None:
    assert key_bytes("tx") == b"\0\0\0\x02tx"
    assert value_bytes(ONGOING, 0) == bytes.fromhex(
        "0000"  # version
        "0000000000000007"  # producer id
        "0003"  # epoch
        "000003e8"  # timeout
        "01"  # Ongoing
        "00000001"
        "0001"
        "74"
        "00000002"
        "00000000"
        "00000001"  # t: 0 and 1
        "000000000000003c"  # last update
        "0000000000000032"  # start
    )


def test_an_empty_transaction_has_no_list_of_partitions() -> None:
    written = value_bytes(
        ONGOING._replace(state=State.EMPTY, partitions=frozenset()), 0
    )
    assert bytes.fromhex("00ffffffff") in written


def test_what_newer_releases_write_is_passed_over() -> None:
    assert read_key(b"\0\x01\0\x02tx") is None
    assert read_value("tx", b"\0\x02whatever") is None


def test_a_version_says_whether_it_is_known_though_nothing_follows() -> None:
    assert read_key(b"\0\x01") is None
    assert read_value("tx", b"\0\x02") is None


def test_bytes_without_a_version_are_told_by_how_many_there_are() -> None:
    for key in (None, b"", b"\0"):
        with pytest.raises(ProtocolError, match=rf"^a key of {len(key or b'')} bytes;"):
            read_key(key)
    with pytest.raises(ProtocolError, match=r"^a value of 1 bytes; it has a version"):
        read_value("tx", b"\0")


@pytest.mark.parametrize("key", [None, b"", b"\0", b"\0\0\0\x05tx"])
def test_bytes_that_are_no_key_are_told(key: bytes | None) -> None:
    with pytest.raises(ProtocolError):
        read_key(key)


@pytest.mark.parametrize("value", [b"", b"\0", b"\0\0\0"])
def test_bytes_that_are_no_value_are_told(value: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_value("tx", value)


@pytest.mark.parametrize("number", [6, 7, 8, -1])
def test_a_state_that_is_never_stored_is_told(number: int) -> None:
    written = bytearray(value_bytes(ONGOING, 0))
    written[16] = number % 256
    with pytest.raises(ProtocolError, match="expected 0 to 5"):
        read_value("tx", bytes(written))
