"""One log across deletions, compactions, truncations and crashes."""

from __future__ import annotations

from logion_model import log
from logion_model.entry import Model, expect

MODELS = (
    Model(
        "log",
        "One log across deletions, compactions, truncations and crashes",
        "Kafka documentation, Log and Guarantees; KIP-101, KIP-107",
        log.Scope._fields,
        lambda scope: log.specification(log.Scope(*scope)),
    ),
)
"""The log."""

ENTRIES = (
    expect("log", (3, 2, 1), 1_832, 12),
    expect("log", (4, 2, 1), 13_048, 14),
)
"""Its sizes, which only guard against change; every promise holds."""
