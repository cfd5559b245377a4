"""Writes down which API versions the suite's cases speak with Apache Kafka.

    .venv/bin/python -m tests.docs.observe_apache 3.9.1

Runs `conformance/` against that release. A request counts if it was answered in a case
that passed: Apache Kafka then does what the case demands of this broker. As a plugin of
pytest the module keeps what was said. Takes some minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from logion.client.versions import api_key_of
from logion_conformance import apache

from tests.docs import evidence


class Observer:
    """A plugin that keeps what was answered in the cases that passed."""

    def __init__(self) -> None:
        self.pairs: set[evidence.Pair] = set()
        self.passed = 0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[None]:
        from logion_conformance.plugin import EXCHANGES  # once pytest rewrites it

        report: pytest.TestReport = yield  # type: ignore[assignment]
        if call.when == "call" and report.passed:
            self.passed += 1
            said: list[Any] = item.stash.get(EXCHANGES, [])
            self.pairs |= {
                (api_key_of(it.request), it.version)
                for it in said
                if not isinstance(it.answer, Exception)
            }
        return report  # type: ignore[return-value]


def main(release: str) -> int:
    """Judge one release of Apache Kafka and write down what was spoken."""
    observer = Observer()
    with apache.cluster(release) as kafka:
        arguments = ["conformance", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
        arguments += ["-W", "ignore:Module already imported"]  # by this module
        arguments += [f"--bootstrap={kafka.bootstrap}"]
        if apache.version_of(release) < (0, 10):
            arguments += [f"--release={release}"]
        status = pytest.main(arguments, plugins=[observer])
    evidence.record("apache", release, observer.pairs)
    print(observer.passed, "cases passed", evidence.as_data(observer.pairs))
    return int(status)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
