"""SCRAM credentials that requests ask to change: what becomes of them (KIP-554).

All changes for one user happen or none, and each user has one outcome. Releases on
KRaft (from 4.0) take one change a user; those on ZooKeeper one for each mechanism.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from logion.protocol.errors import ApiError, Error
from logion.security.scram import (
    ITERATIONS_MAX,
    ITERATIONS_MIN,
    MECHANISMS,
    credential,
    write_credential,
)


class Upsertion(NamedTuple):
    """A credential that is to be kept, whether there is one or not."""

    user: str
    mechanism: int
    iterations: int
    salt: bytes
    salted_password: bytes


class Deletion(NamedTuple):
    """A credential that is to go."""

    user: str
    mechanism: int


Change = Upsertion | Deletion
Settings = Mapping[str, str]
Outcomes = dict[str, dict[str, str] | ApiError]
"""For each user, the settings afterwards, or why nothing changes."""


def altered(
    changes: Sequence[Change],
    settings_of: Callable[[str], Settings],
    *,
    one_each: bool,
) -> Outcomes:
    """Return what comes of the changes for each user; deletions come before the rest.

    `one_each`: a user is changed once in a request. Errors are UNACCEPTABLE_CREDENTIAL,
    UNSUPPORTED_SASL_MECHANISM, DUPLICATE_RESOURCE and RESOURCE_NOT_FOUND.
    """
    by_user: dict[str, list[Change]] = {}
    for change in changes:
        by_user.setdefault(change.user, []).append(change)
    outcomes: Outcomes = {}
    for user, own in by_user.items():
        try:
            if one_each:
                outcomes[user] = _first_alone(own, settings_of(user))
            else:
                outcomes[user] = _all_together(own, settings_of(user))
        except ApiError as refusal:
            outcomes[user] = refusal
    return outcomes


def _all_together(changes: Sequence[Change], settings: Settings) -> dict[str, str]:
    """Return a user's settings after changes of different mechanisms."""
    for change in changes:
        _check(change)
    if max(Counter(it.mechanism for it in changes).values()) > 1:
        raise _twice()
    for change in changes:
        _check_deletion(change, settings)
    return _applied(changes, settings)


def _first_alone(changes: Sequence[Change], settings: Settings) -> dict[str, str]:
    """Return a user's settings after its only change: what is wrong first counts."""
    first, *more = changes
    _check(first)
    _check_deletion(first, settings)
    if more:
        raise _twice()
    return _applied(changes, settings)


def _check(change: Change) -> None:
    if change.user == "":
        raise ApiError(Error.UNACCEPTABLE_CREDENTIAL, "the name of a user is empty")
    if change.mechanism not in MECHANISMS:
        text = f"there is no SCRAM mechanism {change.mechanism}"
        raise ApiError(Error.UNSUPPORTED_SASL_MECHANISM, text)
    if isinstance(change, Deletion):
        return
    if not ITERATIONS_MIN <= change.iterations <= ITERATIONS_MAX:
        text = (
            f"{change.iterations} iterations; "
            f"it must be {ITERATIONS_MIN} to {ITERATIONS_MAX}"
        )
        raise ApiError(Error.UNACCEPTABLE_CREDENTIAL, text)
    if not change.salted_password:
        raise ApiError(Error.UNACCEPTABLE_CREDENTIAL, "the salted password is empty")


def _check_deletion(change: Change, settings: Settings) -> None:
    key = MECHANISMS[change.mechanism].key
    if isinstance(change, Deletion) and key not in settings:
        text = f"{change.user!r} has no credential for {key}"
        raise ApiError(Error.RESOURCE_NOT_FOUND, text)


def _twice() -> ApiError:
    return ApiError(Error.DUPLICATE_RESOURCE, "a credential is changed more than once")


def _applied(changes: Sequence[Change], settings: Settings) -> dict[str, str]:
    after = dict(settings)
    for change in changes:
        mechanism = MECHANISMS[change.mechanism]
        if isinstance(change, Deletion):
            del after[mechanism.key]
        else:
            kept = credential(
                mechanism, change.salt, change.salted_password, change.iterations
            )
            after[mechanism.key] = write_credential(kept)
    return after
