"""Whose guards are switched off: of each family the rules that keep most promises.

Of some others only those guards that none before them has.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import takewhile

from logion_model.catalogue import FAMILY, MODELS
from logion_model.entry import Scope
from logion_model.mutants.change import Change
from logion_model.mutants.guards import guards

SUBJECTS: Mapping[str, tuple[Scope, ...]] = {
    "kip-320": ((2, 2, 2, 1), (2, 2, 2, 2), (3, 2, 2, 1)),
    "kip-320-as-in-brokers": ((2, 2, 2, 1), (2, 2, 2, 2), (3, 2, 2, 1)),
    "kip-101": ((2, 2, 2, 1), (2, 2, 2, 2), (3, 2, 2, 1)),
    "kip-320-first-try": ((2, 2, 2, 1), (2, 2, 2, 2), (3, 2, 2, 1)),
    "power-loss": ((2, 1, 2, 1, 1), (3, 1, 2, 1, 0), (2, 1, 2, 2, 1)),
    "kip-966": (
        (2, 2, 2, 1, 1, 0, 0, 0, 0, 1, 1, 0),
        (1, 1, 1, 1, 1, 2, 0, 0, 0, 0, 1, 0),
        (2, 2, 2, 1, 1, 0, 0, 0, 1, 0, 1, 0),
        (2, 2, 1, 1, 2, 3, 0, 0, 0, 0, 1, 5),
        (2, 2, 2, 1, 1, 0, 1, 0, 0, 0, 1, 0),
        (2, 2, 2, 1, 1, 1, 0, 0, 0, 0, 1, 0),
        (3, 3, 3, 1, 2, 0, 0, 2, 0, 0, 1, 6),
        (2, 2, 2, 2, 1, 0, 0, 1, 0, 0, 1, 0),
        (2, 2, 2, 1, 1, 0, 0, 1, 0, 0, 1, 0),
        (2, 2, 2, 1, 1, 0, 1, 1, 0, 0, 0, 4),
        (2, 2, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0),
        (2, 2, 2, 1, 1, 0, 0, 0, 0, 2, 1, 0),
        (2, 2, 2, 1, 0, 1, 1, 0, 0, 0, 1, 0),
        (2, 2, 2, 1, 2, 0, 0, 1, 0, 0, 1, 0),
        (3, 3, 3, 1, 2, 0, 0, 3, 0, 0, 1, 3),
        (3, 2, 2, 1, 1, 0, 0, 0, 0, 1, 1, 0),
    ),
    "async-isr": ((2, 2, 2), (2, 2, 3)),
    "cached-isr": ((3, 4),),
    "control-requests": ((4, 1), (5, 2)),
    "epoch-cache": ((2, 1, 1), (2, 3, 0), (3, 3, 0)),
    "out-of-range": ((3, 1),),
    "log": ((3, 2, 1),),
    "log-folder": ((3, 2, 1),),
    "delivery-exactly-once": ((1, 2, 1, 1), (3, 1, 0, 0), (2, 2, 1, 1)),
    "group-classic": (
        (0, 1, 2, 2, 1, 0),
        (1, 0, 2, 2, 1, 0),
        (2, 0, 1, 1, 2, 1),
        (0, 1, 2, 2, 1, 1),
        (2, 0, 1, 2, 1, 0),
        (1, 1, 1, 2, 1, 1),
        (2, 0, 1, 2, 2, 0),
    ),
    "kip-848": ((1, 2, 1, 1), (2, 1, 1, 0), (1, 1, 1, 2)),
    "consumer-group-kip-848": ((2, 2, 3), (2, 2, 4)),
    "producer-kip-360": ((3, 2, 2, 1, 0), (6, 5, 5, 0, 0)),
    "producer-kafka-14034": ((3, 2, 2, 1, 0),),
    "init-producer-id": ((1, 2), (2, 2)),
    "producer-copies": ((3,),),
    "producer-copies-kafka-6003": ((3,),),
    "add-partitions": (
        (2, 1, 1, 2, 1),
        (2, 2, 2, 1, 0),
        (2, 2, 1, 2, 0),
        (2, 2, 1, 1, 1),
    ),
    "transactions-kip-890": (
        (2, 1, 2, 2, 0, 0),
        (1, 3, 1, 2, 0, 0),
        (1, 2, 2, 2, 0, 0),
        (1, 2, 1, 2, 1, 1),
    ),
    "transactions-kip-890-part-1": (
        (1, 1, 2, 0, 0, 0),
        (1, 2, 1, 1, 0, 0),
        (1, 2, 1, 2, 0, 0),
        (1, 2, 2, 1, 0, 0),
    ),
    "read-committed": ((4,),),
    "transactional-offsets": ((2, 2), (3, 3)),
}
"""Models by name, each with the worlds that a change is tried in."""

ADDITIONS = frozenset(
    {
        "kip-101",
        "kip-320-as-in-brokers",
        "kip-320-first-try",
        "log-folder",
        "producer-kafka-14034",
        "producer-copies-kafka-6003",
        "transactions-kip-890-part-1",
    }
)
"""Models of which only what they add to those before them in their family is judged."""

_DIRTY_AND_FENCE = (2, 2, 2, 1, 1, 0, 1, 1, 0, 0, 1, 0)

FURTHER: Mapping[str, Mapping[str, Scope]] = {
    "kip-320": {
        "is_same_epoch: mine.epoch == theirs.epoch": (3, 2, 2, 2),
        "may_follow: leader.epoch == request.epoch": (3, 2, 2, 2),
    },
    "kip-966": {
        "_is_caught_up: end_offset is None and rules.awaits_fetch": _DIRTY_AND_FENCE,
    },
}
"""Guards that those worlds do not show to be needed, by model and name, each with a
world that does: it is too large to try the others in it. Those of `kip-320` are left to
the fast search, which asks the rules of a variant, but no guard in `base`."""


@cache
def guards_of(name: str) -> tuple[Change, ...]:
    """Return the change that switches off each guard of a model in `SUBJECTS`.

    Of one of `ADDITIONS` only those that no model of its family before it has.
    """
    found = guards(MODELS[name].at(scope) for scope in SUBJECTS[name])
    earlier = [it for before in _before(name) for it in guards_of(before)]
    known = {(it.function, it.name) for it in earlier}
    return tuple(it for it in found if (it.function, it.name) not in known)


def _before(name: str) -> tuple[str, ...]:
    """Return the models that have what is shared with one of `ADDITIONS`."""
    if name not in ADDITIONS:
        return ()
    earlier = takewhile(lambda it: it != name, SUBJECTS)
    return tuple(it for it in earlier if FAMILY[it] == FAMILY[name])
