"""One log across deletions, compactions, truncations and crashes."""

from __future__ import annotations

from logion_model import log, log_folder
from logion_model.bugs import shows
from logion_model.entry import Model, expect, variants

MODELS = (
    Model(
        "log",
        "One log across deletions, compactions, truncations and crashes",
        "Kafka documentation, Log and Guarantees; KIP-101, KIP-107",
        log.Scope._fields,
        lambda scope: log.specification(log.Scope(*scope)),
    ),
    *variants(log_folder.VARIANTS, log.Scope, log_folder.specification),
)
"""The log, and the folder in which its segments are."""

ENTRIES = (
    expect("log", (3, 2, 1), 1_832, 12),
    expect("log", (4, 2, 1), 13_048, 14),
    expect("log-folder", (3, 2, 1), 1_832, 12),
    shows(
        21,
        expect(
            "log-folder-kafka-3968",
            (3, 2, 1),
            5_720,
            13,
            flushed_records_stay=6,
            newest_record_stays=7,
        ),
        cure="log-folder",
    ),
)
"""Its sizes, which only guard against change; every promise holds."""
