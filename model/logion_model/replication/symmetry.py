"""Replication in which it does not count which replica is which.

Nothing tells replicas apart but their index: each begins alike, every rule asks of any
of them, every promise speaks of all. So the worlds that differ only in who is who have
the same future, and one of each such set is enough: of three replicas nearly a sixth.
Records and epochs are numbered in order, and cannot be exchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby, permutations, product

from logion_model.kernel import Spec
from logion_model.replication.base import Assignment, Replica, State

REPLICAS_MAX = 5
"""Of so many that look alike at first sight there are 120 orders."""


def renamed(state: State, order: Sequence[int]) -> State:
    """Return the state with other names: the first is who `order` names first."""
    names = {old: new for new, old in enumerate(order)}

    def told(it: Assignment) -> Assignment:
        isr = frozenset(map(names.__getitem__, it.isr))
        leader = None if it.leader is None else names[it.leader]
        return it._replace(leader=leader, isr=isr)

    def known(it: Replica) -> Replica:
        now = told(Assignment(it.leader, it.epoch, it.isr))
        return it._replace(leader=now.leader, isr=now.isr)

    return state._replace(
        replicas=tuple(known(state.replicas[old]) for old in order),
        requests=tuple(map(told, state.requests)),
        quorum=told(state.quorum),
    )


def alike(state: State) -> Iterator[State]:
    """Yield the state under names that depend on nothing but what replicas are like.

    States that differ in who is who yield the same ones. There are several where two
    replicas look alike at first sight.
    """
    looks = [_looks(state, replica) for replica in range(len(state.replicas))]
    order = sorted(range(len(looks)), key=looks.__getitem__)
    groups = [tuple(group) for _, group in groupby(order, looks.__getitem__)]
    for ways in product(*map(permutations, groups)):
        yield renamed(state, tuple(chain.from_iterable(ways)))


def _looks(state: State, replica: int) -> tuple[object, ...]:
    """Return what can be said of a replica without names."""
    own = state.replicas[replica]
    told = (*state.requests, state.quorum, Assignment(own.leader, own.epoch, own.isr))
    named = tuple((it.leader == replica, replica in it.isr) for it in told)
    return own.log, own.high_watermark, own.epoch, named


def symmetric(spec: Spec[State], name: str) -> Spec[State]:
    """Return the specification under another name, one world of each set counted.

    Raises ValueError for more replicas than can be exchanged in a moment.
    """
    replicas = len(spec.initial[0].replicas)
    if replicas > REPLICAS_MAX:
        raise ValueError(f"{name}: {replicas} replicas, at most {REPLICAS_MAX}")
    return replace(spec, name=name, symmetry=alike)
