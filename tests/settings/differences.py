"""Where our settings differ from Apache Kafka's on purpose, each with its row.

`docs/deviations.md` says why.
"""

from __future__ import annotations

import re

UNKNOWN_SERVER_ERROR = -1

ELIGIBLE_LEADERS = frozenset({"min.insync.replicas"})
"""New clusters of 4.1 and later keep it for all brokers from the start (KIP-966)."""

QUORUM_OF_2_8 = frozenset(
    {
        "broker.heartbeat.interval.ms", "broker.session.timeout.ms",
        "controller.listener.names", "controller.quorum.append.linger.ms",
        "controller.quorum.election.backoff.max.ms",
        "controller.quorum.election.timeout.ms", "controller.quorum.fetch.timeout.ms",
        "controller.quorum.request.timeout.ms", "controller.quorum.retry.backoff.ms",
        "controller.quorum.voters", "initial.broker.registration.timeout.ms",
        "metadata.log.dir", "node.id", "process.roles",
        "sasl.mechanism.controller.protocol",
    }
)  # fmt: skip
"""2.8 keeps them internal, until something has been changed while it runs."""

ROWS: dict[tuple[str, str], frozenset[str]] = {
    ("2.8.2", "broker, changed"): QUORUM_OF_2_8,
    ("4.3.0", "topic"): ELIGIBLE_LEADERS,
    ("4.3.0", "broker"): ELIGIBLE_LEADERS,
    ("4.3.0", "all brokers"): ELIGIBLE_LEADERS,
}
"""Settings that differ, by release and part of what was asked."""


NOT_THE_SERVER = re.compile(
    r"(topic|broker|all brokers): (no value|deleted|deleted, unknown|deleted, read-only"
    r"|an operation that is none|of 'missing')"
)
"""What some releases answer with UNKNOWN_SERVER_ERROR, and we as later ones do."""

LOGGERS_OF_4_0 = re.compile(r"kind 8 .*")
"""4.0 answers UNKNOWN_SERVER_ERROR to all of them, if it is not told how to log."""

CODES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (NOT_THE_SERVER, ("0.11.0.3", "1.1.1", "2.8.2", "3.9.1", "4.0.0", "4.3.0")),
    (LOGGERS_OF_4_0, ("4.0.0",)),
)
"""Changes that some releases answer with UNKNOWN_SERVER_ERROR, and which do."""


def is_known(release: str, label: str, code: int) -> bool:
    """Tell whether Apache Kafka's answer to a probe is one that we do not give."""
    return code == UNKNOWN_SERVER_ERROR and any(
        pattern.fullmatch(label) and release in releases for pattern, releases in CODES
    )
