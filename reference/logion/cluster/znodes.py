"""Where Apache Kafka keeps what in ZooKeeper, and the JSON it writes there.

`read_` and `write_` are inverse. Key order is free, unknown keys are passed over and
any later version of a format is read, as Kafka does. What is written depends on the
release: broker registrations have versions 1 to 5, topics 1 to 3 (with replicas on the
move since 2.4, with a topic id since 2.8), changes of settings 1 and 2.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote, unquote

from logion.cluster.image import BrokerInfo, Endpoint, PartitionInfo, TopicInfo
from logion.config import Listener
from logion.config_rules import listener as parse_listener
from logion.names import (
    ZERO_UUID,
    BrokerId,
    ControllerEpoch,
    LeaderEpoch,
    PartitionEpoch,
    TopicPartition,
    format_uuid,
    parse_uuid,
)
from logion.settings import minor_release

BROKER_IDS = "/brokers/ids"
BROKER_SEQUENCE = "/brokers/seqid"
TOPICS = "/brokers/topics"
CONTROLLER = "/controller"
CONTROLLER_EPOCH = "/controller_epoch"
CLUSTER_ID = "/cluster/id"
CONFIG = "/config"
TOPIC_CONFIGS = "/config/topics"
BROKER_CONFIGS = "/config/brokers"
GROUP_CONFIGS = "/config/groups"
METRICS_CONFIGS = "/config/client-metrics"
CONFIG_CHANGES = "/config/changes"
DELETE_TOPICS = "/admin/delete_topics"
ISR_CHANGES = "/isr_change_notification"
PRODUCER_IDS = "/latest_producer_id_block"

ROOTS: tuple[tuple[str, str], ...] = (
    ("0.8.0", "/consumers"),
    ("0.8.0", "/brokers"),
    ("0.8.0", BROKER_IDS),
    ("0.8.0", TOPICS),
    ("0.9.0", BROKER_SEQUENCE),
    ("0.8.0", "/config"),
    ("0.8.1", CONFIG_CHANGES),
    ("0.8.1", TOPIC_CONFIGS),
    ("0.9.0", "/config/clients"),
    ("1.1", "/config/users"),
    ("1.1", BROKER_CONFIGS),
    ("2.6", "/config/ips"),
    ("0.8.0", "/admin"),
    ("0.8.1", DELETE_TOPICS),
    ("0.8.2", ISR_CHANGES),
    ("0.10.1", "/cluster"),
    ("0.11.0", PRODUCER_IDS),
    ("1.0", "/log_dir_event_notification"),
)
"""(first release, path) of the nodes that are there before anything happens."""

Json: TypeAlias = dict[str, Any]


class ProducerIdBlock(NamedTuple):
    """Producer ids that one broker may hand out, `first` to `last`."""

    broker: BrokerId
    first: int
    last: int


class ControllerInfo(NamedTuple):
    """Who the controller is."""

    broker: BrokerId
    timestamp_ms: int


class ConfigChange(NamedTuple):
    """Says that the settings of something have changed: `topics` and its name."""

    entity_type: str
    entity_name: str


def roots(release: str) -> tuple[str, ...]:
    """Return the nodes that a broker of `release` ensures at its start, in order."""
    minor = minor_release(release)
    return tuple(path for first, path in ROOTS if minor_release(first) <= minor)


def broker_path(broker: int) -> str:
    """Return where a broker is registered, as an ephemeral node."""
    return f"{BROKER_IDS}/{broker}"


def topic_path(topic: str) -> str:
    """Return where a topic's replicas are."""
    return f"{TOPICS}/{topic}"


def partition_path(topic: str, partition: int) -> str:
    """Return the node above a partition's state."""
    return f"{TOPICS}/{topic}/partitions/{partition}"


def state_path(topic: str, partition: int) -> str:
    """Return where a partition's leader and ISR are."""
    return f"{partition_path(topic, partition)}/state"


def config_path(kind: str, name: str) -> str:
    """Return where the settings of something are.

    `kind` is topics, brokers (a broker's id, or `<default>`), groups or client-metrics.
    Names of these two may hold anything, and are written as in a URL.
    """
    plain = kind in {"topics", "brokers"}
    return (
        f"/config/{kind}/{name if plain else quote(name, safe='').replace('.', '%2E')}"
    )


def config_name(text: str) -> str:
    """Return the name that `config_path` wrote."""
    return unquote(text)


def _dump(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def read_broker(broker: BrokerId, data: bytes, epoch: int = -1) -> BrokerInfo:
    """Return the broker registered by `data`, at transaction `epoch`.

    Version 1 has a host and a port only, 2 has endpoints, 3 a rack, 4 the security
    protocol of each listener.
    """
    value = json.loads(data)
    protocols = value.get("listener_security_protocol_map", {})
    if value["version"] == 1:
        endpoints = [Endpoint("PLAINTEXT", value["host"], value["port"])]
    else:
        found = [
            Listener(*parse_listener("endpoints", text)) for text in value["endpoints"]
        ]
        endpoints = [
            Endpoint(name, host, port, protocols.get(name, name))
            for name, host, port in found
        ]
    return BrokerInfo(broker, tuple(endpoints), value.get("rack"), epoch)


_REGISTRATIONS = (("2.7", 5), ("0.10.2", 4), ("0.10.0", 3), ("0.9.0", 2), ("0.8.0", 1))
"""Version of a registration since each release, the newest first."""


def write_broker(broker: BrokerInfo, release: str, timestamp_ms: int) -> bytes:
    """Return the registration that a broker of `release` writes."""
    version = _version(_REGISTRATIONS, release)
    plain = broker.endpoint("PLAINTEXT")
    value: Json = {
        "jmx_port": -1,
        "host": plain.host if plain else None,
        "port": plain.port if plain else -1,
        "timestamp": str(timestamp_ms),
        "version": version,
    }
    if version >= 2:
        value["endpoints"] = [
            f"{e.listener}://{_bracketed(e.host)}:{e.port}" for e in broker.endpoints
        ]
    if version >= 3 and broker.rack is not None:
        value["rack"] = broker.rack
    if version >= 4:
        value["listener_security_protocol_map"] = {
            e.listener: e.security_protocol for e in broker.endpoints
        }
    if version >= 5:
        value["features"] = {}
    return _dump(value)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _version(table: Iterable[tuple[str, int]], release: str) -> int:
    minor = minor_release(release)
    return next(version for first, version in table if minor_release(first) <= minor)


_TOPIC_VERSIONS = (("2.8", 3), ("2.4", 2), ("0.8.0", 1))


def read_topic(name: str, data: bytes) -> TopicInfo:
    """Return a topic whose partitions have replicas, but no state yet."""
    value = json.loads(data)
    adding = value.get("adding_replicas", {})
    removing = value.get("removing_replicas", {})
    partitions = {
        int(index): PartitionInfo(
            int(index),
            tuple(replicas),
            adding=tuple(adding.get(index, ())),
            removing=tuple(removing.get(index, ())),
        )
        for index, replicas in value["partitions"].items()
    }
    topic_id = parse_uuid(value["topic_id"]) if "topic_id" in value else ZERO_UUID
    return TopicInfo(name, topic_id, dict(sorted(partitions.items())))


def write_topic(topic: TopicInfo, release: str) -> bytes:
    """Return a topic's node: the replicas of its partitions, and its id since 2.8."""
    version = _version(_TOPIC_VERSIONS, release)
    partitions = topic.partitions.values()
    value: Json = {
        "version": version,
        "partitions": {str(each.partition): list(each.replicas) for each in partitions},
    }
    if version >= 2:
        moving = {"adding_replicas": "adding", "removing_replicas": "removing"}
        for key, field in moving.items():
            lists = {
                str(each.partition): list(getattr(each, field)) for each in partitions
            }
            value[key] = {index: ids for index, ids in lists.items() if ids}
    if version >= 3 and topic.id != ZERO_UUID:
        value["topic_id"] = format_uuid(topic.id)
    return _dump(value)


def read_state(partition: PartitionInfo, data: bytes, version: int) -> PartitionInfo:
    """Return the partition with the leader and ISR of its state node."""
    value = json.loads(data)
    return partition._replace(
        isr=tuple(map(BrokerId, value["isr"])),
        leader=BrokerId(value["leader"]),
        leader_epoch=LeaderEpoch(value["leader_epoch"]),
        controller_epoch=ControllerEpoch(value["controller_epoch"]),
        partition_epoch=PartitionEpoch(version),
    )


def write_state(partition: PartitionInfo) -> bytes:
    """Return a partition's state node."""
    return _dump(
        {
            "controller_epoch": partition.controller_epoch,
            "leader": partition.leader,
            "version": 1,
            "leader_epoch": partition.leader_epoch,
            "isr": list(partition.isr),
        }
    )


def read_controller(data: bytes) -> ControllerInfo:
    """Return who the controller is."""
    value = json.loads(data)
    return ControllerInfo(BrokerId(value["brokerid"]), int(value["timestamp"]))


def write_controller(controller: ControllerInfo, release: str) -> bytes:
    """Return the node of the controller; since 3.4 it has KRaft's epoch, unused."""
    value: Json = {
        "version": 1,
        "brokerid": controller.broker,
        "timestamp": str(controller.timestamp_ms),
    }
    if minor_release(release) >= (3, 4):
        value |= {"version": 2, "kraftControllerEpoch": -1}
    return _dump(value)


def read_controller_epoch(data: bytes) -> ControllerEpoch:
    """Return the number of the last controller's term."""
    return ControllerEpoch(int(data))


def write_controller_epoch(epoch: ControllerEpoch) -> bytes:
    """Return a term's number in decimal digits."""
    return str(epoch).encode()


def read_cluster_id(data: bytes) -> str:
    """Return the cluster's id, 22 characters."""
    return str(json.loads(data)["id"])


def write_cluster_id(cluster_id: str) -> bytes:
    """Return the node of the cluster's id (KIP-78)."""
    return _dump({"version": "1", "id": cluster_id})


def read_config(data: bytes) -> dict[str, str]:
    """Return the settings of a topic or a broker."""
    return dict(json.loads(data)["config"])


def write_config(config: Mapping[str, str]) -> bytes:
    """Return the node of a topic's or a broker's settings."""
    return _dump({"version": 1, "config": dict(config)})


def read_config_change(data: bytes) -> ConfigChange:
    """Return what has changed; version 2 writes type and name as one path."""
    value = json.loads(data)
    if value["version"] == 1:
        return ConfigChange(value["entity_type"], value["entity_name"])
    entity_type, _, name = value["entity_path"].partition("/")
    return ConfigChange(entity_type, name)


def write_config_change(change: ConfigChange, release: str) -> bytes:
    """Return a notification; version 2 since 0.10.1."""
    kind, name = change
    if minor_release(release) < (0, 10, 1):
        return _dump({"version": 1, "entity_type": kind, "entity_name": name})
    return _dump({"version": 2, "entity_path": f"{kind}/{name}"})


def read_isr_change(data: bytes) -> tuple[TopicPartition, ...]:
    """Return the partitions whose leader has changed their ISR."""
    partitions = json.loads(data)["partitions"]
    return tuple(TopicPartition(p["topic"], p["partition"]) for p in partitions)


def write_isr_change(partitions: Iterable[TopicPartition]) -> bytes:
    """Return a leader's notification to the controller."""
    changed = [{"topic": p.topic, "partition": p.partition} for p in partitions]
    return _dump({"version": 1, "partitions": changed})


def read_producer_ids(data: bytes) -> ProducerIdBlock:
    """Return the last block of producer ids that anybody took."""
    value = json.loads(data)
    first, last = int(value["block_start"]), int(value["block_end"])
    return ProducerIdBlock(BrokerId(value["broker"]), first, last)


def write_producer_ids(block: ProducerIdBlock) -> bytes:
    """Return the node that says who took which producer ids."""
    return _dump(
        {
            "version": 1,
            "broker": block.broker,
            "block_start": str(block.first),
            "block_end": str(block.last),
        }
    )
