"""What must happen in the end under a KRaft controller, once nothing fails any more.

Failures are bounded, and whatever heals is not put off for ever. States are told apart
by all that they have: a way and a loop must be one that can be gone.
"""

from __future__ import annotations

from dataclasses import replace

from logion_model.kernel import Fairness, Liveness, Spec
from logion_model.kraft import promises
from logion_model.kraft.rules import Rules, Scope
from logion_model.kraft.state import State, Status

_NOBODY_HAS_TO = frozenset({"write", "stop_dirty", "stop_clean", "fence", "reassign"})

FAIRNESS = tuple(
    Fairness(name, each=1) for name in promises.ACTIONS if name not in _NOBODY_HAS_TO
)
"""What each broker does in the end if it can, and the controller for it."""


def _all_run(state: State) -> bool:
    return all(broker.status is Status.RUNNING for broker in state.brokers)


def _all_are_unfenced(state: State) -> bool:
    return len(state.unfenced) == len(state.brokers)


def _nobody_waits(state: State) -> bool:
    return not any(broker.is_proposing for broker in state.brokers)


def _all_is_answered(state: State) -> bool:
    return state.sent == state.acked | state.refused


def _all_is_copied(state: State) -> bool:
    return all(
        state.acked <= {entry.value for entry in state.brokers[replica].log}
        for replica in state.partition.replicas
    )


def _all_know(state: State) -> bool:
    epoch = state.partition.leader_epoch
    return all(
        state.brokers[replica].view.leader_epoch == epoch
        for replica in state.partition.replicas
    )


def _nothing_moves(state: State) -> bool:
    return not state.partition.adding | state.partition.removing


_SOURCE = "Kafka replication protocol, liveness properties of the published TLA+"

PROMISES: tuple[Liveness[State], ...] = tuple(
    Liveness(name, goal, _SOURCE, stays=True)
    for name, goal in (
        ("brokers-run", _all_run),
        ("brokers-are-unfenced", _all_are_unfenced),
        ("proposals-are-answered", _nobody_waits),
        ("leaders-are-known", _all_know),
        ("writes-are-answered", _all_is_answered),
        ("acknowledged-is-copied", _all_is_copied),
        ("reassignments-end", _nothing_moves),
    )
)
"""Each of these comes true in the end, and stays."""


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return the partition with these rules and what must happen to it in the end."""
    return replace(
        promises.specification(rules, scope),
        name=f"{rules.name}-in-the-end",
        invariants=(),
        view=None,
        liveness=PROMISES,
        fairness=FAIRNESS,
    )
