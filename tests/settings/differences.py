"""Where our settings differ from Apache Kafka's on purpose, each with its row.

`docs/deviations.md` says why.
"""

from __future__ import annotations

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
"""2.8 keeps them to itself, until something has been changed while it runs."""

ROWS = {
    ("2.8.2", "broker, changed"): QUORUM_OF_2_8,
    ("4.3.0", "topic"): ELIGIBLE_LEADERS,
    ("4.3.0", "broker"): ELIGIBLE_LEADERS,
    ("4.3.0", "all brokers"): ELIGIBLE_LEADERS,
}
"""Settings that differ, by release and part of what was asked."""
