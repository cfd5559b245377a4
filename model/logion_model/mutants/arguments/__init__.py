"""Why nothing breaks without a guard: each that no promise kills has its argument.

What other guard or fact says the same where it is implied; why what it leads past is no
different where it is idle; what is needed to get on where it narrows; why every promise
holds in the other states where it survives. An argument is no proof: several that were
wrong fell in a larger world, as those of survivors may.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from logion_model.mutants.arguments import clients, groups, kraft, replication

ARGUMENTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        **replication.ARGUMENTS,
        **kraft.ARGUMENTS,
        **groups.ARGUMENTS,
        **clients.ARGUMENTS,
    }
)
"""Arguments by model and name of the guard."""
