"""AlterConfigs (API 33): replace all settings of a resource (KIP-133).

v2   flexible

Settings of brokers can be changed since 1.1 (KIP-226).
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.resources import (
    INCREMENTAL_SINCE,
    change_each,
    changed_entity,
    check_settings_once,
)
from logion.broker.state import BrokerState
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.alter_configs import (
    AlterConfigsRequest,
    AlterConfigsResource,
    AlterConfigsResourceResponse,
    AlterConfigsResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: AlterConfigsRequest
) -> AlterConfigsResponse:
    """Give each resource just the settings named; each has its own result."""

    async def change(resource: AlterConfigsResource) -> None:
        await _replace(broker, resource, validate_only=request.validate_only)

    responses = [
        AlterConfigsResourceResponse(
            error_code=outcome.error,
            error_message=outcome.message,
            resource_type=resource.resource_type,
            resource_name=resource.resource_name,
        )
        for resource, outcome in await change_each(request.resources, change)
    ]
    return AlterConfigsResponse(throttle_time_ms=0, responses=tuple(responses))


async def _replace(
    broker: BrokerState, resource: AlterConfigsResource, *, validate_only: bool
) -> None:
    kind, name = changed_entity(broker, resource)
    if broker.release >= INCREMENTAL_SINCE:  # before, the last one counts
        check_settings_once(resource.configs)
    await broker.cluster.replace_config(
        kind, name, _settings(resource), validate_only=validate_only
    )


def _settings(resource: AlterConfigsResource) -> dict[str, str]:
    """Return the settings by name, each of which must have a value."""
    settings = {it.name: it.value for it in resource.configs if it.value is not None}
    missing = [it.name for it in resource.configs if it.value is None]
    if missing:
        text = f"no value is given for {', '.join(missing)}"
        raise ApiError(Error.INVALID_REQUEST, text)
    return settings
