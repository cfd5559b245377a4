"""DescribeUserScramCredentials (API 50): who has SCRAM credentials (KIP-554).

Told are mechanisms and iterations, never keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.describe_user_scram_credentials import (
    CredentialInfo,
    DescribeUserScramCredentialsRequest,
    DescribeUserScramCredentialsResponse,
    DescribeUserScramCredentialsResult,
)
from logion.quota.entity import Entity, encoded, entity_at, plain
from logion.security.scram import Mechanism, read_credential


async def handle(
    broker: BrokerState, context: Context, request: DescribeUserScramCredentialsRequest
) -> DescribeUserScramCredentialsResponse:
    """Return the credentials of each user asked for; null and none ask for all."""
    asked = Counter(it.name for it in request.users or ())
    found = [_result(broker, *it) for it in asked.items()] if asked else _all(broker)
    return DescribeUserScramCredentialsResponse(
        throttle_time_ms=0,
        error_code=Error.NONE,
        error_message="",
        results=tuple(found),
    )


def _all(broker: BrokerState) -> list[DescribeUserScramCredentialsResult]:
    paths = broker.cluster.image.entity_configs
    entities = [entity_at(path) for path in sorted(paths)]
    names = [
        plain(it.user) for it in entities if it and it.user and it.client_id is None
    ]
    return [
        _told(name, infos)
        for name in names
        if name is not None and (infos := _infos(broker, name))
    ]


def _result(
    broker: BrokerState, name: str, count: int
) -> DescribeUserScramCredentialsResult:
    try:
        return _told(name, _asked(broker, name, count))
    except ApiError as refusal:
        return DescribeUserScramCredentialsResult(
            user=name,
            error_code=refusal.error,
            error_message=refusal.message,
            credential_infos=(),
        )


def _asked(broker: BrokerState, name: str, count: int) -> Sequence[CredentialInfo]:
    """Return the credentials of a user whom a request names `count` times."""
    if count > 1:
        text = f"the request names {name!r} more than once"
        raise ApiError(Error.DUPLICATE_RESOURCE, text)
    infos = _infos(broker, name)
    if not infos:
        text = f"{name!r} has no SCRAM credentials"
        raise ApiError(Error.RESOURCE_NOT_FOUND, text)
    return infos


def _infos(broker: BrokerState, name: str) -> list[CredentialInfo]:
    settings = broker.cluster.image.entity_configs.get(Entity(encoded(name)).path, {})
    return [
        CredentialInfo(
            mechanism=it.code, iterations=read_credential(settings[it.key]).iterations
        )
        for it in Mechanism
        if it.key in settings
    ]


def _told(
    name: str, infos: Sequence[CredentialInfo]
) -> DescribeUserScramCredentialsResult:
    return DescribeUserScramCredentialsResult(
        user=name,
        error_code=Error.NONE,
        error_message="",
        credential_infos=tuple(infos),
    )
