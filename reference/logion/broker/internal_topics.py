"""Topics that Kafka keeps for itself, and how they are made when they are missing."""

from __future__ import annotations

from logion.cluster.topics import NewTopic
from logion.config import BrokerConfig
from logion.settings import minor_release

OFFSETS = "__consumer_offsets"
TRANSACTIONS = "__transaction_state"
INTERNAL_TOPICS = frozenset({OFFSETS, TRANSACTIONS})

EXACT_REPLICATION_SINCE = (0, 11, 0)
"""Before, the first offsets topic took as few replicas as there were brokers."""

COMPRESSION_SINCE = (0, 9, 0)
"""Before, topics had no `compression.type`."""


def missing_topic(name: str, config: BrokerConfig, *, broker_count: int) -> NewTopic:
    """Return the topic that is made when somebody asks for it by this name."""
    if name == OFFSETS:
        factor = config.integer("offsets.topic.replication.factor")
        if minor_release(config.release) < EXACT_REPLICATION_SINCE:
            factor = min(factor, broker_count)
        return NewTopic(
            name,
            config.integer("offsets.topic.num.partitions"),
            factor,
            configs=_compacted(config, "offsets.topic.segment.bytes"),
        )
    if name == TRANSACTIONS:
        return NewTopic(
            name,
            config.integer("transaction.state.log.num.partitions"),
            config.integer("transaction.state.log.replication.factor"),
            configs={
                **_compacted(config, "transaction.state.log.segment.bytes"),
                "min.insync.replicas": config.text("transaction.state.log.min.isr"),
                "unclean.leader.election.enable": "false",
                "compression.type": "uncompressed",
            },
        )
    return NewTopic(name)


def _compacted(config: BrokerConfig, segment_bytes: str) -> dict[str, str]:
    configs = {
        "cleanup.policy": "compact",
        "segment.bytes": config.text(segment_bytes),
        "compression.type": "producer",
    }
    if minor_release(config.release) < COMPRESSION_SINCE:
        del configs["compression.type"]
    return configs
