from __future__ import annotations

import re
from functools import partial

import pytest
import trio
from logion.client.connection import Address
from logion.client.versions import VersionRange, versions_of
from logion.protocol.apis import FETCH, PRODUCE
from logion.protocol.releases import release
from logion_conformance import starting, targets
from logion_conformance.targets import (
    NotStarted,
    Target,
    addresses_of,
    honest,
    meet,
    named,
    version_of,
)

from tests.logion.client.small_broker import SPOKEN, running


def test_addresses_are_separated_by_commas() -> None:
    expected = (Address("a", 1), Address("::1", 2))
    assert addresses_of("a:1, [::1]:2") == expected


def test_an_address_without_a_port_is_refused() -> None:
    with pytest.raises(ValueError, match="'nowhere' is no HOST:PORT"):
        addresses_of("nowhere")


def test_produce_versions_that_4_x_only_pretends_to_speak_are_left_out() -> None:
    spoken = {PRODUCE: VersionRange(0, 12), FETCH: VersionRange(4, 17)}
    assert honest(spoken)[PRODUCE] == VersionRange(3, 12)


def test_produce_versions_of_3_x_are_taken_as_advertised() -> None:
    spoken = {PRODUCE: VersionRange(0, 11), FETCH: VersionRange(0, 17)}
    assert honest(spoken) == spoken


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("logion", ("logion", "")),
        ("logion-0.10.0", ("logion", "0.10.0")),
        ("apache-3.9", ("apache", "3.9.1")),
        ("librdkafka-mock", ("librdkafka-mock", "")),
        ("kfake", ("kfake", "")),
        ("miniature-ignores-crc", ("miniature", "ignores-crc")),
        ("command:a --port {port}", ("command", "a --port {port}")),
        ("apache-3.7.2", ("apache", "3.7.2")),
        ("logion-test:9092,b:1", ("address", "logion-test:9092,b:1")),
        ("here:9092", ("address", "here:9092")),
    ],
)
def test_a_target_has_a_name(text: str, expected: tuple[str, str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("kafka", "'kafka' is no target: expected logion, logion-RELEASE"),
        ("logion-", "'logion-' is no target"),
        ("miniature-", "'miniature-' is no target: .* miniature-NAME"),
        ("command:", "command '': expected a program, found nothing"),
        ("command:a 'b", "No closing quotation"),
        ("logion-9.9", "release 9.9 is not known; the nearest is 4.3"),
        ("apache-3.1", "'3.1' is not known; known are 0.8.2, "),
    ],
)
def test_what_is_no_name_is_refused_with_what_would_be(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        named(text)


def test_without_java_there_is_no_apache_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with (
        pytest.raises(NotStarted, match=r"3\.9\.1: no java and no mvn on this machine"),
        targets.running(named("apache-3.9")),
    ):
        pass


def test_a_release_that_does_not_start_is_told_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(version: str, **_: object) -> None:
        raise RuntimeError("no jars")

    monkeypatch.setattr(starting.apache, "missing", lambda: None)
    monkeypatch.setattr(starting.apache, "cluster", fail)
    with (
        pytest.raises(NotStarted, match=r"apache 4\.3\.0: no jars"),
        targets.running(named("apache-4.3")),
    ):
        pass


@pytest.mark.slow
def test_a_miniature_runs_and_is_met() -> None:
    with targets.running(named("miniature-ignores-crc"), {"num.partitions": "2"}) as it:
        assert it.versions.spoken[FETCH].last == 18
        assert it.settings["num.partitions"] == "2"


@pytest.mark.slow
def test_a_reference_of_a_release_runs_with_settings_and_is_met() -> None:
    settings = {"num.partitions": "2"}
    with targets.running(named("logion-0.11.0"), settings) as target:
        assert target.fallback == release("0.11.0")
        assert target.versions.spoken[FETCH] == VersionRange(0, 5)
        with targets.running(named(str(target.bootstrap[0]))) as same:
            assert same.versions.spoken == target.versions.spoken


async def test_a_broker_is_asked_what_it_speaks() -> None:
    async with running() as broker:
        address = (broker.address,)
        target = await trio.to_thread.run_sync(meet, address, None)
    assert target.versions.spoken[FETCH] == VersionRange(*SPOKEN["Fetch"])


async def test_a_broker_of_a_known_old_release_is_not_asked() -> None:
    async with running() as broker:
        unasked = partial(meet, (broker.address,), release("0.9.0"), is_asked=False)
        found = await trio.to_thread.run_sync(unasked)
    assert found.versions.spoken[FETCH] == VersionRange(0, 1)
    assert "ApiVersions" not in {api for api, _ in broker.asked}


def test_nobody_at_the_address_is_no_target() -> None:
    with pytest.raises(NotStarted, match=r"127\.0\.0\.1:1: nobody listens there"):
        meet((Address("127.0.0.1", 1),), None)


def test_a_target_is_plain_data_for_other_processes() -> None:
    target = Target(
        (Address("a", 1),), release("0.9.0"), versions_of([(PRODUCE, 0, 1)])
    )
    expected = {
        "bootstrap": [["a", 1]],
        "fallback": "0.9.0",
        "versions": [[0, 0, 1]],
        "readable": [],
        "metadata": None,
        "settings": {},
    }
    assert target.as_data() == expected


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("logion", "4.3"),
        ("logion-2.8", "2.8"),
        ("apache-3.9", "3.9.1"),
        ("librdkafka-mock", r"librdkafka \d+\.\d+.*"),
        ("kfake", "kfake v.*"),
        ("command:x", ""),
    ],
)
def test_what_is_started_has_a_version(name: str, version: str) -> None:
    assert re.fullmatch(version, version_of(named(name)))
