"""DescribeClientQuotas (API 48): which quotas are set (KIP-546).

v1   flexible

Addresses have quotas since 2.8 (KIP-612).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.describe_client_quotas import (
    DescribeClientQuotasRequest,
    DescribeClientQuotasResponse,
    EntityData,
    EntryData,
    ValueData,
)
from logion.quota.entity import Entity, entity_at
from logion.quota.filtering import Filter, filter_of
from logion.quota.limits import Quota, quotas_in


async def handle(
    broker: BrokerState, context: Context, request: DescribeClientQuotasRequest
) -> DescribeClientQuotasResponse:
    """Return the quotas of every entity that the filter matches."""
    try:
        asked = filter_of(
            [(it.entity_type, it.match_type, it.match) for it in request.components],
            is_strict=request.strict,
            release=broker.release.number,
        )
    except ApiError as refusal:
        return DescribeClientQuotasResponse(
            throttle_time_ms=0,
            error_code=refusal.error,
            error_message=refusal.message,
            entries=None,
        )
    return DescribeClientQuotasResponse(
        throttle_time_ms=0,
        error_code=Error.NONE,
        error_message="",
        entries=tuple(_matching(broker, asked)),
    )


def _matching(broker: BrokerState, asked: Filter) -> Iterator[EntryData]:
    for path, settings in sorted(broker.cluster.image.entity_configs.items()):
        entity, quotas = entity_at(path), quotas_in(settings)
        if entity is not None and quotas and asked.matches(entity):
            yield _entry(entity, quotas)


def _entry(entity: Entity, quotas: Mapping[Quota, float]) -> EntryData:
    return EntryData(
        entity=tuple(
            EntityData(entity_type=kind, entity_name=name)
            for kind, name in entity.parts
        ),
        values=tuple(
            ValueData(key=quota.key, value=limit) for quota, limit in quotas.items()
        ),
    )
