"""DescribeDelegationToken (API 41): the tokens of some owners (KIP-48).

v0   1.1     the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.5     flexible
v3   3.3     who asked for the token (KIP-373)
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
class DescribeDelegationTokenOwner:
    """An owner of tokens."""

    principal_type: str = wire(STRING)
    """Type of the principal: `User`."""
    principal_name: str = wire(STRING)
    """Its name."""


@request(api=41, versions="0-3", flexible="2+")
class DescribeDelegationTokenRequest:
    """Describe the tokens of these owners."""

    owners: tuple[DescribeDelegationTokenOwner, ...] | None = wire(
        array(DescribeDelegationTokenOwner), nullable="0+"
    )
    """The owners; null: every token the caller may see."""


@struct
class DescribedDelegationTokenRenewer:
    """A principal that may renew the token."""

    principal_type: str = wire(STRING)
    """Type of the principal: `User`."""
    principal_name: str = wire(STRING)
    """Its name."""


@struct
class DescribedDelegationToken:
    """One token."""

    principal_type: str = wire(STRING)
    """Type of the principal the token is for."""
    principal_name: str = wire(STRING)
    """Its name."""
    token_requester_principal_type: str = wire(STRING, "3+", default="")
    """Type of the principal that asked for it."""
    token_requester_principal_name: str = wire(STRING, "3+", default="")
    """Its name."""
    issue_timestamp: int = wire(INT64)
    """When it was made, in ms since 1970."""
    expiry_timestamp: int = wire(INT64)
    """When it ends unless it is renewed, in ms since 1970."""
    max_timestamp: int = wire(INT64)
    """When it ends in any case, in ms since 1970."""
    token_id: str = wire(STRING)
    """Id of the token: the user name to authenticate with."""
    hmac: bytes = wire(BYTES)
    """Its secret: the password to authenticate with, in base64."""
    renewers: tuple[DescribedDelegationTokenRenewer, ...] = wire(
        array(DescribedDelegationTokenRenewer)
    )
    """Who may renew it, besides its owner."""


@response(api=41, versions="0-3", flexible="2+")
class DescribeDelegationTokenResponse:
    """The tokens."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    tokens: tuple[DescribedDelegationToken, ...] = wire(array(DescribedDelegationToken))
    """The tokens."""
    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
