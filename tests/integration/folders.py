"""What a folder written elsewhere needs before Apache Kafka takes it: its znodes.

With ZooKeeper, topics and the cluster's id are not in the data folder. They are written
from what the folder says, so that the broker finds the partitions it is to lead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from logion_conformance import apache


def properties_of(file: Path) -> dict[str, str]:
    """Return a properties file as a dict; empty if it is not there."""
    if not file.exists():
        return {}
    lines = [each for each in file.read_text().splitlines() if "=" in each]
    pairs = [each.partition("=") for each in lines if not each.startswith("#")]
    return {key.strip(): value.strip() for key, _, value in pairs}


def topic_id(partition: Path) -> str | None:
    """Return the topic id that a partition's folder names."""
    file = partition / "partition.metadata"
    if not file.exists():
        return None
    return file.read_text().split("topic_id:")[1].split()[0]


def topics_in(data: Path) -> dict[str, list[Path]]:
    """Return the topics of a data folder with the folders of their partitions."""
    found: dict[str, list[Path]] = {}
    for folder in sorted(data.glob("*-[0-9]*")):
        if (folder / "00000000000000000000.log").exists():
            found.setdefault(folder.name.rpartition("-")[0], []).append(folder)
    return found


def topic_znode(partitions: list[Path], broker_id: int) -> str:
    """Return the JSON of a topic whose partitions all live on one broker."""
    numbers = [folder.name.rpartition("-")[2] for folder in partitions]
    state: dict[str, object] = {
        "version": 1,
        "partitions": {number: [broker_id] for number in numbers},
    }
    if identity := topic_id(partitions[0]):
        state |= {
            "version": 3,
            "topic_id": identity,
            "adding_replicas": {},
            "removing_replicas": {},
        }
    return json.dumps(state, separators=(",", ":"))


def broker_id_of(data: Path) -> int:
    """Return the id of the broker that wrote the folder; 0 if it does not say."""
    meta = properties_of(data / "meta.properties")
    return int(meta.get("broker.id", meta.get("node.id", "0")))


def znodes_of(data: Path) -> dict[str, str]:
    """Return the znodes that a broker needs to serve what is in `data`."""
    broker_id = broker_id_of(data)
    cluster_id = properties_of(data / "meta.properties").get("cluster.id")
    nodes = {"/brokers": "", "/brokers/topics": ""}
    for topic, partitions in topics_in(data).items():
        nodes[f"/brokers/topics/{topic}"] = topic_znode(partitions, broker_id)
    if cluster_id:
        identity = json.dumps({"version": "1", "id": cluster_id}, separators=(",", ":"))
        nodes |= {"/cluster": "", "/cluster/id": identity}
    return nodes


def create_znodes(release: str, zookeeper: str, nodes: dict[str, str]) -> None:
    """Write znodes with the shell of the ZooKeeper that came with `release`.

    Raises RuntimeError if one is not there afterwards.
    """
    commands = [f"create {path} {data or '-'}" for path, data in nodes.items()]
    commands += [f"get {path}" for path in nodes]
    ran = apache.run(
        release,
        "org.apache.zookeeper.ZooKeeperMain",
        "-server",
        zookeeper,
        stdin="\n".join([*commands, "quit"]) + "\n",
    )
    lost = [path for path, data in nodes.items() if data not in ran.stdout]
    if lost or "NoNode" in ran.stdout + ran.stderr:
        raise RuntimeError(f"znodes {lost}:\n{ran.stdout}{ran.stderr}")


def files_of(data: Path, topics: Iterable[str], suffix: str) -> list[Path]:
    """Return the files of these topics with that suffix, the empty ones left out."""
    found = [file for topic in topics for file in data.glob(f"{topic}-*/*{suffix}")]
    return sorted(file for file in found if file.stat().st_size)
