"""Which entities are asked for."""

from __future__ import annotations

import pytest
from logion.protocol.errors import ApiError, Error
from logion.quota.entity import DEFAULT, Entity
from logion.quota.filtering import filter_of

ZOOKEEPER, KRAFT = (3, 9), (4, 0)
EXACT, BY_DEFAULT, SPECIFIED = range(3)

U, UC, U_ANY = Entity("u"), Entity("u", "c"), Entity("u", DEFAULT)
ANY, C, IP = Entity(DEFAULT), Entity(client_id="c"), Entity(ip="10.0.0.1")
EVERY = [U, UC, U_ANY, ANY, C, IP]


@pytest.mark.parametrize(
    ("asked", "loose", "strict"),
    [
        ([], EVERY, []),
        ([("user", EXACT, "u")], [U, UC, U_ANY], [U]),
        ([("user", BY_DEFAULT, None)], [ANY], [ANY]),
        ([("user", SPECIFIED, None)], [U, UC, U_ANY, ANY], [U, ANY]),
        ([("client-id", SPECIFIED, None)], [UC, U_ANY, C], [C]),
        (
            [("user", EXACT, "u"), ("client-id", BY_DEFAULT, None)],
            [U_ANY],
            [U_ANY],
        ),
        ([("ip", EXACT, "10.0.0.1")], [IP], [IP]),
    ],
)
def test_entities_match_by_their_parts(
    asked: list[tuple[str, int, str | None]], loose: list[Entity], strict: list[Entity]
) -> None:
    for is_strict, expected in ((False, loose), (True, strict)):
        found = filter_of(asked, is_strict=is_strict, release=KRAFT)
        assert [it for it in EVERY if found.matches(it)] == expected


NO_PLACE = "user: a name belongs to match 0 and to no other"
ALONE = "an address has quotas by itself, not with a user or client"


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ([("", SPECIFIED, None)], "a kind of entity is empty"),
        ([("user", 3, None)], "there is no match 3; it must be 0, 1 or 2"),
        ([("user", EXACT, None)], NO_PLACE),
        ([("user", SPECIFIED, "x")], NO_PLACE),
        ([("user", BY_DEFAULT, "x")], NO_PLACE),
        ([("user", SPECIFIED, None)] * 2, "user is named more than once"),
        ([("ip", SPECIFIED, None), ("user", EXACT, "u")], ALONE),
        ([("user", EXACT, "u"), ("ip", SPECIFIED, None)], ALONE),
    ],
)
def test_what_has_no_meaning_is_refused(
    asked: list[tuple[str, int, str | None]], why: str
) -> None:
    with pytest.raises(ApiError) as refusal:
        filter_of(asked, is_strict=False, release=KRAFT)
    assert refusal.value.error is Error.INVALID_REQUEST
    assert refusal.value.message == why


@pytest.mark.parametrize(("kind", "release"), [("nope", KRAFT), ("ip", (2, 7))])
def test_a_kind_of_entity_that_the_release_does_not_have_is_refused(
    kind: str, release: tuple[int, ...]
) -> None:
    with pytest.raises(ApiError) as refusal:
        filter_of([(kind, SPECIFIED, None)], is_strict=False, release=release)
    assert refusal.value.error is Error.UNSUPPORTED_VERSION
    assert refusal.value.message == f"there is no kind of entity {kind!r}"


def test_on_zookeeper_a_name_without_a_place_is_passed_over() -> None:
    found = filter_of([("user", BY_DEFAULT, "x")], is_strict=False, release=ZOOKEEPER)
    assert [it for it in EVERY if found.matches(it)] == [ANY]
    found = filter_of([("user", SPECIFIED, "x")], is_strict=False, release=ZOOKEEPER)
    assert [it for it in EVERY if found.matches(it)] == [U, UC, U_ANY, ANY]


def test_on_zookeeper_a_match_by_name_needs_one_all_the_same() -> None:
    with pytest.raises(ApiError, match="a name belongs to match 0"):
        filter_of([("user", EXACT, None)], is_strict=False, release=ZOOKEEPER)


def test_addresses_are_known_from_2_8_on() -> None:
    found = filter_of([("ip", SPECIFIED, None)], is_strict=False, release=(2, 8))
    assert [it for it in EVERY if found.matches(it)] == [IP]
