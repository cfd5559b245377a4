"""ListConfigResources (API 74): what has settings (KIP-1000, KIP-1142).

v0   metrics of clients only
v1   all kinds, or those asked for
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from logion.broker.context import Context
from logion.broker.resources import BROKER, GROUP, LOGGER, METRICS, TOPIC
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.list_config_resources import (
    ConfigResource,
    ListConfigResourcesRequest,
    ListConfigResourcesResponse,
)

VERSION_OF_ALL_KINDS = 1


async def handle(
    broker: BrokerState, context: Context, request: ListConfigResourcesRequest
) -> ListConfigResourcesResponse:
    """Return the names of what has settings; UNSUPPORTED_VERSION for another kind."""
    wanted = request.resource_types or tuple(_NAMES)
    if context.version < VERSION_OF_ALL_KINDS:
        wanted = (METRICS,)
    if not set(wanted) <= _NAMES.keys():
        return ListConfigResourcesResponse(
            throttle_time_ms=0,
            error_code=Error.UNSUPPORTED_VERSION,
            config_resources=(),
        )
    return ListConfigResourcesResponse(
        throttle_time_ms=0,
        error_code=Error.NONE,
        config_resources=tuple(
            ConfigResource(resource_name=name, resource_type=kind)
            for kind in sorted(set(wanted))
            for name in sorted(_NAMES[kind](broker))
        ),
    )


def _brokers(broker: BrokerState) -> Iterable[str]:
    return map(str, broker.cluster.image.brokers)


_NAMES: Mapping[int, Callable[[BrokerState], Iterable[str]]] = {
    TOPIC: lambda broker: broker.cluster.image.topics,
    BROKER: _brokers,
    LOGGER: _brokers,
    METRICS: lambda broker: broker.cluster.image.metrics_configs,
    GROUP: lambda broker: broker.cluster.image.group_configs,
}
"""Names of what has settings, by the code of its kind."""
