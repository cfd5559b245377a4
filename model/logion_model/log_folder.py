"""A log whose segments are files in a folder, which a crash may know nothing of.

To sync a file makes its content safe, not its name: that stands in the folder, which
has to be synced too. Until then a crash may take the newest segments whole, flushed or
not. The first segment is there from the beginning.

Everything else is as in `log`. A variant is a `Rules` value, the wrong one too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from logion_model import log
from logion_model.kernel import Action, Property, Spec


@dataclass(frozen=True, slots=True)
class Rules:
    """What is made safe when a segment begins."""

    name: str
    title: str
    source: str
    syncs_folder: bool = True


SYNCED = Rules("log-folder", "A log whose folder is synced", "KAFKA-3968")
KAFKA_3968 = Rules(
    "log-folder-kafka-3968",
    "A log whose folder is not synced when a segment begins",
    "KAFKA-3968",
    syncs_folder=False,
)

VARIANTS = (SYNCED, KAFKA_3968)
"""What mends it, and what releases did before 3.0."""


class State(NamedTuple):
    """The world of `log`, and which segments have names that are not safe."""

    world: log.World
    unsafe: int | None = None
    """Where the oldest of them begins."""


Steps: TypeAlias = Iterator[tuple[Action, State]]


def _rolled(rules: Rules, state: State) -> int | None:
    """Return from where names are not safe once a segment has begun."""
    if rules.syncs_folder:
        return None
    end = state.world.log.end_offset
    is_empty = end in (0, state.unsafe)
    return state.unsafe if is_empty or state.unsafe is not None else end


def _crashing(state: State) -> Steps:
    """Crash as in `log`, but with nothing flushed in a segment that may be gone."""
    taken = state.world.log
    if state.unsafe is not None:
        taken = taken._replace(flushed=min(taken.flushed, state.unsafe))
    for after in log.crash(taken):
        survived = Action("crash", (after.start_offset, after.end_offset))
        yield survived, State(state.world._replace(log=after))


def _left(after: log.World, unsafe: int | None) -> State:
    """Return the state; a segment that was truncated away is not there any more."""
    gone = unsafe is not None and after.log.end_offset < unsafe
    return State(after, None if gone else unsafe)


def next_steps(rules: Rules, scope: log.Scope, state: State) -> Steps:
    """Yield everything that may happen next."""
    for action, after in log.next_steps(scope, state.world):
        if action.name == "roll":
            yield action, State(after, _rolled(rules, state))
        elif action.name != "crash":
            yield action, _left(after, state.unsafe)
    yield from _crashing(state)


def specification(rules: Rules, scope: log.Scope) -> Spec[State]:
    """Return a log with these rules, in a world of this size."""
    inner = log.specification(scope)

    def lifted(promise: Property[log.World]) -> Property[State]:
        return Property(
            promise.name, lambda state: promise.holds(state.world), promise.source
        )

    return Spec(
        name=rules.name,
        initial=tuple(State(world) for world in inner.initial),
        next=lambda state: next_steps(rules, scope, state),
        actions=inner.actions,
        invariants=tuple(map(lifted, inner.invariants)),
        sometimes=tuple(map(lifted, inner.sometimes)),
    )
