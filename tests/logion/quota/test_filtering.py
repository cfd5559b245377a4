"""Which entities are asked for."""

from __future__ import annotations

import pytest
from logion.protocol.errors import ApiError, Error
from logion.quota.entity import DEFAULT, Entity
from logion.quota.filtering import filter_of

ZOOKEEPER, KRAFT = (3, 9), (4, 3)
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


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ([("", SPECIFIED, None)], Error.INVALID_REQUEST),
        ([("nope", SPECIFIED, None)], Error.UNSUPPORTED_VERSION),
        ([("user", 3, None)], Error.INVALID_REQUEST),
        ([("user", EXACT, None)], Error.INVALID_REQUEST),
        ([("user", SPECIFIED, "x")], Error.INVALID_REQUEST),
        ([("user", BY_DEFAULT, "x")], Error.INVALID_REQUEST),
        ([("user", SPECIFIED, None)] * 2, Error.INVALID_REQUEST),
        ([("ip", SPECIFIED, None), ("user", EXACT, "u")], Error.INVALID_REQUEST),
        ([("user", EXACT, "u"), ("ip", SPECIFIED, None)], Error.INVALID_REQUEST),
    ],
)
def test_what_has_no_meaning_is_refused(
    asked: list[tuple[str, int, str | None]], error: Error
) -> None:
    with pytest.raises(ApiError) as refusal:
        filter_of(asked, is_strict=False, release=KRAFT)
    assert refusal.value.error is error


def test_on_zookeeper_a_name_without_a_place_is_passed_over() -> None:
    found = filter_of([("user", BY_DEFAULT, "x")], is_strict=False, release=ZOOKEEPER)
    assert found.matches(ANY)


def test_addresses_are_unknown_before_2_8() -> None:
    with pytest.raises(ApiError, match="no kind of entity"):
        filter_of([("ip", SPECIFIED, None)], is_strict=False, release=(2, 7))
