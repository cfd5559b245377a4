"""What the rules of transactions go by: settings and releases, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from logion.protocol.errors import Error


@dataclass(frozen=True, slots=True)
class TransactionRules:
    """The rules of transactions; the defaults are those of the newest release."""

    timeout_max_ms: int = 900_000
    """Longest timeout a producer may ask for (`transaction.max.timeout.ms`)."""
    version: int = 2
    """`transaction.version` of the cluster, 0 before there was one (KIP-890)."""
    fenced: Error = Error.PRODUCER_FENCED
    """What a producer of another epoch is told; until 2.6 INVALID_PRODUCER_EPOCH
    (KIP-588)."""
    not_added: Error = Error.TRANSACTION_ABORTABLE
    """What is told of a partition that a transaction does not have; until 3.7
    INVALID_TXN_STATE (KIP-890)."""
    refuses_future_epochs: bool = True
    """Until 2.5 who ended what was not open was not asked for its epoch, if that was
    higher than the transaction's."""
    fences_twice: bool = False
    """4.0 leaves out an epoch when it fences a producer."""
    serves_two_phase: bool = False
    """Whether transactions may wait for somebody else's decision
    (`transaction.two.phase.commit.enable`, KIP-939)."""
