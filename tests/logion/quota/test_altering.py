"""Changes of quotas: what becomes of them, and what cannot be."""

from __future__ import annotations

import pytest
from logion.protocol.errors import ApiError, Error
from logion.quota.altering import QuotaEdit, altered, entity_of
from logion.quota.entity import DEFAULT, Entity

ZOOKEEPER, KRAFT = (3, 9), (4, 0)
USER = Entity("u")


def test_parts_make_an_entity() -> None:
    assert entity_of([("user", "a/b"), ("client-id", None)], KRAFT) == Entity(
        "a%2Fb", DEFAULT
    )
    assert entity_of([("ip", "::1")], KRAFT) == Entity(ip="%3A%3A1")
    assert entity_of([("ip", None)], ZOOKEEPER) == Entity(ip=DEFAULT)


ALONE = "an address has quotas by itself, not with a user or client"


@pytest.mark.parametrize(
    ("parts", "release", "why"),
    [
        ([], KRAFT, "the entity has no parts"),
        ([("nope", "u")], KRAFT, "there is no kind of entity 'nope'"),
        ([("user", "")], KRAFT, "the name of the user is empty"),
        ([("ip", "10.0.0.1"), ("user", "u")], KRAFT, ALONE),
        ([("ip", "nowhere")], KRAFT, "'nowhere' is no IP address"),
        ([("ip", "::1")], ZOOKEEPER, "'::1' is no IP address"),
        ([("ip", "10.0.0.1")], (2, 7), "there is no kind of entity 'ip'"),
    ],
)
def test_what_is_no_entity_is_refused(
    parts: list[tuple[str, str | None]], release: tuple[int, ...], why: str
) -> None:
    with pytest.raises(ApiError) as refusal:
        entity_of(parts, release)
    assert refusal.value.error is Error.INVALID_REQUEST
    assert refusal.value.message == why


def test_addresses_have_quotas_from_2_8_on() -> None:
    assert entity_of([("ip", "10.0.0.1")], (2, 8)) == Entity(ip="10.0.0.1")


def test_what_is_named_changes_and_nothing_else() -> None:
    before = {
        "SCRAM-SHA-256": "s",
        "consumer_byte_rate": "1",
        "request_percentage": "2",
    }
    edits = [
        QuotaEdit("producer_byte_rate", 1000.0),
        QuotaEdit("request_percentage", 12.5),
        QuotaEdit("consumer_byte_rate", None),
        QuotaEdit("nope", None),
    ]
    assert altered(before, USER, edits, KRAFT) == {
        "SCRAM-SHA-256": "s",
        "producer_byte_rate": "1000",
        "request_percentage": "12.5",
    }


def test_an_address_limits_its_new_connections() -> None:
    edits = [QuotaEdit("connection_creation_rate", 5.0)]
    after = altered({}, Entity(ip="10.0.0.1"), edits, KRAFT)
    assert after == {"connection_creation_rate": "5"}


@pytest.mark.parametrize(
    ("entity", "key", "limit"),
    [
        (USER, "nope", 1.0),
        (USER, "SCRAM-SHA-256", 1.0),
        (USER, "connection_creation_rate", 1.0),
        (Entity(ip="10.0.0.1"), "producer_byte_rate", 1.0),
        (USER, "producer_byte_rate", 1.5),
        (USER, "producer_byte_rate", 1e30),
        (USER, "producer_byte_rate", float("inf")),
        (USER, "producer_byte_rate", float("nan")),
        (USER, "request_percentage", float("nan")),
        (Entity(ip="10.0.0.1"), "connection_creation_rate", 1e10),
        (USER, "producer_byte_rate", -1.0),
    ],
)
@pytest.mark.parametrize("release", [ZOOKEEPER, KRAFT])
def test_what_cannot_be_is_refused(
    entity: Entity, key: str, limit: float, release: tuple[int, ...]
) -> None:
    with pytest.raises(ApiError) as refusal:
        altered({}, entity, [QuotaEdit(key, limit)], release)
    assert refusal.value.error is Error.INVALID_REQUEST
    assert key in (refusal.value.message or "")


@pytest.mark.parametrize("limit", [1e30, 2.0**63, float("inf"), float("-inf")])
def test_a_limit_that_is_too_large_is_told_so(limit: float) -> None:
    with pytest.raises(ApiError, match="too large"):
        altered({}, USER, [QuotaEdit("producer_byte_rate", limit)], ZOOKEEPER)


def test_the_largest_limit_of_connections_is_what_an_int32_holds() -> None:
    key, address = "connection_creation_rate", Entity(ip="10.0.0.1")
    after = altered({}, address, [QuotaEdit(key, 2.0**31 - 1)], KRAFT)
    assert after == {key: "2147483647"}
    with pytest.raises(ApiError, match="too large"):
        altered({}, address, [QuotaEdit(key, 2.0**31)], KRAFT)


def test_the_smallest_limits_are_taken() -> None:
    edits = [QuotaEdit("request_percentage", 0.5)]
    assert altered({}, USER, edits, KRAFT) == {"request_percentage": "0.5"}


@pytest.mark.parametrize("limit", [0.0, -0.5])
def test_a_limit_of_nothing_is_taken_on_zookeeper_only(limit: float) -> None:
    edits = [QuotaEdit("request_percentage", limit)]
    assert altered({}, USER, edits, ZOOKEEPER) == {"request_percentage": str(limit)}
    with pytest.raises(ApiError, match="above 0"):
        altered({}, USER, edits, KRAFT)


def test_a_key_named_twice_is_taken_on_zookeeper_only() -> None:
    edits = [QuotaEdit("producer_byte_rate", limit) for limit in (1.0, 2.0)]
    assert altered({}, USER, edits, ZOOKEEPER) == {"producer_byte_rate": "2"}
    with pytest.raises(ApiError, match=r": a key is named more than once$"):
        altered({}, USER, edits, KRAFT)


def test_almost_an_integer_is_one_on_zookeeper_and_stays_what_it_is_on_kraft() -> None:
    edits = [QuotaEdit("producer_byte_rate", 1.0000001)]
    assert altered({}, USER, edits, ZOOKEEPER) == {"producer_byte_rate": "1"}
    assert altered({}, USER, edits, KRAFT) == {"producer_byte_rate": "1.0000001"}


def test_a_millionth_beside_an_integer_is_almost_one() -> None:
    edits = [QuotaEdit("producer_byte_rate", 1e-6)]
    assert altered({}, USER, edits, ZOOKEEPER) == {"producer_byte_rate": "0"}


def test_a_quota_is_unknown_until_the_release_that_has_it() -> None:
    edits = [QuotaEdit("controller_mutation_rate", 1.0)]
    with pytest.raises(ApiError, match="no quota"):
        altered({}, USER, edits, (2, 6))
    assert altered({}, USER, edits, (2, 7)) == {"controller_mutation_rate": "1.0"}
