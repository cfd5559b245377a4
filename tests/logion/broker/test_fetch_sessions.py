"""Fetch sessions: a consumer names its partitions once, then only changes."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from logion.broker.fetch_sessions import (
    EPOCH_MAX,
    EVICTION_MS,
    FetchedPartition,
    FetchSession,
    FetchSessions,
)
from logion.names import ZERO_UUID, Uuid
from logion.protocol.errors import Error

Key = tuple[str, Uuid, int]


def asked(index: int, offset: int = 0) -> FetchedPartition:
    """Return a wish for partition `index` of one topic."""
    return FetchedPartition("t", ZERO_UUID, index, offset, 1000)


def key(index: int) -> Key:
    """Return what names a partition in a session."""
    return "t", ZERO_UUID, index


def sessions(slots: int = 2) -> FetchSessions:
    """Return an empty cache whose ids are 1, 2, ..."""
    numbers = count(1)
    return FetchSessions(slots, lambda: next(numbers))


def opened(cache: FetchSessions, now_ms: int = 0, *indexes: int) -> FetchSession:
    """Return a new session on these partitions."""
    session = cache.open(map(asked, indexes), uses_topic_ids=False, now_ms=now_ms)
    assert session is not None
    return session


def resumed(
    cache: FetchSessions, session_id: int, epoch: int, *, now_ms: int = 0
) -> FetchSession | Error:
    """Return what the next request of a session finds."""
    return cache.resume(session_id, epoch, uses_topic_ids=False, now_ms=now_ms)


def test_a_session_expects_one_epoch_after_the_other() -> None:
    cache = sessions()
    session = opened(cache)
    for epoch in (1, 2, 3):
        assert resumed(cache, session.id, epoch) is session
    assert resumed(cache, session.id, 3) is Error.INVALID_FETCH_SESSION_EPOCH
    assert resumed(cache, session.id, 5) is Error.INVALID_FETCH_SESSION_EPOCH
    assert resumed(cache, session.id, 4) is session


def test_after_the_largest_epoch_comes_one() -> None:
    cache = sessions()
    session = opened(cache)
    session.epoch = EPOCH_MAX
    assert resumed(cache, session.id, EPOCH_MAX) is session
    assert resumed(cache, session.id, 1) is session


def test_an_unknown_session_is_told_apart_from_a_wrong_kind() -> None:
    cache = sessions()
    session = opened(cache)
    assert resumed(cache, 99, 1) is Error.FETCH_SESSION_ID_NOT_FOUND
    other = cache.resume(session.id, 1, uses_topic_ids=True, now_ms=0)
    assert other is Error.FETCH_SESSION_TOPIC_ID_ERROR
    cache.close(session.id)
    cache.close(session.id)
    assert resumed(cache, session.id, 1) is Error.FETCH_SESSION_ID_NOT_FOUND


def test_a_full_cache_gives_no_session_until_one_is_old() -> None:
    cache = sessions(slots=2)
    old, young = opened(cache, 0), opened(cache, 1)
    nothing = cache.open((), uses_topic_ids=False, now_ms=EVICTION_MS - 1)
    assert nothing is None
    assert resumed(cache, old.id, 1, now_ms=EVICTION_MS) is old
    third = opened(cache, EVICTION_MS + 1)
    assert len(cache) == 2
    assert resumed(cache, young.id, 1) is Error.FETCH_SESSION_ID_NOT_FOUND
    assert resumed(cache, old.id, 2) is old
    assert third.id != old.id


def test_no_two_sessions_have_one_id() -> None:
    drawn = iter([5, 5, 5, 6])
    cache = FetchSessions(9, lambda: next(drawn))
    assert [opened(cache).id, opened(cache).id] == [5, 6]


def test_a_change_keeps_what_the_client_was_told() -> None:
    session = opened(sessions(), 0, 1)
    session.partitions[key(1)].told = (7, 0)
    session.update([asked(1, offset=5)])
    known = session.partitions[key(1)]
    assert (known.fetch_offset, known.told) == (5, (7, 0))


def test_partitions_just_served_wait_for_the_others() -> None:
    session = opened(sessions(), 0, 1, 2, 3)
    session.move_to_end([asked(1), asked(2), asked(9)])
    assert list(session.partitions) == [key(3), key(1), key(2)]


INDEXES = st.lists(st.integers(0, 5), max_size=4)


@given(first=INDEXES, changes=st.lists(st.tuples(INDEXES, INDEXES), max_size=6))
def test_a_session_is_what_a_full_fetch_would_name(
    first: list[int], changes: list[tuple[list[int], list[int]]]
) -> None:
    session = opened(sessions(), 0, *first)
    named = set(first)
    for wanted, forgotten in changes:
        session.update(map(asked, wanted), map(key, forgotten))
        named = (named - set(forgotten)) | set(wanted)
        assert set(session.partitions) == set(map(key, named))


@given(uses=st.lists(st.integers(0, 10), min_size=1, max_size=40))
def test_a_cache_never_exceeds_its_slots(uses: list[int]) -> None:
    cache, now_ms = sessions(slots=3), 0
    for pause in uses:
        now_ms += pause * EVICTION_MS // 5
        cache.open([asked(0)], uses_topic_ids=False, now_ms=now_ms)
        assert 1 <= len(cache) <= 3


def test_without_slots_there_are_no_sessions() -> None:
    cache = sessions(slots=0)
    assert cache.open([asked(0)], uses_topic_ids=False, now_ms=0) is None
    assert len(cache) == 0
