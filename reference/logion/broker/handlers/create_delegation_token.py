"""CreateDelegationToken (API 38): be given a token instead of a password (KIP-48).

v2   flexible
v3   for somebody else (KIP-373)

Over a connection that did not say who it is: DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.quotas import NOBODY
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.create_delegation_token import (
    CreateDelegationTokenRequest,
    CreateDelegationTokenResponse,
)

VERSION_FOR_OTHERS = 3

USER = "User"
"""Kind of principal of a person or program."""


async def handle(
    broker: BrokerState, context: Context, request: CreateDelegationTokenRequest
) -> CreateDelegationTokenResponse:
    """Refuse: tokens are for those who said who they are."""
    tells_both = context.version >= VERSION_FOR_OTHERS
    return CreateDelegationTokenResponse(
        error_code=Error.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED,
        principal_type=USER,
        principal_name=NOBODY,
        token_requester_principal_type=USER if tells_both else "",
        token_requester_principal_name=NOBODY if tells_both else "",
        issue_timestamp_ms=-1,
        expiry_timestamp_ms=-1,
        max_timestamp_ms=-1,
        token_id="",
        hmac=b"",
        throttle_time_ms=0,
    )
