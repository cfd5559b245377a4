"""DescribeAcls (API 29): who may do what (KIP-140).

v1   kinds of patterns (KIP-290)
v2   flexible
v3   users as resources (KIP-373)
"""

from __future__ import annotations

from logion.broker.acls import NO_AUTHORIZER, check_readable
from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.describe_acls import (
    DescribeAclsRequest,
    DescribeAclsResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: DescribeAclsRequest
) -> DescribeAclsResponse:
    """Refuse: there is no authorizer."""
    check_readable(request, request.resource_type_filter, request.pattern_type_filter)
    return DescribeAclsResponse(
        throttle_time_ms=0,
        error_code=Error.SECURITY_DISABLED,
        error_message=NO_AUTHORIZER,
        resources=(),
    )
