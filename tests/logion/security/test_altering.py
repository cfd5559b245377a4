"""SCRAM credentials that requests ask to change: what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from logion.protocol.errors import ApiError, Error
from logion.security.altering import (
    Change,
    Deletion,
    Outcomes,
    Upsertion,
    altered,
)
from logion.security.scram import Mechanism, credential, write_credential

SHA_256, SHA_512 = 1, 2
STORED: Mapping[str, Mapping[str, str]] = {
    "alice": {"SCRAM-SHA-256": "...", "producer_byte_rate": "5"}
}


def upsertion(user: str, mechanism: int = SHA_256, **more: Any) -> Upsertion:
    """Return a change that is in order."""
    fields = {"iterations": 4096, "salt": b"s", "salted_password": b"p", **more}
    return Upsertion(user, mechanism, **fields)


def come_of(*changes: Change, one_each: bool = False) -> Outcomes:
    """Return what comes of the changes where STORED is stored."""
    return altered(changes, lambda it: STORED.get(it, {}), one_each=one_each)


def outcomes(*changes: Change, one_each: bool = False) -> dict[str, set[str] | Error]:
    """Return the keys of the settings of each user afterwards, or the error."""
    return {
        user: it.error if isinstance(it, ApiError) else set(it)
        for user, it in come_of(*changes, one_each=one_each).items()
    }


@pytest.mark.parametrize("iterations", [4096, 16384])
@pytest.mark.parametrize("one_each", [False, True])
def test_what_is_kept_is_the_credential_of_the_salted_password(
    iterations: int, *, one_each: bool
) -> None:
    change = upsertion("bob", SHA_512, salt=b"salt", iterations=iterations)
    kept = credential(Mechanism.SHA_512, b"salt", b"p", iterations)
    expected = {"bob": {"SCRAM-SHA-512": write_credential(kept)}}
    assert come_of(change, one_each=one_each) == expected


def test_what_is_kept_besides_stays() -> None:
    assert outcomes(upsertion("alice", SHA_512), upsertion("bob")) == {
        "alice": {"SCRAM-SHA-256", "SCRAM-SHA-512", "producer_byte_rate"},
        "bob": {"SCRAM-SHA-256"},
    }
    for one_each in (False, True):
        left = outcomes(Deletion("alice", SHA_256), one_each=one_each)
        assert left == {"alice": {"producer_byte_rate"}}


NO_NAME = Error.UNACCEPTABLE_CREDENTIAL, "the name of a user is empty"
FEW, MANY = (
    (Error.UNACCEPTABLE_CREDENTIAL, f"{count} iterations; it must be 4096 to 16384")
    for count in (4095, 16385)
)


@pytest.mark.parametrize("one_each", [False, True])
@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (upsertion(""), NO_NAME),
        (Deletion("", SHA_256), NO_NAME),
        *(
            (
                change,
                (
                    Error.UNSUPPORTED_SASL_MECHANISM,
                    f"there is no SCRAM mechanism {change.mechanism}",
                ),
            )
            for change in (upsertion("u", 0), Deletion("alice", 9))
        ),
        (upsertion("u", iterations=4095), FEW),
        (upsertion("u", iterations=16385), MANY),
        (
            upsertion("u", salted_password=b""),
            (Error.UNACCEPTABLE_CREDENTIAL, "the salted password is empty"),
        ),
        *(
            (
                Deletion(user, SHA_512),
                (
                    Error.RESOURCE_NOT_FOUND,
                    f"{user!r} has no credential for SCRAM-SHA-512",
                ),
            )
            for user in ("alice", "nobody")
        ),
    ],
)
def test_what_cannot_be_is_refused_and_others_are_not(
    change: Change, refusal: tuple[Error, str], *, one_each: bool
) -> None:
    found = come_of(change, upsertion("good"), one_each=one_each)
    refused = found[change.user]
    assert isinstance(refused, ApiError)
    assert (refused.error, refused.message) == refusal
    good = found["good"]
    assert isinstance(good, dict)
    assert set(good) == {"SCRAM-SHA-256"}


@pytest.mark.parametrize("one_each", [False, True])
def test_who_changes_one_credential_twice_is_told_so(*, one_each: bool) -> None:
    refused = come_of(upsertion("u"), upsertion("u"), one_each=one_each)["u"]
    assert isinstance(refused, ApiError)
    assert refused.message == "a credential is changed more than once"


def test_one_credential_is_changed_once() -> None:
    assert outcomes(upsertion("u"), upsertion("u")) == {"u": Error.DUPLICATE_RESOURCE}
    both = (Deletion("alice", SHA_256), upsertion("alice"))
    assert outcomes(*both) == {"alice": Error.DUPLICATE_RESOURCE}


def test_where_a_user_is_changed_once_what_is_wrong_first_counts() -> None:
    two = (upsertion("u"), upsertion("u", SHA_512))
    assert outcomes(*two, one_each=True) == {"u": Error.DUPLICATE_RESOURCE}
    late = (Deletion("u", SHA_256), upsertion("u"))
    assert outcomes(*late, one_each=True) == {"u": Error.RESOURCE_NOT_FOUND}
