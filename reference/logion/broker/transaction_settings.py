"""From settings by Kafka's names to the values the transaction coordinator works with.

The release decides what a setting cannot say; each line says since when.
"""

from __future__ import annotations

from logion.config import BrokerConfig
from logion.protocol.errors import Error
from logion.protocol.features import TRANSACTION_VERSION, level_of
from logion.protocol.releases import Release, release
from logion.transaction.rules import TransactionRules
from logion.transaction.settings import TransactionSettings

TWO_PHASE_SINCE = release("4.1")
"""The first release that has `transaction.two.phase.commit.enable`."""


def transaction_settings(config: BrokerConfig, played: Release) -> TransactionSettings:
    """Return what the transaction coordinator of a broker of this release is set to."""
    rules = _rules(config, played)
    return TransactionSettings(
        rules=rules,
        value_version=1 if rules.version else 0,
        expiration_ms=config.integer("transactional.id.expiration.ms"),
        load_size=config.integer("transaction.state.log.load.buffer.size"),
        request_timeout_ms=config.integer("request.timeout.ms"),
    )


def _rules(config: BrokerConfig, played: Release) -> TransactionRules:
    version = level_of(played, TRANSACTION_VERSION)
    return TransactionRules(
        timeout_max_ms=config.integer("transaction.max.timeout.ms"),
        version=version,
        fenced=Error.PRODUCER_FENCED
        if played >= release("2.7")
        else Error.INVALID_PRODUCER_EPOCH,
        not_added=Error.TRANSACTION_ABORTABLE
        if played >= release("3.8")
        else Error.INVALID_TXN_STATE,
        refuses_future_epochs=played >= release("2.6"),
        fences_twice=version > 0 and played < release("4.1"),
        serves_two_phase=played >= TWO_PHASE_SINCE
        and config.flag("transaction.two.phase.commit.enable"),
    )
