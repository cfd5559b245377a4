"""From nodes to the image: what each change of a node means for `ClusterImage`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from logion.cluster import znodes
from logion.cluster.image import (
    NO_BROKER,
    BrokerInfo,
    ClusterImage,
    PartitionInfo,
    TopicInfo,
)
from logion.coordination.tree import Change, Node
from logion.names import ZERO_UUID, BrokerId, ControllerEpoch


def image_of(nodes: Iterable[tuple[str, Node]]) -> ClusterImage:
    """Return the image of a whole tree, parents before children."""
    return apply(ClusterImage(), (Change(path, None, node) for path, node in nodes))


def apply(image: ClusterImage, changes: Iterable[Change]) -> ClusterImage:
    """Return the image after these changes; other nodes mean nothing to it."""
    draft = _draft(image)
    for path, _, after in changes:
        for pattern, step in _STEPS if _MEANS_SOMETHING.fullmatch(path) else ():
            found = pattern.fullmatch(path)
            if found is not None:
                step(draft, found, after)
                break
    return draft.image()


@dataclass(slots=True)
class _Draft:
    """The next image while it is made: copies that may change."""

    cluster_id: str | None
    controller_id: BrokerId
    controller_epoch: ControllerEpoch
    brokers: dict[BrokerId, BrokerInfo]
    topics: dict[str, TopicInfo]
    topic_configs: dict[str, Mapping[str, str]]
    broker_configs: dict[str, Mapping[str, str]]
    entity_configs: dict[str, Mapping[str, str]]
    group_configs: dict[str, Mapping[str, str]]
    metrics_configs: dict[str, Mapping[str, str]]
    deleting: set[str]
    drawn: dict[str, dict[int, PartitionInfo]] = field(default_factory=dict)
    """Partitions of the topics that have changed."""

    def image(self) -> ClusterImage:
        for name, partitions in self.drawn.items():
            self.topics[name] = self.topics[name]._replace(partitions=partitions)
        topics = self.topics.values()
        return ClusterImage(
            cluster_id=self.cluster_id,
            controller_id=self.controller_id,
            controller_epoch=self.controller_epoch,
            brokers=self.brokers,
            topics=self.topics,
            topics_by_id={each.id: each for each in topics if each.id != ZERO_UUID},
            topic_configs=self.topic_configs,
            broker_configs=self.broker_configs,
            entity_configs=self.entity_configs,
            group_configs=self.group_configs,
            metrics_configs=self.metrics_configs,
            deleting=frozenset(self.deleting),
        )

    def partitions(self, topic: str) -> dict[int, PartitionInfo]:
        """Return the partitions of a topic that is there, to be changed."""
        if topic not in self.drawn:
            self.drawn[topic] = dict(self.topics[topic].partitions)
        return self.drawn[topic]


def _draft(image: ClusterImage) -> _Draft:
    return _Draft(
        image.cluster_id,
        image.controller_id,
        image.controller_epoch,
        dict(image.brokers),
        dict(image.topics),
        dict(image.topic_configs),
        dict(image.broker_configs),
        dict(image.entity_configs),
        dict(image.group_configs),
        dict(image.metrics_configs),
        set(image.deleting),
    )


def _state(draft: _Draft, path: re.Match[str], node: Node | None) -> None:
    topic, partition = path[1], int(path[2])
    if topic not in draft.topics:
        return
    partitions = draft.partitions(topic)
    if partition not in partitions:
        return
    if node is None:
        blank = PartitionInfo(partition, partitions[partition].replicas)
        partitions[partition] = blank
        return
    data = node.data or b""
    partitions[partition] = znodes.read_state(partitions[partition], data, node.version)


def _topic(draft: _Draft, path: re.Match[str], node: Node | None) -> None:
    name = path[1]
    if node is None:
        draft.topics.pop(name, None)
        draft.drawn.pop(name, None)
        return
    if node.data is None:
        return
    former = draft.partitions(name) if name in draft.topics else {}
    topic = znodes.read_topic(name, node.data)
    draft.topics[name] = topic
    draft.drawn[name] = {
        index: _keep_state(each, former.get(index))
        for index, each in topic.partitions.items()
    }


def _keep_state(new: PartitionInfo, former: PartitionInfo | None) -> PartitionInfo:
    """Return new replicas with the state there was: that is another node's."""
    if former is None:
        return new
    return former._replace(
        replicas=new.replicas, adding=new.adding, removing=new.removing
    )


def _broker(draft: _Draft, path: re.Match[str], node: Node | None) -> None:
    broker = BrokerId(int(path[1]))
    if node is None or not node.data:
        draft.brokers.pop(broker, None)
    else:
        draft.brokers[broker] = znodes.read_broker(broker, node.data, node.stat.czxid)


def _controller(draft: _Draft, _: re.Match[str], node: Node | None) -> None:
    data = node.data if node is not None else None
    draft.controller_id = znodes.read_controller(data).broker if data else NO_BROKER


def _controller_epoch(draft: _Draft, _: re.Match[str], node: Node | None) -> None:
    data = node.data if node is not None else None
    draft.controller_epoch = znodes.read_controller_epoch(data or b"0")


def _cluster_id(draft: _Draft, _: re.Match[str], node: Node | None) -> None:
    data = node.data if node is not None else None
    draft.cluster_id = znodes.read_cluster_id(data) if data else None


def _topic_config(draft: _Draft, path: re.Match[str], node: Node | None) -> None:
    _config(draft.topic_configs, path[1], node)


def _broker_config(draft: _Draft, path: re.Match[str], node: Node | None) -> None:
    _config(draft.broker_configs, path[1], node)


def _entity_config(draft: _Draft, path: re.Match[str], node: Node | None) -> None:
    _config(draft.entity_configs, path[1], node)


def _group_config(draft: _Draft, path: re.Match[str], node: Node | None) -> None:
    _config(draft.group_configs, znodes.config_name(path[1]), node)


def _metrics_config(draft: _Draft, path: re.Match[str], node: Node | None) -> None:
    _config(draft.metrics_configs, znodes.config_name(path[1]), node)


def _config(
    configs: dict[str, Mapping[str, str]], name: str, node: Node | None
) -> None:
    if node is None or not node.data:
        configs.pop(name, None)
    else:
        configs[name] = znodes.read_config(node.data)


def _deleting(draft: _Draft, path: re.Match[str], node: Node | None) -> None:
    if node is None:
        draft.deleting.discard(path[1])
    else:
        draft.deleting.add(path[1])


_Step = Callable[[_Draft, "re.Match[str]", "Node | None"], None]

_STEPS: tuple[tuple[re.Pattern[str], _Step], ...] = (
    (re.compile(r"/brokers/topics/([^/]+)/partitions/(\d+)/state"), _state),
    (re.compile(r"/brokers/topics/([^/]+)"), _topic),
    (re.compile(r"/brokers/ids/(\d+)"), _broker),
    (re.compile(r"/config/topics/([^/]+)"), _topic_config),
    (re.compile(r"/config/brokers/([^/]+)"), _broker_config),
    (
        re.compile(r"/config/((?:users/[^/]+/)?clients/[^/]+|(?:users|ips)/[^/]+)"),
        _entity_config,
    ),
    (re.compile(r"/config/groups/([^/]+)"), _group_config),
    (re.compile(r"/config/client-metrics/([^/]+)"), _metrics_config),
    (re.compile(r"/admin/delete_topics/([^/]+)"), _deleting),
    (re.compile(r"/controller"), _controller),
    (re.compile(r"/controller_epoch"), _controller_epoch),
    (re.compile(r"/cluster/id"), _cluster_id),
)
"""Which path changes the image, and how."""

_MEANS_SOMETHING = re.compile("|".join(pattern.pattern for pattern, _ in _STEPS))
"""Most paths of a tree do not, and need not be tried with each."""
