"""Two-phase commit, which every checker counts, as in model/tla/TwoPhaseCommit.tla."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from logion_model.kernel import Action, Property, Spec


class Commit(NamedTuple):
    """Two-phase commit of n resource managers, as Gray and Lamport specify it."""

    managers: tuple[str, ...]
    coordinator: str
    prepared: frozenset[int]
    messages: frozenset[str]


def commit_steps(state: Commit) -> Iterator[tuple[Action, Commit]]:
    """Yield what the coordinator and each manager may do."""
    deciding = state.coordinator == "init"
    if deciding and len(state.prepared) == len(state.managers):
        messages = state.messages | {"commit"}
        yield (
            Action("commit"),
            state._replace(coordinator="committed", messages=messages),
        )
    if deciding:
        messages = state.messages | {"abort"}
        yield Action("abort"), state._replace(coordinator="aborted", messages=messages)
    for n in range(len(state.managers)):
        yield from manager_steps(state, n)


def manager_steps(state: Commit, n: int) -> Iterator[tuple[Action, Commit]]:
    """Yield what one manager may do, and what the coordinator hears from it."""

    def becomes(word: str) -> Commit:
        managers = (*state.managers[:n], word, *state.managers[n + 1 :])
        return state._replace(managers=managers)

    if state.coordinator == "init" and f"prepared {n}" in state.messages:
        yield Action("heard", (n,)), state._replace(prepared=state.prepared | {n})
    if state.managers[n] == "working":
        messages = state.messages | {f"prepared {n}"}
        yield Action("prepare", (n,)), becomes("prepared")._replace(messages=messages)
        yield Action("choose_abort", (n,)), becomes("aborted")
    if "commit" in state.messages:
        yield Action("told_commit", (n,)), becomes("committed")
    if "abort" in state.messages:
        yield Action("told_abort", (n,)), becomes("aborted")


def specification(managers: int) -> Spec[Commit]:
    """Return the protocol with so many resource managers."""
    start = Commit(("working",) * managers, "init", frozenset(), frozenset())
    consistent = Property(
        "consistent",
        lambda state: not {"aborted", "committed"} <= set(state.managers),
        "Gray and Lamport, Consensus on Transaction Commit",
    )
    return Spec("2pc", (start,), commit_steps, ("commit", "abort"), (consistent,))
