"""Which requests a broker of a release reads."""

from __future__ import annotations

import pytest
from logion.broker.admission import Admission, Doorkeeper, Verdict
from logion.broker.dispatch import served
from logion.protocol.apis import API_VERSIONS, FETCH, LEAVE_GROUP, METADATA, PRODUCE
from logion.protocol.releases import release

UNKNOWN_API = 999


def doorkeeper(name: str) -> Doorkeeper:
    """Return who guards a broker that plays this release."""
    played = release(name)
    return Doorkeeper(played, served(played.versions))


@pytest.mark.parametrize("name", ["0.8.0", "0.8.2", "0.9.0", "0.10.0", "2.8", "4.3"])
def test_every_advertised_version_but_one_api_is_read(name: str) -> None:
    keeper = doorkeeper(name)
    for key, (low, high) in keeper.served.items():
        for version in range(low, high + 1):
            if (key, name) != (PRODUCE, "4.3") or version >= 3:
                assert keeper.admit(key, version) == Admission(Verdict.READ, version)


@pytest.mark.parametrize("version", [0, 1, 2])
def test_produce_0_to_2_is_advertised_by_4_0_but_not_read(version: int) -> None:
    keeper = doorkeeper("4.0")
    assert keeper.served[PRODUCE][0] == 0
    assert keeper.admit(PRODUCE, version).verdict is Verdict.CLOSE
    assert doorkeeper("3.9").admit(PRODUCE, version).verdict is Verdict.READ


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("0.8.2", Verdict.CLOSE),
        ("0.9.0", Verdict.IGNORE),
        ("0.10.0", Verdict.CLOSE),
        ("4.3", Verdict.CLOSE),
    ],
)
def test_an_unknown_api_closes_the_connection_but_in_0_9(
    name: str, verdict: Verdict
) -> None:
    assert doorkeeper(name).admit(UNKNOWN_API, 0).verdict is verdict


def test_0_8_reads_an_unknown_version_as_the_newest_it_knows() -> None:
    keeper = doorkeeper("0.8.2")
    assert keeper.admit(FETCH, 7) == Admission(Verdict.READ, 0)


def test_0_9_does_so_for_the_apis_that_0_8_had_and_is_silent_otherwise() -> None:
    keeper = doorkeeper("0.9.0")
    assert keeper.admit(METADATA, 7) == Admission(Verdict.READ, 0)
    played = release("0.9.0")
    with_groups = Doorkeeper(played, {**keeper.served, LEAVE_GROUP: (0, 0)})
    assert with_groups.admit(LEAVE_GROUP, 7).verdict is Verdict.IGNORE


@pytest.mark.parametrize("name", ["0.10.0", "2.8", "4.3"])
def test_since_0_10_an_unknown_version_closes_but_of_api_versions(name: str) -> None:
    keeper = doorkeeper(name)
    assert keeper.admit(FETCH, 99).verdict is Verdict.CLOSE
    assert keeper.admit(FETCH, -1).verdict is Verdict.CLOSE
    assert keeper.admit(API_VERSIONS, 99).verdict is Verdict.OFFER_VERSIONS
