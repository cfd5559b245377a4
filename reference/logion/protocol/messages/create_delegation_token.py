"""CreateDelegationToken (API 38): get a token to authenticate with (KIP-48).

v0   1.1     the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.4     flexible
v3   3.3     a token for another principal (KIP-373)
"""

from __future__ import annotations

from logion.protocol.schema import (
    BYTES,
    INT16,
    INT32,
    INT64,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class CreatableRenewers:
    """A principal that may renew the token."""

    principal_type: str = wire(STRING)
    """Type of the principal: `User`."""
    principal_name: str = wire(STRING)
    """Its name."""


@request(api=38, versions="0-3", flexible="2+")
class CreateDelegationTokenRequest:
    """Make a token."""

    owner_principal_type: str | None = wire(STRING, "3+", nullable="3+", default="")
    """Type of the principal the token is for, `User`; null: the caller."""
    owner_principal_name: str | None = wire(STRING, "3+", nullable="3+", default="")
    """Its name; null: the caller."""
    renewers: tuple[CreatableRenewers, ...] = wire(array(CreatableRenewers))
    """Who may renew the token, besides its owner."""
    max_lifetime_ms: int = wire(INT64)
    """How long it may live at most, in ms; below 0: as long as the broker allows."""


@response(api=38, versions="0-3", flexible="2+")
class CreateDelegationTokenResponse:
    """The token."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    principal_type: str = wire(STRING)
    """Type of the principal the token is for."""
    principal_name: str = wire(STRING)
    """Its name."""
    token_requester_principal_type: str = wire(STRING, "3+", default="")
    """Type of the principal that asked for it."""
    token_requester_principal_name: str = wire(STRING, "3+", default="")
    """Its name."""
    issue_timestamp_ms: int = wire(INT64)
    """When it was made, in ms since 1970."""
    expiry_timestamp_ms: int = wire(INT64)
    """When it ends unless it is renewed, in ms since 1970."""
    max_timestamp_ms: int = wire(INT64)
    """When it ends in any case, in ms since 1970."""
    token_id: str = wire(STRING)
    """Id of the token: the user name to authenticate with."""
    hmac: bytes = wire(BYTES)
    """Its secret: the password to authenticate with, in base64."""
    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
