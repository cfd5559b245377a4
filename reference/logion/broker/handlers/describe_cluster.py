"""DescribeCluster (API 60): id, controller and brokers of the cluster (KIP-700).

v1   the kind of node can be chosen (KIP-919); a broker only knows brokers
v2   brokers that are registered but fenced (KIP-1073); here there are none
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.permissions import CLUSTER_OPERATIONS, NOT_ASKED
from logion.broker.state import BrokerState
from logion.cluster.image import ClusterImage
from logion.protocol.errors import Error
from logion.protocol.messages.describe_cluster import (
    DescribeClusterBroker,
    DescribeClusterRequest,
    DescribeClusterResponse,
)

BROKERS = 1
CONTROLLERS = 2


async def handle(
    broker: BrokerState, context: Context, request: DescribeClusterRequest
) -> DescribeClusterResponse:
    """Return the cluster, its brokers by the addresses of the client's listener."""
    if request.endpoint_type != BROKERS:
        return _refused(request)
    image = broker.cluster.image
    operations = NOT_ASKED
    if request.include_cluster_authorized_operations:
        operations = CLUSTER_OPERATIONS
    return DescribeClusterResponse(
        throttle_time_ms=0,
        error_code=Error.NONE,
        endpoint_type=BROKERS,
        cluster_id=image.cluster_id or "",
        controller_id=image.controller_id,
        brokers=_brokers(image, context.listener),
        cluster_authorized_operations=operations,
    )


def _refused(request: DescribeClusterRequest) -> DescribeClusterResponse:
    is_known = request.endpoint_type == CONTROLLERS
    return DescribeClusterResponse(
        throttle_time_ms=0,
        error_code=Error.MISMATCHED_ENDPOINT_TYPE
        if is_known
        else Error.UNSUPPORTED_ENDPOINT_TYPE,
        error_message=f"endpoint type {request.endpoint_type} asked of a broker",
        cluster_id="",
        brokers=(),
    )


def _brokers(image: ClusterImage, listener: str) -> tuple[DescribeClusterBroker, ...]:
    found = ((it, it.endpoint(listener)) for it in image.brokers.values())
    return tuple(
        DescribeClusterBroker(
            broker_id=info.id, host=endpoint.host, port=endpoint.port, rack=info.rack
        )
        for info, endpoint in found
        if endpoint is not None
    )
