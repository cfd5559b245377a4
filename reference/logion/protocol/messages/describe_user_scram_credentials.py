"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
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
class UserName:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""


@request(api=50, versions="0", flexible="0+")
class DescribeUserScramCredentialsRequest:
    """TODO."""

    users: tuple[UserName, ...] | None = wire(array(UserName), nullable="0+")
    """TODO."""


@struct
class CredentialInfo:
    """TODO."""

    mechanism: int = wire(INT8)
    """TODO."""
    iterations: int = wire(INT32)
    """TODO."""


@struct
class DescribeUserScramCredentialsResult:
    """TODO."""

    user: str = wire(STRING)
    """TODO."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    credential_infos: tuple[CredentialInfo, ...] = wire(array(CredentialInfo))
    """TODO."""


@response(api=50, versions="0", flexible="0+")
class DescribeUserScramCredentialsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    results: tuple[DescribeUserScramCredentialsResult, ...] = wire(
        array(DescribeUserScramCredentialsResult)
    )
    """TODO."""
