"""How the broker divides partitions among the members of a group.

An assignor takes a `GroupSpec` and gives each member its partitions: every partition
of every topic that somebody wants goes to exactly one who wants the topic. The names
are those of `group.consumer.assignors`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from logion.group.consumer.assignors.range import assign_ranges
from logion.group.consumer.assignors.spec import Assignor
from logion.group.consumer.assignors.uniform import assign_uniformly

ASSIGNORS: Mapping[str, Assignor] = MappingProxyType(
    {"uniform": assign_uniformly, "range": assign_ranges}
)
"""Every assignor that this broker has, by name."""
