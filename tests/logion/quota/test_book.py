"""The meters of clients: who shares one, and when it is forgotten."""

from __future__ import annotations

import pytest
from logion.quota import book
from logion.quota.book import QuotaBook
from logion.quota.entity import Entity
from logion.quota.limits import Quota
from logion.quota.rate import Window

NOW = 1_700_000_000_000
WINDOW = Window(11, 1000)


def a_book(quota: Quota, entity: Entity, limit: float) -> QuotaBook:
    """Return a book in which one quota is set."""
    return QuotaBook(WINDOW, WINDOW, {quota: {entity: limit}})


def test_who_has_no_quota_is_not_measured() -> None:
    found = a_book(Quota.PRODUCE, Entity(client_id="c"), 1)
    assert found.record(Quota.PRODUCE, "u", "d", 10**9, NOW) == 0
    assert found.record(Quota.FETCH, "u", "c", 10**9, NOW) == 0
    found.take_back(Quota.FETCH, "u", "c", 10**9, NOW)
    assert found.mutate("u", "c", 10**9, NOW, is_strict=True) == 0
    assert found.fetch_size_max("u", "c") is None


def test_clients_of_a_user_share_the_user_s_quota() -> None:
    found = a_book(Quota.PRODUCE, Entity("u"), 1000)
    assert found.record(Quota.PRODUCE, "u", "c", 10_000, NOW) == 0
    assert found.record(Quota.PRODUCE, "u", "d", 1000, NOW) == 1000


def test_clients_with_quotas_by_id_do_not_share_them() -> None:
    found = a_book(Quota.PRODUCE, Entity("u", "<default>"), 1000)
    assert found.record(Quota.PRODUCE, "u", "c", 10_000, NOW) == 0
    assert found.record(Quota.PRODUCE, "u", "d", 10_000, NOW) == 0


def test_a_pause_for_time_is_at_most_one_sample() -> None:
    found = a_book(Quota.REQUEST, Entity("u"), 1)
    assert found.record(Quota.REQUEST, "u", "c", 10**6, NOW) == WINDOW.sample_ms


def test_a_fetch_can_give_what_the_window_holds() -> None:
    found = a_book(Quota.FETCH, Entity("u"), 1000)
    assert found.fetch_size_max("u", "c") == 10_000
    assert found.record(Quota.FETCH, "u", "c", 11_000, NOW) == 1000
    found.take_back(Quota.FETCH, "u", "c", 11_000, NOW)
    assert found.record(Quota.FETCH, "u", "c", 10_000, NOW) == 0


@pytest.mark.parametrize(("limit", "size"), [(-1, 0), (0, 0), (0.5, 5)])
def test_a_fetch_under_the_smallest_limits_can_give_as_little(
    limit: float, size: float
) -> None:
    assert a_book(Quota.FETCH, Entity("u"), limit).fetch_size_max("u", "c") == size


def test_a_quota_of_a_client_id_holds_for_all_that_is_measured() -> None:
    fetch = a_book(Quota.FETCH, Entity(client_id="c"), 1000)
    assert fetch.fetch_size_max("u", "c") == 10_000
    fetch.take_back(Quota.FETCH, "u", "c", 1000, NOW)
    assert fetch.record(Quota.FETCH, "u", "c", 12_000, NOW) == 1000
    changes = a_book(Quota.MUTATION, Entity(client_id="c"), 1)
    assert changes.mutate("u", "c", 12, NOW, is_strict=False) == 1000


def test_clients_with_buckets_by_id_do_not_share_them() -> None:
    found = a_book(Quota.MUTATION, Entity("u", "<default>"), 1)
    assert found.mutate("u", "c", 12, NOW, is_strict=False) == 1000
    assert found.mutate("u", "d", 11, NOW, is_strict=True) == 0


def test_changes_of_topics_are_refused_while_tokens_are_missing() -> None:
    found = a_book(Quota.MUTATION, Entity("u"), 1)
    assert found.mutate("u", "c", 13, NOW, is_strict=True) == 0
    assert found.mutate("u", "c", 1, NOW, is_strict=True) == 2000
    assert found.mutate("u", "c", 1, NOW, is_strict=False) == 3000
    assert found.mutate("u", "c", 1, NOW + 3000, is_strict=True) == 0


def test_meters_that_nobody_uses_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "METERS_MAX", 3)
    found = a_book(Quota.PRODUCE, Entity(client_id="<default>"), 1000)
    found._swept_at = 3
    for number in range(3):
        found.record(Quota.PRODUCE, "u", f"c{number}", 1, NOW)
    found.record(Quota.PRODUCE, "u", "c3", 1, NOW + WINDOW.whole_ms)
    assert len(found._rates) == 1


def test_while_all_meters_are_in_use_they_are_looked_through_at_twice_as_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(book, "METERS_MAX", 3)
    limits = {Entity(client_id="<default>"): 1.0}
    measured = dict.fromkeys((Quota.PRODUCE, Quota.MUTATION), limits)
    found = QuotaBook(WINDOW, WINDOW, measured)
    found._swept_at = 3
    found.mutate("u", "c0", 11, NOW, is_strict=True)
    for number in range(1, 4):
        found.record(Quota.PRODUCE, "u", f"c{number}", 1, NOW)
    assert found._swept_at == 6, "three were there at the first look"
    for number in range(4, 6):
        found.record(Quota.PRODUCE, "u", f"c{number}", 1, NOW)
    later = NOW + WINDOW.whole_ms
    found.record(Quota.PRODUCE, "u", "c6", 1, later)
    assert (len(found._tokens), len(found._rates)) == (0, 1)


def test_whoever_adds_a_meter_looks_for_those_that_nobody_uses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(book, "METERS_MAX", 1)
    found = a_book(Quota.PRODUCE, Entity(client_id="<default>"), 1000)
    found._swept_at = 1
    found.record(Quota.PRODUCE, "u", "c0", 1, NOW)
    later = NOW + WINDOW.whole_ms
    found.take_back(Quota.PRODUCE, "u", "c1", 1, later)
    assert len(found._rates) == 1
    found.connect(limit=1, now_ms=later + WINDOW.whole_ms)
    assert len(found._rates) == 1


def test_buckets_that_are_full_again_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(book, "METERS_MAX", 3)
    found = a_book(Quota.MUTATION, Entity(client_id="<default>"), 1000)
    found._swept_at = 3
    for number in range(3):
        found.mutate("u", f"c{number}", 1, NOW, is_strict=True)
    found.mutate("u", "c3", 1, NOW + WINDOW.whole_ms, is_strict=True)
    assert len(found._tokens) == 1


def test_connections_over_the_rate_wait_for_a_sample_at_most() -> None:
    found = QuotaBook(WINDOW, WINDOW)
    pauses = [found.connect(limit=1, now_ms=NOW) for _ in range(12)]
    assert pauses == [*[0] * 10, 1000, 1000]
    assert found.connect(limit=100, now_ms=NOW) == 0


def test_a_connection_that_is_refused_is_not_counted() -> None:
    found = a_book(Quota.CONNECTION, Entity(ip="10.0.0.1"), 1)
    for _ in range(10):
        assert found.connect(limit=1, now_ms=NOW) == 0
        assert found.connect_from("10.0.0.1", NOW) == 0
    for _ in range(2):
        assert found.connect(limit=1.1, now_ms=NOW) == 0
        assert found.connect_from("::ffff:10.0.0.1", NOW) == 1000
    assert found.connect_from("10.0.0.2", NOW) == 0
    assert found.connect(limit=1, now_ms=NOW) == 1000
    assert found.connect_from("10.0.0.1", NOW + WINDOW.whole_ms) == 0


def test_addresses_are_counted_each_for_itself() -> None:
    found = a_book(Quota.CONNECTION, Entity(ip="<default>"), 1)
    for address in ("10.0.0.1", "10.0.0.2"):
        assert [found.connect_from(address, NOW) for _ in range(10)] == [0] * 10
    assert found.connect_from("10.0.0.1", NOW) == 1000
