"""Whose guards are switched off: of each family the rules that keep most promises."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from logion_model.catalogue import MODELS
from logion_model.entry import Scope
from logion_model.mutants.change import Change
from logion_model.mutants.guards import guards

SUBJECTS: Mapping[str, tuple[Scope, ...]] = {
    "kip-320": ((2, 2, 2, 1), (2, 2, 2, 2), (3, 2, 2, 1)),
    "kip-966": (
        (2, 2, 2, 1, 1, 0, 0, 0, 0, 1, 1, 0),
        (2, 2, 2, 1, 1, 0, 1, 0, 0, 0, 1, 0),
        (2, 2, 2, 1, 1, 1, 0, 0, 0, 0, 1, 0),
        (2, 2, 2, 1, 1, 0, 0, 1, 0, 0, 1, 0),
    ),
    "async-isr": ((2, 2, 2), (2, 2, 3)),
    "control-requests": ((4, 1), (5, 2)),
    "epoch-cache": ((2, 1, 1), (2, 3, 0), (3, 3, 0)),
    "out-of-range": ((3, 1),),
    "log-folder": ((3, 2, 1),),
    "delivery-exactly-once": ((1, 2, 1, 1),),
    "group-classic": (
        (0, 1, 2, 2, 1, 0),
        (1, 0, 2, 2, 1, 0),
        (2, 0, 1, 1, 2, 1),
        (0, 1, 2, 2, 1, 1),
        (2, 0, 1, 2, 1, 0),
    ),
    "kip-848": ((1, 2, 1, 1), (2, 1, 1, 0)),
    "consumer-group-kip-848": ((2, 2, 3), (2, 2, 4)),
    "producer-kip-360": ((3, 2, 2, 1, 0), (6, 5, 5, 0, 0)),
    "init-producer-id": ((1, 2), (2, 2)),
    "producer-copies": ((3,),),
    "add-partitions": ((2, 1, 1, 2, 1), (2, 2, 2, 1, 0)),
    "transactions-kip-890": ((2, 1, 2, 2, 0, 0), (1, 2, 1, 2, 1, 1)),
    "read-committed": ((4,),),
    "transactional-offsets": ((2, 2), (3, 3)),
}
"""Models by name, each with the worlds that a change is tried in."""


@cache
def guards_of(name: str) -> tuple[Change, ...]:
    """Return the change that switches off each guard of a model in `SUBJECTS`."""
    return guards(MODELS[name].at(scope) for scope in SUBJECTS[name])
