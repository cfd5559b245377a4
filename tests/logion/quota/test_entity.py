"""Whom a quota is for, and where that is written down."""

from __future__ import annotations

import pytest
from logion.quota.entity import DEFAULT, Entity, address_of, encoded, entity_at, plain


@pytest.mark.parametrize(
    ("entity", "path"),
    [
        (Entity("alice"), "users/alice"),
        (Entity("alice", "app"), "users/alice/clients/app"),
        (Entity(DEFAULT, DEFAULT), "users/<default>/clients/<default>"),
        (Entity(client_id="app"), "clients/app"),
        (Entity(ip="10.0.0.1"), "ips/10.0.0.1"),
    ],
)
def test_an_entity_has_a_path_and_is_found_by_it(entity: Entity, path: str) -> None:
    assert entity.path == path
    assert entity_at(path) == entity


@pytest.mark.parametrize(
    "path", ["topics/t", "users/alice/clients", "users/a/b", "clients/a/b", ""]
)
def test_other_settings_are_of_no_entity(path: str) -> None:
    assert entity_at(path) is None


def test_parts_have_plain_names_and_the_default_none() -> None:
    entity = Entity(encoded("a/b"), encoded(None))
    assert entity.parts == (("user", "a/b"), ("client-id", None))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a/b c*~+ü", "a%2Fb%20c%2A%7E%2B%C3%BC"),
        ("a-b.c_d", "a-b.c_d"),
        ("<default>", "%3Cdefault%3E"),
        (None, DEFAULT),
    ],
)
def test_names_are_encoded_as_kafka_encodes_them(
    name: str | None, written: str
) -> None:
    assert encoded(name) == written
    assert plain(written) == name


@pytest.mark.parametrize(
    ("spelt", "written"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("0:0::1", "::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("localhost", "localhost"),
    ],
)
def test_an_address_is_the_same_however_it_is_spelt(spelt: str, written: str) -> None:
    assert address_of(spelt) == written
