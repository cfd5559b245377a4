"""What a broker is set to: by its release, by its data folder, and by its owner."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from logion.broker.defaults import settings_over_defaults
from logion.config import BrokerConfig
from logion.log.manager import BrokerIdentity, LogManager
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk


def config(
    release: str, given: Mapping[str, str] | None = None, disk: MemoryDisk | None = None
) -> BrokerConfig:
    """Return the settings of a broker over the defaults of `release`."""
    settings = settings_over_defaults(
        given or {},
        disk=disk or MemoryDisk(),
        folder="data",
        release=release,
    )
    return BrokerConfig.of(settings, release=release)


@pytest.mark.parametrize("release", ["0.8.2", "0.10.0", "2.8", "3.9", "4.3"])
def test_the_settings_a_release_ships_are_accepted_by_it(release: str) -> None:
    found = config(release)
    assert found.log_dirs == ("data",)
    assert found.broker_id >= 0
    assert not found.warnings


@pytest.mark.parametrize("release", ["2.8", "4.3"])
def test_a_used_folder_keeps_the_id_of_its_broker(release: str) -> None:
    disk = MemoryDisk()
    logs = LogManager(disk, FakeClock())
    logs.open(("data",), BrokerIdentity(42))
    logs.sign(BrokerIdentity(42))
    logs.close()
    assert config(release, disk=disk).broker_id == 42


@pytest.mark.parametrize("release", ["2.8", "4.3"])
@pytest.mark.parametrize("key", ["broker.id", "node.id"])
def test_the_owner_decides_under_either_name_of_the_id(release: str, key: str) -> None:
    assert config(release, {key: "7"}).broker_id == 7


def test_the_owner_decides_where_the_data_are() -> None:
    assert config("4.3", {"log.dirs": "elsewhere"}).log_dirs == ("elsewhere",)
