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
class DescribeDelegationTokenOwner:
    """TODO."""

    principal_type: str = wire(STRING)
    """TODO."""
    principal_name: str = wire(STRING)
    """TODO."""


@request(api=41, versions="0-3", flexible="2+")
class DescribeDelegationTokenRequest:
    """TODO."""

    owners: tuple[DescribeDelegationTokenOwner, ...] | None = wire(
        array(DescribeDelegationTokenOwner), nullable="0+"
    )
    """TODO."""


@struct
class DescribedDelegationTokenRenewer:
    """TODO."""

    principal_type: str = wire(STRING)
    """TODO."""
    principal_name: str = wire(STRING)
    """TODO."""


@struct
class DescribedDelegationToken:
    """TODO."""

    principal_type: str = wire(STRING)
    """TODO."""
    principal_name: str = wire(STRING)
    """TODO."""
    token_requester_principal_type: str = wire(STRING, "3+", default="")
    """TODO."""
    token_requester_principal_name: str = wire(STRING, "3+", default="")
    """TODO."""
    issue_timestamp: int = wire(INT64)
    """TODO."""
    expiry_timestamp: int = wire(INT64)
    """TODO."""
    max_timestamp: int = wire(INT64)
    """TODO."""
    token_id: str = wire(STRING)
    """TODO."""
    hmac: bytes = wire(BYTES)
    """TODO."""
    renewers: tuple[DescribedDelegationTokenRenewer, ...] = wire(
        array(DescribedDelegationTokenRenewer)
    )
    """TODO."""


@response(api=41, versions="0-3", flexible="2+")
class DescribeDelegationTokenResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    tokens: tuple[DescribedDelegationToken, ...] = wire(array(DescribedDelegationToken))
    """TODO."""
    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
