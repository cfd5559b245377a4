"""The partitions of this broker follow the image of the cluster."""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.broker.partitions import Partitions
from logion.cluster.image import ClusterImage, PartitionInfo, TopicInfo
from logion.log.manager import BrokerIdentity, LogManager
from logion.log.settings import LogSettings
from logion.names import BrokerId, LeaderEpoch, TopicPartition, Uuid
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk

ME, OTHER = BrokerId(1), BrokerId(2)
ID = Uuid(b"\x01" * 16)
NAME = TopicPartition("t", 0)
NOTHING = ClusterImage()


def image(
    leader: BrokerId = ME, epoch: int = 0, count: int = 1, topic_id: Uuid = ID
) -> ClusterImage:
    """Return an image with one topic."""
    partitions = {
        index: PartitionInfo(
            index,
            (leader,),
            isr=(leader,),
            leader=leader,
            leader_epoch=LeaderEpoch(epoch),
        )
        for index in range(count)
    }
    return ClusterImage(topics={"t": TopicInfo("t", topic_id, partitions)})


class Broker:
    """Partitions over logs in memory, and the image they follow."""

    def __init__(self, *folders: str) -> None:
        """Lead nothing."""
        self.settings = LogSettings()
        clock = FakeClock()
        disk = MemoryDisk()
        self.logs = LogManager(disk, clock, settings_of=lambda _: self.settings)
        self.logs.open(folders or ("data",), BrokerIdentity(ME))
        self.partitions = Partitions(ME, self.logs)
        self.image = NOTHING

    def follow(self, after: ClusterImage) -> None:
        """See the next image."""
        self.partitions.follow(self.image, after)
        self.image = after


@pytest.fixture
def broker() -> Broker:
    """Return a broker that leads nothing."""
    return Broker()


def test_a_topic_that_appears_gets_its_logs(broker: Broker) -> None:
    broker.follow(image(count=2))
    assert {it.name for it in broker.partitions} == {("t", 0), ("t", 1)}
    assert set(broker.logs.logs) == {("t", 0), ("t", 1)}
    found = broker.partitions.get(NAME)
    assert found is not None
    assert (found.topic_id, found.leader.epoch) == (ID, 0)


def test_a_topic_that_goes_loses_its_logs_and_wakes_who_waits(broker: Broker) -> None:
    from logion.replica.watched import watching

    broker.follow(image())
    led = broker.partitions.get(NAME)
    assert led is not None
    with watching((led.changed,)) as changed:
        broker.follow(NOTHING)
        assert changed.is_set()
    assert broker.partitions.get(NAME) is None
    assert NAME not in broker.logs.logs


def test_a_topic_made_again_starts_empty(broker: Broker) -> None:
    broker.follow(image())
    before = broker.partitions.get(NAME)
    broker.follow(image(topic_id=Uuid(b"\x02" * 16)))
    after = broker.partitions.get(NAME)
    assert after is not None
    assert after is not before
    assert after.topic_id == Uuid(b"\x02" * 16)


def test_more_partitions_leave_the_others_alone(broker: Broker) -> None:
    broker.follow(image(count=1))
    before = broker.partitions.get(NAME)
    broker.follow(image(count=3))
    assert broker.partitions.get(NAME) is before
    assert len(list(broker.partitions)) == 3


def test_who_does_not_lead_any_more_keeps_the_log_and_wakes_who_waits(
    broker: Broker,
) -> None:
    from logion.replica.watched import watching

    broker.follow(image())
    led = broker.partitions.get(NAME)
    assert led is not None
    with watching((led.changed,)) as changed:
        broker.follow(image(leader=OTHER, epoch=1))
        assert changed.is_set()
    assert broker.partitions.get(NAME) is None
    assert NAME in broker.logs.logs


def test_a_new_term_begins_with_what_was_committed(broker: Broker) -> None:
    broker.follow(image())
    broker.partitions.note_high_watermarks()
    broker.follow(image(epoch=1))
    led = broker.partitions.get(NAME)
    assert led is not None
    assert (led.leader.epoch, led.high_watermark) == (1, 0)
    assert broker.logs.high_watermarks[NAME] == 0


def test_changed_settings_reach_the_logs(broker: Broker) -> None:
    broker.follow(image())
    broker.settings = LogSettings(retention_ms=7)
    broker.follow(replace(image(), topic_configs={"t": {"retention.ms": "7"}}))
    assert broker.logs.logs[NAME].settings.retention_ms == 7
    broker.settings = LogSettings(retention_ms=8)
    broker.follow(
        replace(broker.image, broker_configs={"1": {"log.retention.ms": "8"}})
    )
    assert broker.logs.logs[NAME].settings.retention_ms == 8


def test_without_a_disk_there_is_no_leader_here(broker: Broker) -> None:
    broker.logs.directories[0].fail(OSError(5, "broken"))
    broker.follow(image())
    assert broker.partitions.get(NAME) is None


def test_what_may_lie_in_a_failed_directory_is_not_begun_anew() -> None:
    broker = Broker("a", "b")
    broker.logs.directories[0].fail(OSError(5, "broken"))
    broker.follow(image())
    assert broker.partitions.get(NAME) is None
    assert broker.partitions.is_offline(NAME)
    broker.follow(image(count=2))  # the second is new, and goes where it can
    second = broker.partitions.get(TopicPartition("t", 1))
    assert second is not None
    assert second.log.directory.path == "b"
    assert not broker.partitions.is_offline(TopicPartition("t", 1))
    again = Uuid(b"\x02" * 16)
    broker.follow(image(topic_id=again))  # as is a topic made again
    assert broker.partitions.get(NAME) is not None


def test_a_partition_is_offline_once_its_directory_is(broker: Broker) -> None:
    broker.follow(image())
    assert not broker.partitions.is_offline(NAME)
    broker.logs.directories[0].fail(OSError(5, "broken"))
    assert broker.partitions.is_offline(NAME)


def test_a_topic_on_a_failed_disk_can_be_deleted(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    broker.follow(image())
    broker.logs.directories[0].fail(OSError(5, "broken"))
    caplog.clear()
    broker.follow(NOTHING)
    assert broker.partitions.get(NAME) is None
    assert NAME not in broker.logs.logs
    assert "the folder of t-0, which is deleted, stays" in caplog.text
