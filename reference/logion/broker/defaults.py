"""What a broker is set to: by its release, by its data folder, and by its owner."""

from __future__ import annotations

from collections.abc import Mapping

from logion.config_shipped import shipped_settings
from logion.disk import Disk
from logion.log.manager import identity_in


def settings_over_defaults(
    given: Mapping[str, str], *, disk: Disk, folder: str, release: str
) -> dict[str, str]:
    """Return `given` over the settings of the file that `release` ships.

    Data is in `folder` if nothing else is given; a folder that a broker has used keeps
    that broker's id. ValueError if the folder's `meta.properties` cannot be read.
    """
    settings = {**shipped_settings(release), "log.dirs": folder}
    found = identity_in(disk, folder)
    if found is not None:
        key = "node.id" if "node.id" in settings else "broker.id"
        settings[key] = str(found.broker_id)
    for key, other in (("broker.id", "node.id"), ("node.id", "broker.id")):
        if key in given:  # one number under two names: the given one counts
            settings.pop(other, None)
    return {**settings, **given}
