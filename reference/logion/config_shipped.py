"""What the `server.properties` that ship with Kafka's releases set."""

from __future__ import annotations

from logion.settings import NEWEST_RELEASE, minor_release

SHIPPED: tuple[tuple[str, str, str, str], ...] = (
    ("0.8.0", "", "num.io.threads", "8"),
    ("0.8.0", "3.9", "broker.id", "0"),
    ("4.0", "", "node.id", "1"),
    ("0.8.0", "0.8.1", "num.network.threads", "2"),
    ("0.8.2", "", "num.network.threads", "3"),
    ("0.8.0", "0.8.1", "socket.send.buffer.bytes", "1048576"),
    ("0.8.0", "0.8.1", "socket.receive.buffer.bytes", "1048576"),
    ("0.8.2", "", "socket.send.buffer.bytes", "102400"),
    ("0.8.2", "", "socket.receive.buffer.bytes", "102400"),
    ("0.8.0", "", "socket.request.max.bytes", "104857600"),
    ("0.8.0", "0.8.1", "num.partitions", "2"),
    ("0.8.2", "", "num.partitions", "1"),
    ("0.8.2", "", "num.recovery.threads.per.data.dir", "1"),
    ("0.11.0", "", "offsets.topic.replication.factor", "1"),
    ("0.11.0", "", "transaction.state.log.replication.factor", "1"),
    ("0.11.0", "", "transaction.state.log.min.isr", "1"),
    ("4.0", "", "share.coordinator.state.topic.replication.factor", "1"),
    ("4.0", "", "share.coordinator.state.topic.min.isr", "1"),
    ("0.8.0", "", "log.retention.hours", "168"),
    ("0.8.0", "0.8.1", "log.segment.bytes", "536870912"),
    ("0.8.2", "", "log.segment.bytes", "1073741824"),
    ("0.8.1", "0.8.1", "log.retention.check.interval.ms", "60000"),
    ("0.8.2", "", "log.retention.check.interval.ms", "300000"),
    ("0.8.1", "0.8.2", "log.cleaner.enable", "false"),
    ("0.11.0", "", "group.initial.rebalance.delay.ms", "0"),
)
"""(first release, last release, key, value) of each `server.properties` that shipped.

Without addresses, folders and what only the coordination needs.
"""


def shipped_settings(release: str = NEWEST_RELEASE) -> dict[str, str]:
    """Return what the `server.properties` that ships with `release` sets.

    Without addresses and folders: what a broker that nobody configured starts with.
    """
    minor = minor_release(release)
    return {
        key: value
        for first, last, key, value in SHIPPED
        if minor_release(first) <= minor <= minor_release(last or NEWEST_RELEASE)
    }
