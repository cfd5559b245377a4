"""Why nothing breaks without a guard: each that no promise kills has its argument.

What other guard or fact says the same where it is implied; why what it leads past is no
different where it is idle; what is needed to get on where it narrows; why every promise
holds in the other states where it survives; or in which larger world it is killed. An
argument is no proof: several that were wrong fell in a larger world, as those of
survivors may.
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


def argument_for(model: str, guard: str) -> str:
    """Return why nothing breaks without a guard of a model; empty if that is not said.

    Guards are called as `logion model mutants` names them.
    """
    return ARGUMENTS.get(model, {}).get(guard, "")
