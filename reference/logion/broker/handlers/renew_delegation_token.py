"""RenewDelegationToken (API 39): let a token live longer (KIP-48).

v2   flexible

Over a connection that did not say who it is: DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.renew_delegation_token import (
    RenewDelegationTokenRequest,
    RenewDelegationTokenResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: RenewDelegationTokenRequest
) -> RenewDelegationTokenResponse:
    """Refuse: tokens are for those who said who they are."""
    return RenewDelegationTokenResponse(
        error_code=Error.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED,
        expiry_timestamp_ms=-1,
        throttle_time_ms=0,
    )
