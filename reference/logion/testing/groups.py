"""Groups taken away, whoever is still in them: a test leaves none behind."""

from __future__ import annotations

from contextlib import suppress

from logion.group.classic.steps import Leaver
from logion.group.committing import delete_group
from logion.group.coordinator import GroupCoordinator
from logion.protocol.errors import ApiError


def remove_group(groups: GroupCoordinator, group_id: str) -> None:
    """Let all members leave a group, then delete it and its offsets.

    Raises ApiError GROUP_ID_NOT_FOUND if there is no such group.
    """
    _, cell = groups.known(group_id)
    group = cell.classic if cell.consumer is None else cell.consumer
    groups.leave(group_id, [Leaver(member_id) for member_id in group.members])
    with suppress(ApiError):  # of releases that forget a group with its last member
        delete_group(groups, group_id)
