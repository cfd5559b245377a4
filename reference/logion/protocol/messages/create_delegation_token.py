"""TODO."""

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
    """TODO."""

    principal_type: str = wire(STRING)
    """TODO."""
    principal_name: str = wire(STRING)
    """TODO."""


@request(api=38, versions="0-3", flexible="2+")
class CreateDelegationTokenRequest:
    """TODO."""

    owner_principal_type: str | None = wire(STRING, "3+", nullable="3+", default="")
    """TODO."""
    owner_principal_name: str | None = wire(STRING, "3+", nullable="3+", default="")
    """TODO."""
    renewers: tuple[CreatableRenewers, ...] = wire(array(CreatableRenewers))
    """TODO."""
    max_lifetime_ms: int = wire(INT64)
    """TODO."""


@response(api=38, versions="0-3", flexible="2+")
class CreateDelegationTokenResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    principal_type: str = wire(STRING)
    """TODO."""
    principal_name: str = wire(STRING)
    """TODO."""
    token_requester_principal_type: str = wire(STRING, "3+", default="")
    """TODO."""
    token_requester_principal_name: str = wire(STRING, "3+", default="")
    """TODO."""
    issue_timestamp_ms: int = wire(INT64)
    """TODO."""
    expiry_timestamp_ms: int = wire(INT64)
    """TODO."""
    max_timestamp_ms: int = wire(INT64)
    """TODO."""
    token_id: str = wire(STRING)
    """TODO."""
    hmac: bytes = wire(BYTES)
    """TODO."""
    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
