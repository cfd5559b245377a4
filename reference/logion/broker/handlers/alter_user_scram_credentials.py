"""AlterUserScramCredentials (API 51): keep and delete SCRAM credentials (KIP-554).

Nobody is asked for them while listeners are without SASL.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.alter_user_scram_credentials import (
    AlterUserScramCredentialsRequest,
    AlterUserScramCredentialsResponse,
    AlterUserScramCredentialsResult,
)
from logion.protocol.releases import release
from logion.quota.entity import Entity, encoded
from logion.security.altering import Change, Deletion, Outcomes, Upsertion, altered


async def handle(
    broker: BrokerState, context: Context, request: AlterUserScramCredentialsRequest
) -> AlterUserScramCredentialsResponse:
    """Change what can be changed; each user has its own result."""
    stored = broker.cluster.image.entity_configs
    outcomes = altered(
        _changes(request),
        lambda user: stored.get(_path(user), {}),
        one_each=broker.release >= release("4.0"),
    )
    outcomes = await _store(broker, outcomes)
    return AlterUserScramCredentialsResponse(
        throttle_time_ms=0,
        results=tuple(_result(broker, *it) for it in outcomes.items()),
    )


def _changes(request: AlterUserScramCredentialsRequest) -> list[Change]:
    return [
        *(Deletion(it.name, it.mechanism) for it in request.deletions),
        *(
            Upsertion(it.name, it.mechanism, it.iterations, it.salt, it.salted_password)
            for it in request.upsertions
        ),
    ]


def _path(user: str) -> str:
    return Entity(encoded(user)).path


async def _store(broker: BrokerState, outcomes: Outcomes) -> Outcomes:
    """Return the outcomes once what succeeded is stored, all at once."""
    changed = {
        _path(user): settings
        for user, settings in outcomes.items()
        if not isinstance(settings, ApiError)
    }
    try:
        with storing():
            await broker.cluster.configure_entities(changed)
    except ApiError as failure:
        return {
            user: outcome if isinstance(outcome, ApiError) else failure
            for user, outcome in outcomes.items()
        }
    return outcomes


def _result(
    broker: BrokerState, user: str, outcome: dict[str, str] | ApiError
) -> AlterUserScramCredentialsResult:
    """Return one user's result; without an error ZooKeeper's text is empty."""
    if isinstance(outcome, ApiError):
        return AlterUserScramCredentialsResult(
            user=user, error_code=outcome.error, error_message=outcome.message
        )
    text = None if broker.release >= release("4.0") else ""
    return AlterUserScramCredentialsResult(
        user=user, error_code=Error.NONE, error_message=text
    )
