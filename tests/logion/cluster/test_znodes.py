from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from logion.cluster import znodes
from logion.cluster.image import BrokerInfo, Endpoint, PartitionInfo, TopicInfo
from logion.cluster.znodes import ConfigChange, ControllerInfo, ProducerIdBlock
from logion.names import (
    ZERO_UUID,
    BrokerId,
    ControllerEpoch,
    LeaderEpoch,
    PartitionEpoch,
    TopicPartition,
)

from tests.shared import needs_shared, shared

RECORDED = "spec/quickstart/znodes"
RELEASES = ("0.10.0.1", "0.11.0.3", "2.8.2", "3.9.1")


def recorded(stage: str, under: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and content of the nodes right below `under`."""
    tree = json.loads(shared(f"{RECORDED}/{stage}.json").read_text())
    for node in tree["nodes"]:
        parent, _, name = node["path"].rpartition("/")
        if parent == under and node["data"]:
            yield name, json.loads(node["data"])


def bytes_of(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


@needs_shared
@pytest.mark.parametrize("release", RELEASES)
def test_topics_are_read_and_written_as_each_release_does(release: str) -> None:
    found = list(recorded(f"D-{release}-znodes", znodes.TOPICS))
    assert len(found) >= 7
    for name, value in found:
        topic = znodes.read_topic(name, bytes_of(value))
        assert list(topic.partitions) == sorted(topic.partitions)
        assert json.loads(znodes.write_topic(topic, release)) == value


@needs_shared
@pytest.mark.parametrize("release", RELEASES)
def test_brokers_are_read_and_written_as_each_release_does(release: str) -> None:
    [(name, value)] = recorded(f"D-{release}-znodes", znodes.BROKER_IDS)
    broker = znodes.read_broker(BrokerId(int(name)), bytes_of(value), 7)
    assert (broker.epoch, broker.endpoints[0].host) == (7, "127.0.0.1")
    assert broker.endpoints[0].security_protocol == "PLAINTEXT"
    written = znodes.write_broker(broker, release, int(value["timestamp"]))
    assert json.loads(written) == value


@needs_shared
@pytest.mark.parametrize("release", RELEASES)
def test_the_controller_is_read_and_written_as_each_release_does(release: str) -> None:
    nodes = dict(recorded(f"D-{release}-znodes", ""))
    found = znodes.read_controller(bytes_of(nodes["controller"]))
    assert found.broker == 0
    written = json.loads(znodes.write_controller(found, release))
    assert written == nodes["controller"]
    epoch = znodes.read_controller_epoch(bytes_of(nodes["controller_epoch"]))
    assert znodes.write_controller_epoch(epoch) == b"1"


@needs_shared
@pytest.mark.parametrize("release", RELEASES)
def test_the_roots_are_those_that_each_release_makes(release: str) -> None:
    tree = json.loads(shared(f"{RECORDED}/D-{release}-znodes.json").read_text())
    there = {node["path"] for node in tree["nodes"]}
    assert set(znodes.roots(release)) <= there


@needs_shared
def test_settings_and_their_changes_are_read_and_written() -> None:
    configs = dict(recorded("B4-client-config-changed", znodes.TOPIC_CONFIGS))
    assert configs["cfg"]["config"]["retention.ms"] == "100000"
    for value in configs.values():
        config = znodes.read_config(bytes_of(value))
        assert json.loads(znodes.write_config(config)) == value
    for _, value in recorded("B4-client-config-changed", znodes.CONFIG_CHANGES):
        change = znodes.read_config_change(bytes_of(value))
        assert json.loads(znodes.write_config_change(change, "0.10.0")) == value


@needs_shared
def test_cluster_id_and_producer_ids_are_read_and_written() -> None:
    [(_, value)] = recorded("D-3.9.1-znodes", "/cluster")
    cluster_id = znodes.read_cluster_id(bytes_of(value))
    assert json.loads(znodes.write_cluster_id(cluster_id)) == value
    taken = dict(recorded("D-3.9.1-znodes", ""))["latest_producer_id_block"]
    block = znodes.read_producer_ids(bytes_of(taken))
    assert block == ProducerIdBlock(BrokerId(0), 0, 999)
    assert json.loads(znodes.write_producer_ids(block)) == taken


@needs_shared
def test_states_are_read_and_written() -> None:
    tree = json.loads(shared(f"{RECORDED}/16-after-sigterm-leader.json").read_text())
    states = [node for node in tree["nodes"] if node["path"].endswith("/state")]
    assert len(states) > 3
    for node in states:
        data = node["data"].encode()
        partition = PartitionInfo(0, ())
        found = znodes.read_state(partition, data, node["version"])
        assert found.partition_epoch == node["version"]
        assert json.loads(znodes.write_state(found)) == json.loads(data)


def test_a_state_tells_leader_isr_and_epochs() -> None:
    data = b'{"controller_epoch":3,"leader":1,"version":1,"leader_epoch":5,"isr":[1,2]}'
    one, two = BrokerId(1), BrokerId(2)
    assert znodes.read_state(PartitionInfo(4, (two, one)), data, 9) == PartitionInfo(
        4,
        (two, one),
        isr=(one, two),
        leader=one,
        leader_epoch=LeaderEpoch(5),
        controller_epoch=ControllerEpoch(3),
        partition_epoch=PartitionEpoch(9),
    )


def test_the_oldest_registration_has_a_host_and_a_port() -> None:
    data = b'{"jmx_port":-1,"timestamp":"5","host":"h","version":1,"port":9092}'
    broker = znodes.read_broker(BrokerId(3), data)
    assert broker.endpoints == (Endpoint("PLAINTEXT", "h", 9092),)
    written = json.loads(znodes.write_broker(broker, "0.8.2", 5))
    assert written == json.loads(data)


def test_racks_protocols_and_ipv6_survive_a_registration() -> None:
    endpoints = (
        Endpoint("INTERNAL", "::1", 1, "SSL"),
        Endpoint("PLAINTEXT", "h", 2),
    )
    broker = BrokerInfo(BrokerId(1), endpoints, "r1", 4)
    data = znodes.write_broker(broker, "4.3", 0)
    assert znodes.read_broker(BrokerId(1), data, 4) == broker
    assert json.loads(data)["port"] == 2
    alone = znodes.write_broker(broker._replace(endpoints=endpoints[:1]), "4.3", 0)
    assert (json.loads(alone)["host"], json.loads(alone)["port"]) == (None, -1)


def test_replicas_on_the_move_are_kept_since_2_4() -> None:
    moving = PartitionInfo(
        0, (BrokerId(1), BrokerId(2)), adding=(BrokerId(2),), removing=(BrokerId(1),)
    )
    topic = TopicInfo("t", ZERO_UUID, {0: moving})
    assert znodes.read_topic("t", znodes.write_topic(topic, "2.4")) == topic
    assert "topic_id" not in json.loads(znodes.write_topic(topic, "2.8"))
    assert set(json.loads(znodes.write_topic(topic, "2.3"))) == {
        "version",
        "partitions",
    }


def test_changes_of_settings_name_a_path_since_0_10_1() -> None:
    change = ConfigChange("topics", "t")
    written = znodes.write_config_change(change, "0.10.1")
    assert json.loads(written) == {"version": 2, "entity_path": "topics/t"}
    assert znodes.read_config_change(written) == change


def test_a_changed_isr_names_its_partitions() -> None:
    partitions = (TopicPartition("t", 1), TopicPartition("u", 0))
    assert znodes.read_isr_change(znodes.write_isr_change(partitions)) == partitions


def test_a_controller_has_version_2_since_3_4() -> None:
    info = ControllerInfo(BrokerId(1), 5)
    assert json.loads(znodes.write_controller(info, "3.3"))["version"] == 1
    assert json.loads(znodes.write_controller(info, "3.4"))["version"] == 2
