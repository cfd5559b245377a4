"""AlterUserScramCredentials (API 51): set or remove SCRAM credentials (KIP-554).

v0   2.7     the only form so far
"""

from __future__ import annotations

from logion.protocol.schema import (
    BYTES,
    INT8,
    INT16,
    INT32,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class ScramCredentialDeletion:
    """A credential to remove."""

    name: str = wire(STRING)
    """Name of the user."""
    mechanism: int = wire(INT8)
    """1 SCRAM-SHA-256, 2 SCRAM-SHA-512."""


@struct
class ScramCredentialUpsertion:
    """A credential to set."""

    name: str = wire(STRING)
    """Name of the user."""
    mechanism: int = wire(INT8)
    """1 SCRAM-SHA-256, 2 SCRAM-SHA-512."""
    iterations: int = wire(INT32)
    """How often the password was hashed; the broker accepts 4096 to 16384."""
    salt: bytes = wire(BYTES)
    """Random bytes the client has chosen."""
    salted_password: bytes = wire(BYTES)
    """The password, hashed with that salt so many times."""


@request(api=51, versions="0", flexible="0+")
class AlterUserScramCredentialsRequest:
    """Change these credentials."""

    deletions: tuple[ScramCredentialDeletion, ...] = wire(
        array(ScramCredentialDeletion)
    )
    """Credentials to remove."""
    upsertions: tuple[ScramCredentialUpsertion, ...] = wire(
        array(ScramCredentialUpsertion)
    )
    """Credentials to set, new or not."""


@struct
class AlterUserScramCredentialsResult:
    """Result for one user."""

    user: str = wire(STRING)
    """Name of the user."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""


@response(api=51, versions="0", flexible="0+")
class AlterUserScramCredentialsResponse:
    """Which credentials were changed."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    results: tuple[AlterUserScramCredentialsResult, ...] = wire(
        array(AlterUserScramCredentialsResult)
    )
    """The result of each user."""
