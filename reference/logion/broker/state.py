"""A broker's parts as its handlers see them; `logion.broker.broker` assembles them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from logion.broker.admission import Doorkeeper
from logion.broker.clients import Clients
from logion.broker.faults.faults import Faults
from logion.broker.faults.images import PastImages
from logion.broker.fetch_sessions import FetchSessions
from logion.broker.loggers import Loggers
from logion.broker.moving import Moves
from logion.broker.partitions import Partitions
from logion.broker.quotas import Quotas
from logion.clock import Clock
from logion.cluster.image import PartitionInfo
from logion.cluster.metadata import Chance, Cluster, random_uuid
from logion.group.coordinator import GroupCoordinator
from logion.log.cleaner import LogCleaner
from logion.log.manager import LogManager
from logion.names import BrokerId, TopicPartition
from logion.names import Uuid as TopicId
from logion.protocol.errors import ApiError, Error
from logion.protocol.releases import Release
from logion.replica.partition import Partition
from logion.transaction.coordinator import TransactionCoordinator


@dataclass(frozen=True, slots=True)
class BrokerState:
    """Everything one broker has, and nothing that any other has."""

    id: BrokerId
    release: Release
    """The release it plays."""
    clock: Clock
    cluster: Cluster
    logs: LogManager
    cleaner: LogCleaner
    partitions: Partitions
    moves: Moves
    """Logs on their way to another directory."""
    doorkeeper: Doorkeeper
    fetch_sessions: FetchSessions
    clients: Clients
    """Who is connected."""
    quotas: Quotas
    groups: GroupCoordinator
    transactions: TransactionCoordinator
    chance: Chance
    """Where new ids come from."""
    faults: Faults
    """What it does wrong on purpose: usually nothing."""
    past_images: PastImages
    """How the cluster looked before its last changes."""
    frame_size_max: int
    """Largest request read: `socket.request.max.bytes`."""
    loggers: Loggers
    """What it writes of itself, and how much."""
    fetch_size_max: int
    """Most bytes of records in one answer: `fetch.max.bytes`."""
    request_timeout_ms: int
    """How long a marker may take to be committed: `request.timeout.ms`."""

    def new_member_id(self, prefix: str) -> str:
        """Return an id that no member of any group has: `prefix` and a random UUID."""
        return f"{prefix}-{UUID(bytes=random_uuid(self.chance))}"

    def topic_name(self, topic_id: TopicId) -> str | None:
        """Return the name of the topic with this id, None if there is none."""
        topic = self.cluster.image.topics_by_id.get(topic_id)
        return None if topic is None else topic.name

    def leading(self, name: TopicPartition) -> Partition | Error:
        """Return the partition, or the error for a client that should not ask here."""
        partition = self.partitions.get(name)
        if partition is not None:
            return partition
        known = self.cluster.image.partition(*name)
        if known is None:
            return Error.UNKNOWN_TOPIC_OR_PARTITION
        if known.leader == self.id:
            return Error.KAFKA_STORAGE_ERROR
        return Error.NOT_LEADER_OR_FOLLOWER

    def offline_replicas(self, topic: str, info: PartitionInfo) -> tuple[BrokerId, ...]:
        """Return the replicas whose broker, or its log directory, does not work."""
        alive = self.cluster.image.brokers
        lost = {it for it in info.replicas if it not in alive}
        if self.id in info.replicas:
            name = TopicPartition(topic, info.partition)
            lost |= {self.id} if self.partitions.is_offline(name) else set()
        return tuple(it for it in info.replicas if it in lost)

    def check_storage(self) -> None:
        """Raise KAFKA_STORAGE_ERROR if no log directory could take a new partition."""
        if not self.logs.has_directory:
            raise ApiError(Error.KAFKA_STORAGE_ERROR, "every log directory is offline")
