"""A group under test: its members, what was sent to it, what must hold in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import ConsumerGroupType, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from logion_conformance.apache import version_of

from tests.integration.clients_table import FIRST_CONSUMER_PROTOCOL, Client
from tests.integration.group_rules import Place, broken, commits
from tests.integration.members import WAIT_SECONDS_MAX, Member, Members, wait_until

PARTITIONS = 4
QUICK_MS = 3_000
"""Session timeout where a member is killed: how long it keeps its partitions."""
PATIENT_MS = 20_000
"""Session timeout where members sit something out: a restart, or each other's."""
HEARTBEAT_MS = 200
"""How long it may take until a member learns of a rebalance."""

FEED_CLIENT_ID = "feed"
"""By which what a feed sends is known from what the clients under test send."""

SETTINGS = {
    "num.partitions": str(PARTITIONS),
    "group.min.session.timeout.ms": "1000",
    "group.initial.rebalance.delay.ms": "0",
}
"""What makes groups quick."""


def settings_for(release: str, session_ms: int = PATIENT_MS) -> dict[str, str]:
    """Return the settings of a broker with quick groups.

    With KIP-848 it is the broker that decides on timeouts.
    """
    if version_of(release) < version_of(FIRST_CONSUMER_PROTOCOL):
        return dict(SETTINGS)
    return SETTINGS | {
        "group.consumer.min.session.timeout.ms": str(QUICK_MS),
        "group.consumer.session.timeout.ms": str(session_ms),
        "group.consumer.min.heartbeat.interval.ms": str(HEARTBEAT_MS),
        "group.consumer.heartbeat.interval.ms": str(HEARTBEAT_MS),
    }


@dataclass(slots=True)
class Feed:
    """A topic with PARTITIONS partitions, and where each of them ends."""

    bootstrap: str
    topic: str
    release: str
    ends: dict[Place, int] = field(default_factory=dict)

    def send(self, count: int) -> None:
        """Send numbered records to each partition; on return they are acknowledged."""
        producer = Producer(self._settings())
        for number in range(count):
            for partition in range(PARTITIONS):
                value = f"{self.topic}/{partition}/{number}"
                producer.produce(
                    self.topic, value, partition=partition, on_delivery=self._delivered
                )
        assert producer.flush(WAIT_SECONDS_MAX) == 0, "records were not acknowledged"

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "bootstrap.servers": self.bootstrap,
            "client.id": FEED_CLIENT_ID,
            "topic.metadata.refresh.fast.interval.ms": 10,
            "reconnect.backoff.max.ms": 200,
        }
        if self.release.startswith("0.9."):
            settings |= {
                "api.version.request": "false",
                "broker.version.fallback": "0.9.0",
            }
        return settings

    def _delivered(self, error: Any, message: Any) -> None:
        if error is not None:
            raise KafkaException(error)
        place = self.topic, message.partition()
        self.ends[place] = max(self.ends.get(place, 0), message.offset() + 1)


@dataclass(slots=True)
class Group:
    """One group on a feed."""

    name: str
    feed: Feed
    members: Members
    assignors: tuple[str, ...]
    """In the order of preference; `consumer:` before one of the broker's (KIP-848)."""
    session_ms: int = PATIENT_MS
    commits: str = "revoked"
    """When members commit besides being asked: `revoked`, or `asked` for never."""
    all: list[Member] = field(default_factory=list)
    """Everyone who was ever in it."""

    def join(self, client: Client, instance: str | None = None) -> Member:
        """Return a new member, which begins to join."""
        job = {
            "bootstrap": self.feed.bootstrap,
            "release": self.feed.release,
            "topics": [self.feed.topic],
            "group": self.name,
            "protocol": "consumer" if self.is_server_side else "classic",
            "assignors": [each.removeprefix("consumer:") for each in self.assignors],
            "instance": instance,
            "session_ms": self.session_ms,
            "heartbeat_ms": HEARTBEAT_MS,
            "commits": self.commits,
            "seconds": WAIT_SECONDS_MAX,
        }
        name = f"{self.name}/{len(self.all)} ({client.name})"
        member = self.members.join(client, name, job)
        self.all.append(member)
        return member

    @property
    def is_server_side(self) -> bool:
        """Whether the broker shares the partitions out (KIP-848)."""
        return self.assignors[0].startswith("consumer:")

    @property
    def present(self) -> list[Member]:
        """Those who have neither left nor been killed."""
        return [each for each in self.all if each.is_in]

    def is_settled(self) -> bool:
        """Whether each partition has one owner, and no member one more than needed."""
        own = [each.own for each in self.present]
        sizes = sorted(map(len, own))
        return (
            sum(sizes) == PARTITIONS
            and len(set().union(*own)) == PARTITIONS
            and sizes[-1] - sizes[0] <= 1
        )

    def settle(self) -> None:
        """Return when the partitions are shared out evenly."""
        wait_until(self.is_settled, self.all, f"{self.name} to settle")

    def has_all(self) -> bool:
        """Whether its members told of every record that was sent."""
        told: set[tuple[str, int, int]] = {
            (record["topic"], record["partition"], record["offset"])
            for member in self.all
            for record, _ in member.log.records()
        }
        return all(
            (*place, offset) in told
            for place, end in self.feed.ends.items()
            for offset in range(end)
        )

    def get_all(self) -> None:
        """Return when every record that was sent was told by a member."""
        wait_until(self.has_all, self.all, f"{self.name} to get everything")

    def check_protocol(self) -> None:
        """AssertionError unless the broker says that the group is of its protocol.

        Some clients fall back to the classic protocol without a word.
        """
        if self.is_server_side:
            admin = AdminClient({"bootstrap.servers": self.feed.bootstrap})
            listed = admin.list_consumer_groups(request_timeout=WAIT_SECONDS_MAX)
            kinds = {each.group_id: each.type for each in listed.result().valid}
            assert kinds[self.name] == ConsumerGroupType.CONSUMER

    def commit(self) -> None:
        """Have every member commit how far it has read.

        Where members commit for no other reason, all that was sent is committed on
        return: who was given a partition anew first reads it again.
        """
        wait_until(self._commits, self.present, f"{self.name} to commit everything")

    def _commits(self) -> bool:
        for member in self.present:
            member.commit()
        known = commits(each.log for each in self.all)
        return self.commits != "asked" or all(
            place in known and known[place][-1][1] >= end
            for place, end in self.feed.ends.items()
        )

    def leave(self) -> None:
        """Have every member leave."""
        for member in self.present:
            member.leave()

    def check(self) -> None:
        """AssertionError that names each broken rule, and shows what was told."""
        logs = [each.log for each in self.all]
        if problems := broken(logs, self.feed.ends):
            told = "\n".join(each.summary() for each in logs)
            raise AssertionError("\n".join([*problems, told]))


def for_all(groups: Iterable[Group], *steps: Callable[[Group], object]) -> None:
    """Have all groups take each step before the next one."""
    groups = list(groups)
    for step in steps:
        for group in groups:
            step(group)
