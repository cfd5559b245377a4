"""What a broker is set to before anybody sets anything."""

from __future__ import annotations

from logion.config import shipped_settings
from logion.disk import Disk
from logion.log.manager import identity_in


def default_settings(disk: Disk, folder: str, release: str) -> dict[str, str]:
    """Return the settings of the file that `release` ships, for data in `folder`.

    A folder that a broker has used keeps that broker's id.
    """
    settings = {**shipped_settings(release), "log.dirs": folder}
    found = identity_in(disk, folder)
    if found is not None:
        key = "node.id" if "node.id" in settings else "broker.id"
        settings[key] = str(found.broker_id)
    return settings
