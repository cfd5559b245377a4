"""SCRAM credentials that requests ask to change: what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from logion.protocol.errors import ApiError, Error
from logion.security.altering import Change, Deletion, Upsertion, altered

SHA_256, SHA_512 = 1, 2
STORED: Mapping[str, Mapping[str, str]] = {
    "alice": {"SCRAM-SHA-256": "...", "producer_byte_rate": "5"}
}


def upsertion(user: str, mechanism: int = SHA_256, **more: Any) -> Upsertion:
    """Return a change that is in order."""
    fields = {"iterations": 4096, "salt": b"s", "salted_password": b"p", **more}
    return Upsertion(user, mechanism, **fields)


def outcomes(*changes: Change, one_each: bool = False) -> dict[str, set[str] | Error]:
    """Return the keys of the settings of each user afterwards, or the error."""
    found = altered(changes, lambda it: STORED.get(it, {}), one_each=one_each)
    return {
        user: it.error if isinstance(it, ApiError) else set(it)
        for user, it in found.items()
    }


def test_what_is_kept_besides_stays() -> None:
    assert outcomes(upsertion("alice", SHA_512), upsertion("bob")) == {
        "alice": {"SCRAM-SHA-256", "SCRAM-SHA-512", "producer_byte_rate"},
        "bob": {"SCRAM-SHA-256"},
    }
    assert outcomes(Deletion("alice", SHA_256)) == {"alice": {"producer_byte_rate"}}


@pytest.mark.parametrize("one_each", [False, True])
@pytest.mark.parametrize(
    ("change", "error"),
    [
        (upsertion(""), Error.UNACCEPTABLE_CREDENTIAL),
        (Deletion("", SHA_256), Error.UNACCEPTABLE_CREDENTIAL),
        (upsertion("u", 0), Error.UNSUPPORTED_SASL_MECHANISM),
        (Deletion("alice", 9), Error.UNSUPPORTED_SASL_MECHANISM),
        (upsertion("u", iterations=4095), Error.UNACCEPTABLE_CREDENTIAL),
        (upsertion("u", iterations=16385), Error.UNACCEPTABLE_CREDENTIAL),
        (upsertion("u", salted_password=b""), Error.UNACCEPTABLE_CREDENTIAL),
        (Deletion("alice", SHA_512), Error.RESOURCE_NOT_FOUND),
        (Deletion("nobody", SHA_256), Error.RESOURCE_NOT_FOUND),
    ],
)
def test_what_cannot_be_is_refused_and_others_are_not(
    change: Change, error: Error, *, one_each: bool
) -> None:
    found = outcomes(change, upsertion("good"), one_each=one_each)
    assert found == {change.user: error, "good": {"SCRAM-SHA-256"}}


def test_one_credential_is_changed_once() -> None:
    assert outcomes(upsertion("u"), upsertion("u")) == {"u": Error.DUPLICATE_RESOURCE}
    both = (Deletion("alice", SHA_256), upsertion("alice"))
    assert outcomes(*both) == {"alice": Error.DUPLICATE_RESOURCE}


def test_where_a_user_is_changed_once_what_is_wrong_first_counts() -> None:
    two = (upsertion("u"), upsertion("u", SHA_512))
    assert outcomes(*two, one_each=True) == {"u": Error.DUPLICATE_RESOURCE}
    late = (Deletion("u", SHA_256), upsertion("u"))
    assert outcomes(*late, one_each=True) == {"u": Error.RESOURCE_NOT_FOUND}
