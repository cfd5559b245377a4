"""What a coordinator is set to beyond the rules of transactions, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from logion.transaction.rules import TransactionRules


@dataclass(frozen=True, slots=True)
class TransactionSettings:
    """What a coordinator needs to know beyond the rules of transactions."""

    rules: TransactionRules
    value_version: int
    """Version of the values it writes: 1 since there is a `transaction.version`,
    before 0 (KIP-890)."""
    expiration_ms: int
    """How long an id that nobody uses is known (`transactional.id.expiration.ms`)."""
    load_size: int
    """Bytes read at a time when transactions are loaded
    (`transaction.state.log.load.buffer.size`)."""
    request_timeout_ms: int = 30_000
    """How long it may take to write that ids are forgotten (`request.timeout.ms`)."""
