"""TODO."""

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
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    mechanism: int = wire(INT8)
    """TODO."""


@struct
class ScramCredentialUpsertion:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    mechanism: int = wire(INT8)
    """TODO."""
    iterations: int = wire(INT32)
    """TODO."""
    salt: bytes = wire(BYTES)
    """TODO."""
    salted_password: bytes = wire(BYTES)
    """TODO."""


@request(api=51, versions="0", flexible="0+")
class AlterUserScramCredentialsRequest:
    """TODO."""

    deletions: tuple[ScramCredentialDeletion, ...] = wire(
        array(ScramCredentialDeletion)
    )
    """TODO."""
    upsertions: tuple[ScramCredentialUpsertion, ...] = wire(
        array(ScramCredentialUpsertion)
    )
    """TODO."""


@struct
class AlterUserScramCredentialsResult:
    """TODO."""

    user: str = wire(STRING)
    """TODO."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""


@response(api=51, versions="0", flexible="0+")
class AlterUserScramCredentialsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    results: tuple[AlterUserScramCredentialsResult, ...] = wire(
        array(AlterUserScramCredentialsResult)
    )
    """TODO."""
