"""An explicit-state checker, small enough to be read and believed.

A specification says which states are initial and which steps lead on from a state.
`explore` visits every reachable state breadth first, so that the first state which
breaks an invariant has a shortest counterexample: a numbered list of actions.

What a report counts: *distinct* states, *generated* successors (the same state may be
generated often), and *depth*, the number of states on the longest of the shortest
paths, the initial state included. Distinct and depth do not depend on how actions are
written down, so they can be compared with another checker's; generated does.
"""

from logion_model.kernel.batches import Batch, Batches, TooManyValuesError
from logion_model.kernel.breadth import Watch
from logion_model.kernel.faults import SpecError
from logion_model.kernel.hashed import HashedSearch, explore_hashed
from logion_model.kernel.packed import Packed, explore_packed
from logion_model.kernel.processes import SharedSearch, explore_shared, shared_among
from logion_model.kernel.report import DEADLOCK, Progress, Report, Step, Violation
from logion_model.kernel.search import Search, explore
from logion_model.kernel.simulate import simulate
from logion_model.kernel.spec import Action, Fairness, Liveness, Property, Spec

__all__ = [
    "DEADLOCK",
    "Action",
    "Batch",
    "Batches",
    "Fairness",
    "HashedSearch",
    "Liveness",
    "Packed",
    "Progress",
    "Property",
    "Report",
    "Search",
    "SharedSearch",
    "Spec",
    "SpecError",
    "Step",
    "TooManyValuesError",
    "Violation",
    "Watch",
    "explore",
    "explore_hashed",
    "explore_packed",
    "explore_shared",
    "shared_among",
    "simulate",
]
