"""DescribeUserScramCredentials (API 50): which SCRAM credentials users have (KIP-554).

v0   2.7     the only form so far
"""

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
    """A user."""

    name: str = wire(STRING)
    """Name of the user."""


@request(api=50, versions="0", flexible="0+")
class DescribeUserScramCredentialsRequest:
    """Describe the credentials of these users."""

    users: tuple[UserName, ...] | None = wire(array(UserName), nullable="0+")
    """The users; null or empty: all of them."""


@struct
class CredentialInfo:
    """One credential."""

    mechanism: int = wire(INT8)
    """0 unknown, 1 SCRAM-SHA-256, 2 SCRAM-SHA-512."""
    iterations: int = wire(INT32)
    """How often the password was hashed."""


@struct
class DescribeUserScramCredentialsResult:
    """Credentials of one user."""

    user: str = wire(STRING)
    """Name of the user."""
    error_code: int = wire(INT16)
    """RESOURCE_NOT_FOUND if the user has none; 0 if all is well."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    credential_infos: tuple[CredentialInfo, ...] = wire(array(CredentialInfo))
    """The credentials; never the secrets."""


@response(api=50, versions="0", flexible="0+")
class DescribeUserScramCredentialsResponse:
    """The credentials."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """Error of the whole request; 0 if none."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    results: tuple[DescribeUserScramCredentialsResult, ...] = wire(
        array(DescribeUserScramCredentialsResult)
    )
    """The credentials, by user."""
