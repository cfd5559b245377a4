"""The suites that are run, how, and what is known of the tests that fail."""

from __future__ import annotations

from functools import partial
from importlib.metadata import version

from tests.integration.suites.by_go import run_go
from tests.integration.suites.by_pytest import Pytest, run_pytest
from tests.integration.suites.kinds import Outcomes, Run, Suite
from tests.integration.suites.sources import (
    AIOKAFKA,
    FRANZ_GO,
    from_git,
    from_go,
    from_sdist,
    go_version,
)

SECURITY = "SASL, TLS or ACLs: no part of this broker yet"

KAFKA_PYTHON_RELEASE = "4.3"
AIOKAFKA_RELEASE = "2.8"
FRANZ_GO_RELEASE = "4.3"


KAFKA_PYTHON_EXPLAINED = {
    "admin_integration::test_create_describe_delete_acls": SECURITY,
    "admin_integration::test_describe_configs_broker_resource_returns_configs": (
        "expects that advertised.listeners is set in the broker's file, as in the file "
        "of their own fixture; here the port is free, and nothing else is advertised"
    ),
}


def kafka_python(run: Run, names: tuple[str, ...]) -> Outcomes:
    """Run kafka-python's integration tests."""
    files = ("admin", "consumer", "producer")
    how = Pytest(
        plugins=("kafka_python_broker",),
        files=tuple(f"test/integration/test_{it}_integration.py" for it in files),
    )
    env = {
        "KAFKA_VERSION": KAFKA_PYTHON_RELEASE,
        "KAFKA_URI": f"kafka://{run.bootstrap}",
        "KAFKA_ROOT": str(run.scratch),
    }
    return run_pytest(how, run, names, env)


AIOKAFKA_FILES = (
    *("admin", "client", "conn", "consumer", "coordinator", "fetcher"),
    *("message_accumulator", "pep492", "producer", "sender"),
    *("transactional_consumer", "transactional_producer"),
)


AIOKAFKA_RACE = (
    "asks what one consumer has as soon as the other has its share, while the first "
    "may still wait for its own; on Apache Kafka 2.8.2 it fails now and then too"
)


def aiokafka(run: Run, names: tuple[str, ...]) -> Outcomes:
    """Run those files of aiokafka's tests that ask a broker."""
    how = Pytest(
        plugins=("aiokafka_broker",),
        files=tuple(f"tests/test_{it}.py" for it in AIOKAFKA_FILES),
        options=("--noconftest",),
    )
    env = {"SUITE_BROKER": run.bootstrap, "SUITE_RELEASE": f"{AIOKAFKA_RELEASE}.1"}
    return run_pytest(how, run, names, env)


FRANZ_GO_TESTS = (
    *("TestUnknownGroupOffsetFetchPinned", "TestPing", "TestIssue1034"),
    *("TestIssue325", "TestConsumeTopicRetrieval", "TestConsumeTopicRetrieval_Many"),
    *("TestConsumeRegex", "Test848RegexBrokerResolves", "TestIssue337"),
    *("TestDirectPartitionPurge", "TestIssue434", "TestAddRemovePartitions"),
    *("TestPauseIssue489", "TestPauseIssueOct2023", "TestIssue523", "TestIssue648"),
    *("TestIssue810", "TestIssue865", "TestIssueFetchLargerThanBrokerMaxReadBytes"),
    *("TestPooling", "TestGroupSimple", "TestHookPollStart", "TestLookbackMilli"),
    *("TestPollWaitStateNoUnderflow", "TestConsumeMaxDecompressBatchBytes"),
    *("TestClient_Produce", "TestIssue769", "TestIssueProduceBrokerTooOldFailsRecords"),
    *("TestIssueProduceSyncManualPartitionNegativeDoesNotPanic", "TestIssue831"),
    *("TestClient_ProduceLargeMessages", "TestGroupETL", "TestTxnEtl"),
)
FRANZ_GO_RECORDS = "5000"


def franz_go(run: Run, names: tuple[str, ...]) -> Outcomes:
    """Run those of franz-go's tests that ask a broker, with fewer records."""
    env = {
        "KGO_SEEDS": run.bootstrap,
        "KGO_TEST_RF": "1",
        "KGO_TEST_RECORDS": FRANZ_GO_RECORDS,
        "KGO_LOG_LEVEL": "none",
    }
    return run_go("./pkg/kgo", run, names or FRANZ_GO_TESTS, env)


SUITES = (
    Suite(
        name="kafka-python",
        version=partial(version, "kafka-python"),
        sources=lambda: from_sdist("kafka-python", version("kafka-python"), "test"),
        run=kafka_python,
        release=KAFKA_PYTHON_RELEASE,
        settings={
            "node.id": "0",
            "num.partitions": "4",
            "offsets.topic.num.partitions": "2",
            "group.min.session.timeout.ms": "1000",
        },
        left_out={
            "test_sasl_integration.py, test_ssl_integration.py": SECURITY,
            "outside test/integration": "ask no broker, or one of their own",
        },
        explained={
            f"test.integration.test_{test}": why
            for test, why in KAFKA_PYTHON_EXPLAINED.items()
        },
    ),
    Suite(
        name="aiokafka",
        version=partial(version, "aiokafka"),
        sources=lambda: from_git(
            AIOKAFKA, "aiokafka", f"v{version('aiokafka')}", "tests"
        ),
        run=aiokafka,
        release=AIOKAFKA_RELEASE,
        settings={"num.partitions": "2"},
        left_out={
            "test_sasl.py": SECURITY,
            "the other files": "ask no broker",
        },
        explained={
            "tests.test_consumer.TestConsumerIntegration::test_ssl_consume": SECURITY,
            "tests.test_producer.TestKafkaProducerIntegration::test_producer_ssl": (
                SECURITY
            ),
        },
        races={
            f"tests.test_consumer.TestConsumerIntegration::test_kip_345_{it}": (
                AIOKAFKA_RACE
            )
            for it in ("disabled", "enabled")
        },
    ),
    Suite(
        name="franz-go",
        version=partial(go_version, FRANZ_GO),
        sources=lambda: from_go(FRANZ_GO, go_version(FRANZ_GO)),
        run=franz_go,
        release=FRANZ_GO_RELEASE,
        left_out={
            "TestSCRAMAuth, TestSCRAMAuthBadCredentials": SECURITY,
            "TestShareGroup and others of share groups": (
                "share groups: no part of this broker yet"
            ),
            "all other tests": "ask no broker, or one of their own",
        },
    ),
)
