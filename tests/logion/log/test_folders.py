"""Names of the folders in a log directory."""

from __future__ import annotations

from logion.log.folders import FUTURE_SUFFIX, NAME_SIZE_MAX, unique_folder
from logion.names import TopicPartition


def test_names_of_further_folders_differ_and_are_never_too_long() -> None:
    for topic in ("t", "x" * 249):
        name = TopicPartition(topic, 7)
        found = [unique_folder(name, 5, it, FUTURE_SUFFIX) for it in range(3)]
        assert len(set(found)) == 3
        assert all(len(it) <= NAME_SIZE_MAX for it in found)
        assert all(it.endswith(FUTURE_SUFFIX) for it in found)
