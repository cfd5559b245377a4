"""One test's view of a broker: faults, and what stays. (The plugin shows the rest.)"""

from __future__ import annotations

import pytest
from confluent_kafka import Producer
from logion.testing import Broker
from logion.testing.existing import ExistingBroker
from logion.testing.kafka import Kafka, seen

from tests.logion.testing.filling import member

DEADLINE_S = 60
REFUSED = {"name": "full", "api": "Produce", "error": "KAFKA_STORAGE_ERROR"}


def test_a_failing_test_shows_what_fired_since_it_began() -> None:
    with Broker() as broker:
        kafka = Kafka(broker, test="t", release=None)
        kafka.faults.add(REFUSED)
        settings = {"bootstrap.servers": kafka.bootstrap, "retry.backoff.ms": 10}
        producer = Producer(settings)
        producer.produce(kafka.topic(), b"v")
        assert producer.flush(DEADLINE_S) == 0
        line = seen(broker, kafka.since_ms).splitlines()[-1]
        assert line.startswith("fault full on Produce v")
        assert line.endswith("): KAFKA_STORAGE_ERROR")
        (fired,) = kafka.faults.fired()
        assert "fault" not in seen(broker, fired.time_ms + 1)


def test_no_fault_outlives_its_test() -> None:
    with Broker() as broker:
        kafka = Kafka(broker, test="t", release=None)
        kafka.faults.add(REFUSED)
        kafka.clean()
        assert not broker.faults.is_armed
        assert broker.faults.counts() == []


def test_a_test_that_wants_faults_is_skipped_on_an_existing_broker() -> None:
    with Broker() as broker:
        kafka = Kafka(ExistingBroker(broker.bootstrap), test="t", release=None)
        with pytest.raises(pytest.skip.Exception, match="needs `faults`"):
            _ = kafka.faults


def test_what_an_existing_broker_keeps_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with Broker() as broker:
        broker.create_topic("t")
        producer = Producer({"bootstrap.servers": broker.bootstrap})
        producer.produce("t", b"v")
        assert producer.flush(30) == 0
        existing = ExistingBroker(broker.bootstrap)
        kafka = Kafka(existing, test="it", release=None)
        consumer = member(broker, kafka.group("billing"))
        member(broker, "of-others").close()
        kafka.clean()
        assert len(broker.groups()) == 2
        (told,) = caplog.messages
        assert told.startswith(f"{kafka.group('billing')} stays: NON_EMPTY_GROUP")
        consumer.close()
