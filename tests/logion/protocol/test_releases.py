"""A release advertises here exactly what it advertises in the world."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from logion.protocol.apis import APIS, api_named
from logion.protocol.releases import RELEASES, Release, Versions, release

from tests.shared import needs_shared, shared


def facts(name: str) -> dict[str, dict[int, tuple[int, int]]]:
    table = json.loads(shared(f"spec/protocol/{name}").read_text())
    return {
        patch: {api_named(api).key: (low, high) for api, (low, high) in row.items()}
        for patch, row in table.items()
    }


@needs_shared
def test_every_release_advertises_what_its_brokers_do() -> None:
    for patch, expected in facts("api_versions_by_release.json").items():
        assert release(patch).versions == expected, patch
    assert len(facts("api_versions_by_release.json")) == len(RELEASES)


@needs_shared
def test_brokers_and_controllers_on_kraft_advertise_their_own_tables() -> None:
    for patch, expected in facts("api_versions_by_release_kraft_broker.json").items():
        assert release(patch).kraft_versions == expected, patch
    for patch, expected in facts("api_versions_by_release_controller.json").items():
        assert release(patch).controller_versions == expected, patch


def test_ranges_are_declared_and_in_the_order_of_their_keys() -> None:
    for name in RELEASES:
        versions = release(name).versions
        assert list(versions) == sorted(versions)
        for key, (first, last) in versions.items():
            assert first in APIS[key].versions
            assert last in APIS[key].versions
            assert first <= last


def span(versions: Versions, api: str) -> tuple[int, int] | None:
    return versions.get(api_named(api).key)


def test_some_well_known_ranges() -> None:
    assert span(release("0.8.0").versions, "Fetch") == (0, 0)
    assert span(release("0.8.0").versions, "OffsetCommit") is None
    assert span(release("0.10.0").versions, "ControlledShutdown") == (1, 1)
    assert span(release("2.8").versions, "Produce") == (0, 9)
    assert span(release("4.0").versions, "Fetch") == (4, 17)
    assert span(release("4.0").versions, "JoinGroup") == (2, 9)
    assert span(release("4.1").versions, "JoinGroup") == (0, 9)
    assert span(release("4.0").versions, "LeaderAndIsr") is None
    assert span(release("3.9").controller_versions, "Vote") == (0, 1)
    assert not release("2.7").kraft_versions


@pytest.mark.parametrize(
    ("patch", "minor"),
    [
        ("0.8.0", "0.8.0"),
        ("0.8.2.2", "0.8.2"),
        ("0.10.0.1", "0.10.0"),
        ("0.11.0", "0.11.0"),
        ("1.0.0", "1.0"),
        ("3.9.1", "3.9"),
        ("4.3", "4.3"),
    ],
)
def test_a_patch_release_is_its_minor(patch: str, minor: str) -> None:
    assert release(patch).name == minor == str(release(minor))


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("0.7", "0.8.0"),
        ("2.9.0", "2.8"),
        ("4.4", "4.3"),
        ("4", "4.3"),
        ("0.10", "0.10.2"),
    ],
)
def test_an_unknown_release_is_refused_with_the_nearest_one(
    wrong: str, nearest: str
) -> None:
    with pytest.raises(ValueError, match=f"nearest is {nearest}$"):
        release(wrong)


@pytest.mark.parametrize("wrong", ["", "trunk", "3.9-rc0", "3..9", "٣.9"])
def test_what_is_no_number_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"known are 0\.8\.0 to 4\.3"):
        release(wrong)


def test_releases_compare_by_age() -> None:
    ordered = [release(name) for name in RELEASES]
    assert all(older < newer for older, newer in pairwise(ordered))
    assert release("0.10.0") > release("0.9.0")


def rule(name: str) -> tuple[int, str, bool]:
    it: Release = release(name)
    return it.message_format, it.metadata, it.advertises_api_versions


def test_the_record_format_follows_the_release() -> None:
    assert rule("0.8.0") == rule("0.9.0") == (0, "ZooKeeper", False)
    assert rule("0.10.0") == rule("0.10.2") == (1, "ZooKeeper", True)
    assert rule("0.11.0") == rule("3.9") == (2, "ZooKeeper", True)
    assert rule("4.0") == rule("4.3") == (2, "KRaft", True)
