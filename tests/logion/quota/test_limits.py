"""Which quota holds for a client: Kafka's order of precedence."""

from __future__ import annotations

import pytest
from logion.quota.entity import DEFAULT, Entity
from logion.quota.limits import (
    Holding,
    Quota,
    holding,
    limit_of_address,
    limits_of,
    quotas_in,
)

IN_ORDER = [
    (Entity("u", "c"), ("u", "c")),
    (Entity("u", DEFAULT), ("u", "c")),
    (Entity("u"), ("u", "")),
    (Entity(DEFAULT, "c"), ("u", "c")),
    (Entity(DEFAULT, DEFAULT), ("u", "c")),
    (Entity(DEFAULT), ("u", "")),
    (Entity(client_id="c"), ("", "c")),
    (Entity(client_id=DEFAULT), ("", "c")),
]
"""Entities from the most specific on, and with whom the client shares their quota."""


def test_quotas_have_the_names_and_releases_of_their_kips() -> None:
    assert {it.key: (it.since, it.is_whole) for it in Quota} == {
        "producer_byte_rate": ((0, 9), True),
        "consumer_byte_rate": ((0, 9), True),
        "request_percentage": ((0, 11), False),
        "controller_mutation_rate": ((2, 7), False),
        "connection_creation_rate": ((2, 8), True),
    }


@pytest.mark.parametrize("first", range(len(IN_ORDER)))
def test_the_most_specific_quota_holds(first: int) -> None:
    limits = {entity: float(n) for n, (entity, _) in enumerate(IN_ORDER[first:])}
    assert holding(limits, "u", "c") == Holding(0.0, IN_ORDER[first][1])


def test_quotas_of_others_do_not_hold() -> None:
    limits = {Entity("v"): 1.0, Entity("u", "d"): 1.0, Entity(client_id="d"): 1.0}
    assert holding(limits, "u", "c") is None


def test_a_client_without_an_id_has_its_user_s_quotas_only() -> None:
    limits = {entity: 1.0 for entity, _ in IN_ORDER}
    assert holding(limits, "u", "") == Holding(1.0, ("u", ""))
    without = {it: 1.0 for it, _ in IN_ORDER if it.client_id}
    assert holding(without, "u", "") is None


SETTINGS = {
    "users/u": {"producer_byte_rate": "5", "SCRAM-SHA-256": "salt=..."},
    "clients/c": {"request_percentage": "12.5", "controller_mutation_rate": "1"},
    "ips/10.0.0.1": {"connection_creation_rate": "3"},
    "elsewhere": {"producer_byte_rate": "5"},
}


def test_settings_of_entities_are_quotas_by_what_they_limit() -> None:
    assert limits_of(SETTINGS, (4, 3)) == {
        Quota.PRODUCE: {Entity("u"): 5},
        Quota.REQUEST: {Entity(client_id="c"): 12.5},
        Quota.MUTATION: {Entity(client_id="c"): 1},
        Quota.CONNECTION: {Entity(ip="10.0.0.1"): 3},
    }


def test_a_release_knows_no_quotas_of_later_ones() -> None:
    assert limits_of(SETTINGS, (2, 6)) == {
        Quota.PRODUCE: {Entity("u"): 5},
        Quota.REQUEST: {Entity(client_id="c"): 12.5},
    }
    assert limits_of(SETTINGS, (0, 10, 0)) == {}


def test_credentials_are_no_quotas() -> None:
    assert quotas_in({"SCRAM-SHA-256": "salt=..."}) == {}


def test_the_quota_of_an_address_goes_over_that_of_all() -> None:
    settings = {
        "ips/0%3A0%3A%3A1": {"connection_creation_rate": "3"},
        "ips/10.0.0.1": {"connection_creation_rate": "4"},
    }
    limits = limits_of(settings, (4, 3))
    assert limit_of_address(limits, "::1") == 3
    assert limit_of_address(limits, "::ffff:10.0.0.1") == 4
    assert limit_of_address(limits, "10.0.0.2") is None
    settings["ips/<default>"] = {"connection_creation_rate": "5"}
    limits = limits_of(settings, (4, 3))
    assert limit_of_address(limits, "10.0.0.1") == 4
    assert limit_of_address(limits, "10.0.0.2") == 5
    assert limit_of_address({}, "10.0.0.2") is None


def test_a_release_knows_the_quotas_that_came_with_it() -> None:
    for quota in Quota:
        settings = {"clients/c": {quota.key: "1"}}
        assert limits_of(settings, quota.since) == {quota: {Entity(client_id="c"): 1}}
    users = {"elsewhere": {}, "users/u": {"producer_byte_rate": "5"}}
    assert limits_of(users, (0, 10, 1)) == {Quota.PRODUCE: {Entity("u"): 5}}
    assert limits_of(users, (0, 10, 0)) == {}
