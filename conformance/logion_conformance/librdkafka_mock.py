"""The mock cluster of librdkafka as a process: prints where it listens, and stays.

    python -m logion_conformance.librdkafka_mock

It lives in a client of confluent-kafka that does nothing else.
"""

from __future__ import annotations

import signal

START_SECONDS_MAX = 10.0


def main() -> None:
    """Run it until SIGTERM."""
    from confluent_kafka import Producer

    client = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    (broker,) = client.list_topics(timeout=START_SECONDS_MAX).brokers.values()
    print(f"{broker.host}:{broker.port}", flush=True)  # noqa: T201 - who starts it waits
    signal.sigwait([signal.SIGTERM])


if __name__ == "__main__":
    main()
