"""AlterClientQuotas (API 49): set and remove quotas (KIP-546).

v1   flexible

Addresses have quotas since 2.8 (KIP-612).
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.alter_client_quotas import (
    AlterClientQuotasRequest,
    AlterClientQuotasRequestEntryData,
    AlterClientQuotasResponse,
    AlterClientQuotasResponseEntryData,
    EntityData,
)
from logion.quota.altering import QuotaEdit, altered, entity_of
from logion.quota.limits import KRAFT_SINCE

Parts = tuple[tuple[str, str | None], ...]
"""Kinds and names of an entity."""

TWICE = ApiError(Error.INVALID_REQUEST, "the request names the entity twice")


async def handle(
    broker: BrokerState, context: Context, request: AlterClientQuotasRequest
) -> AlterClientQuotasResponse:
    """Change the quotas of each entity; each has its own result."""
    changed: dict[str, dict[str, str]] = {}
    outcomes: dict[Parts, ApiError | None] = {}
    for it in request.entries:
        named = _named(it)
        is_again = named in outcomes and broker.release.number >= KRAFT_SINCE
        outcomes[named] = TWICE if is_again else _change(broker, changed, it)
    if changed and not request.validate_only:
        try:
            with storing():
                await broker.cluster.configure_entities(changed)
        except ApiError as failure:
            outcomes = {it: known or failure for it, known in outcomes.items()}
    return AlterClientQuotasResponse(
        throttle_time_ms=0,
        entries=tuple(_result(*it) for it in outcomes.items()),
    )


def _named(asked: AlterClientQuotasRequestEntryData) -> Parts:
    """Return kinds and names; of a kind that comes twice, the last name."""
    return tuple({it.entity_type: it.entity_name for it in asked.entity}.items())


def _change(
    broker: BrokerState,
    changed: dict[str, dict[str, str]],
    asked: AlterClientQuotasRequestEntryData,
) -> ApiError | None:
    """Add the settings of one entity to those that change; return why not, or None."""
    release = broker.release.number
    edits = [QuotaEdit(it.key, None if it.remove else it.value) for it in asked.ops]
    try:
        entity = entity_of(_named(asked), release)
        stored = broker.cluster.image.entity_configs.get(entity.path, {})
        before = changed.get(entity.path, stored)
        changed[entity.path] = altered(before, entity, edits, release)
    except ApiError as refusal:
        return refusal
    return None


def _result(
    parts: Parts, refusal: ApiError | None
) -> AlterClientQuotasResponseEntryData:
    return AlterClientQuotasResponseEntryData(
        error_code=Error.NONE if refusal is None else refusal.error,
        error_message=None if refusal is None else refusal.message,
        entity=tuple(
            EntityData(entity_type=kind, entity_name=name) for kind, name in parts
        ),
    )
