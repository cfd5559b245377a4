"""What a run of pytest is told about its broker, held to be usable before a test runs.

Each text names what was found and what was expected. The plugin loads this module only
for a run that is told something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logion.config import NEWEST_RELEASE, BrokerConfig
from logion.config_shipped import shipped_settings
from logion.protocol.releases import release
from logion.settings import ConfigError


def check_release(name: object) -> None:
    """Raise ValueError unless `name` is a release that a broker can play."""
    if not isinstance(name, str):
        raise ValueError(f"{name!r} is not the text of one release, such as '2.8'")  # noqa: TRY004
    release(name)


def check_bootstrap(bootstrap: str) -> None:
    """Raise ValueError unless it is HOST:PORT, or several separated by commas."""
    from logion.client.connection import address_of

    for address in bootstrap.split(","):
        address_of(address.strip())


def settings_of(lines: Sequence[str]) -> dict[str, str]:
    """Return the settings of lines `key=value`; ValueError if one is something else."""
    return dict(map(_setting, lines))


def check_settings(settings: Mapping[str, str], played: str | None) -> None:
    """Raise ValueError unless a broker of this release can have these settings."""
    chosen = played or NEWEST_RELEASE
    try:
        BrokerConfig.of({**shipped_settings(chosen), **settings}, release=chosen)
    except ConfigError as problem:
        raise ValueError(str(problem)) from None


def _setting(line: str) -> tuple[str, str]:
    key, equals, value = line.partition("=")
    if not equals or not key.strip():
        raise ValueError(f"{line!r} where key=value was expected")
    return key.strip(), value.strip()
