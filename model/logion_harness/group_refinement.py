"""Holds the rules of classic groups to `logion_model.group`.

A world is a state of the model whose group is the code's, seen through
`logion_harness.group_rig.seen`. In every state that can be reached the code is given
every event that the model allows, and it must lead where one of the model's steps
leads; whoever waits no longer must have been answered. And it is given every request
that the model does not allow (`group_refusals`).

Time stands still: a deadline is over because the world says that it was set long ago.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from logion.group.classic import membership, syncing
from logion.group.classic.joining import on_join, on_replacement_stored
from logion.group.classic.state import ClassicGroup, JoinPhase, State
from logion.group.classic.steps import (
    AnswerJoin,
    AnswerSync,
    Join,
    JoinAnswer,
    Leaver,
    Sender,
    Step,
    StoreAssignment,
    StoreReplacement,
    SyncAnswer,
)
from logion.group.classic.timing import on_time
from logion.protocol.errors import Error
from logion_model.group import world as model
from logion_model.group.promises import actions, invariants
from logion_model.group.rules import CLASSIC
from logion_model.group.state import Group, Id, Phase, Scope, Waits
from logion_model.group.state import State as ModelState
from logion_model.kernel import Action, Property, Spec

from logion_harness.group_refusals import Refusals
from logion_harness.group_rig import (
    CHANGED,
    LIKED,
    NOW,
    OTHERWISE,
    OWNS,
    REBALANCE_MS,
    RULES,
    SESSION_MS,
    Client,
    Pending,
    World,
    aged,
    calmed,
    loaded,
    pending,
    read,
    seen,
    shape,
)

Steps: TypeAlias = Iterator[tuple[Action, World]]

WAIT_LONGER = "wait_longer"
"""The first join phase becomes longer for those who may still come (KIP-134)."""

Waiting: TypeAlias = tuple[str, Id]
"""What a client waits for, and its member id."""

Answers: TypeAlias = dict[Waiting, JoinAnswer | SyncAnswer]


class Event(NamedTuple):
    """What the code made of something that happened."""

    step: Step
    asked: Waiting | None = None
    """The request that it was, if it may have to wait."""

    @property
    def answers(self) -> Answers:
        """Return who was answered, and what."""
        found: Answers = {}
        direct = self.step.join or self.step.sync
        if self.asked is not None and direct is not None:
            found[self.asked] = direct
        for effect in self.step.effects:
            if isinstance(effect, AnswerJoin):
                found["join", read(effect.member_id)] = effect.answer
            elif isinstance(effect, AnswerSync):
                found["sync", read(effect.member_id)] = effect.answer
        return found


def waiting(group: Group) -> set[Waiting]:
    """Return all whose request is not answered."""
    joining = {("join", it.id) for it in group.members if it.is_joining}
    return joining | {("sync", it.id) for it in group.members if it.waits is Waits.SYNC}


def told(
    state: ModelState, group: Group, answers: Answers
) -> frozenset[tuple[int, int]]:
    """Return who has ever been told to own the partition, these answers included."""
    owners = (
        who.seat
        for (_, who), answer in answers.items()
        if isinstance(answer, SyncAnswer) and answer.assignment == OWNS
    )
    return state.told | {(group.generation, seat) for seat in owners}


def are_timed(group: ClassicGroup) -> bool:
    """Tell whether everything has the deadline that it got at this moment."""
    new_ms = RULES.new_member_timeout_ms or 0
    sessions = [
        it.deadline_ms == NOW.ms + (new_ms if it.is_new else SESSION_MS)
        for it in group.members.values()
    ]
    unsynced_ms = NOW.ms + REBALANCE_MS if group.unsynced else None
    phase = group.joining
    return (
        all(sessions)
        and all(at == NOW.ms + SESSION_MS for at in group.pending.values())
        and group.sync_deadline_ms == unsynced_ms
        and (phase is None or is_bounded(phase))
    )


def is_bounded(phase: JoinPhase) -> bool:
    """Tell whether a join phase ends in time; without members it is over at once."""
    lasts_ms = phase.deadline_ms - NOW.ms
    return 0 <= lasts_ms <= lasts_ms + phase.remaining_ms <= REBALANCE_MS


@dataclass(frozen=True, slots=True)
class Refinement:
    """The code and its environment as something to explore."""

    scope: Scope
    taken: Counter[str] = field(default_factory=Counter)
    """How often each action of the model was taken."""
    _wrong: dict[Hashable, tuple[str, ...]] = field(default_factory=dict)
    """What is wrong with the requests that a group does not allow."""

    @property
    def model(self) -> model.World:
        """Return what the code is held to."""
        return model.World(CLASSIC, self.scope)

    @property
    def spec(self) -> Spec[World]:
        """Return the worlds to visit."""
        return Spec(
            name=f"{CLASSIC.name} by the code",
            initial=(World(self.model.initial),),
            next=self.next_steps,
            actions=(*actions(CLASSIC, self.scope), WAIT_LONGER),
            invariants=(
                Property("is the model's", lambda it: not it.astray, "refinement.md"),
                Property("is timed", lambda it: are_timed(it.group), "KIP-62, KIP-394"),
                *(_seen_through(it) for it in invariants(self.scope)),
            ),
        )

    def next_steps(self, world: World) -> Steps:
        """Yield what every event leads to, and requests that were wrongly taken."""
        specified: dict[Action, list[ModelState]] = defaultdict(list)
        for action, state in self.model.next_steps(world.state):
            specified[action].append(state)
        for action, states in specified.items():
            self.taken[action.name] += 1
            yield self._step(world, action, states)
        refusals = Refusals(self.model.coordinator)
        key = shape(world.group), world.state.given
        if key not in self._wrong:
            self._wrong[key] = tuple(refusals.wrongs(world))
        for reason in self._wrong[key]:
            yield Action(reason), replace(world, astray=reason)

    def client(self, *who: object) -> Client:
        """Return a client by its seat and life."""
        seat, life = who
        assert isinstance(seat, int)
        assert isinstance(life, int)
        return Client(Id(seat, life), seat >= self.scope.dynamic)

    # Events that the model allows

    def _step(
        self, world: World, action: Action, states: list[ModelState]
    ) -> tuple[Action, World]:
        if action.name == "fail_over":
            (state,) = states
            (count,) = action.arguments
            assert isinstance(count, int)
            return action, _failed_over(world, state, count)
        writes, stored = world.writes, world.stored
        if action.name in ("store", "fail_to_store"):
            writes = writes[1:]
            stored = world.writes[0].value if action.name == "store" else stored
        event = self._event(world, action)
        effects = event.step.effects
        new = (pending(event.step.group, it) for it in effects)
        after = World(
            world.state,
            calmed(event.step.group),
            (*writes, *(it for it in new if it)),
            stored,
        )
        if action.name == "end_join_phase" and _is_longer(world, after):
            return Action(WAIT_LONGER), after
        ends = self._ends_of_nobodys_phase(states)
        return action, _judged(world, after, event, (*states, *ends))

    def _ends_of_nobodys_phase(
        self, states: Iterable[ModelState]
    ) -> Iterator[ModelState]:
        """Yield where a join phase without members leads: it is over at once."""
        for state in states:
            if state.group.phase is Phase.PREPARING and not state.group.members:
                for action, after in self.model.pass_time(state):
                    if action.name == "end_join_phase":
                        yield after

    def _event(self, world: World, action: Action) -> Event:
        group = world.group
        match action.name:
            case "commit_without_group":
                return Event(membership.on_commit(group, Sender("", -1), RULES, NOW))
            case "store":
                return Event(_written(group, world.writes[0], Error.NONE))
            case "fail_to_store":
                return Event(_written(group, world.writes[0], Error.NOT_COORDINATOR))
            case "expire_offsets":
                return Event(Step(group))
            case "end_join_phase" | "expire_unsynced":
                return Event(on_time(_over(group, action.name), RULES, NOW))
        return self._event_of(group, action, self.client(*action.arguments[:2]))

    def _event_of(self, group: ClassicGroup, action: Action, client: Client) -> Event:
        """Return what the code makes of what a client does or fails to do."""
        match action.name:
            case "expire_session" | "expire_id":
                return Event(on_time(aged(group, client.id), RULES, NOW))
            case "commit":
                sender = client.sender(group.generation)
                return Event(membership.on_commit(group, sender, RULES, NOW))
            case "leave":
                leaver = Leaver(client.name, client.instance_id)
                return Event(membership.on_leave(group, leaver, RULES, NOW))
            case "get_work" | "wait_for_work" | "divide":
                return _sync(group, action, client)
        join = _join(group, action.name, client)
        return Event(on_join(group, join, RULES, NOW), ("join", client.id))


def _seen_through(promise: Property[ModelState]) -> Property[World]:
    return Property(
        promise.name, lambda world: promise.holds(world.state), promise.source
    )


def _join(group: ClassicGroup, name: str, client: Client) -> Join:
    """Return a JoinGroup; the leader of a stable group needs no reason to repeat it."""
    if name in ("give_id", "join_first", "return"):
        return client.first_join()
    if name == "return_otherwise":
        return client.first_join(OTHERWISE)
    may_repeat = group.leader == client.name and group.state is State.STABLE
    return client.join(LIKED if name == "join" or may_repeat else CHANGED)


def _sync(group: ClassicGroup, action: Action, client: Client) -> Event:
    """A member asks for its work; whoever does not divide claims it for itself."""
    owner = client.id
    if action.name == "divide":
        ids = map(read, group.members)
        (owner,) = (it for it in ids if it.seat == action.arguments[2])
    sync = client.sync(group.generation, owner)
    return Event(syncing.on_sync(group, sync, NOW), ("sync", client.id))


def _over(group: ClassicGroup, name: str) -> ClassicGroup:
    """Return the group whose members take too long to join, or to ask for work."""
    if name == "expire_unsynced":
        return replace(group, sync_deadline_ms=NOW.ms)
    assert group.joining is not None
    return replace(group, joining=replace(group.joining, deadline_ms=NOW.ms))


def _written(group: ClassicGroup, first: Pending, error: Error) -> Step:
    """Return what follows when the first write has ended so."""
    match first.effect:
        case StoreAssignment() as division:
            return syncing.on_assignment_stored(group, division, error, RULES, NOW)
        case StoreReplacement() as back:
            return on_replacement_stored(group, back, error)
        case _:
            return Step(group)


def _is_longer(world: World, after: World) -> bool:
    is_same = world.group.members == after.group.members
    return is_same and after.group.joining is not None


def _failed_over(world: World, state: ModelState, count: int) -> World:
    """Return the world whose coordinator starts with the first `count` writes."""
    stored = world.writes[count - 1].value if count else world.stored
    after = World(state, loaded(stored), (), stored)
    is_same = seen(after.group) == state.group
    return after if is_same else replace(after, astray="another group is loaded")


def _judged(
    world: World, after: World, event: Event, states: Iterable[ModelState]
) -> World:
    """Return the world with the model's state after this, or with what is wrong."""
    group, answers = seen(after.group), event.answers
    asked = {event.asked} if event.asked else set()
    before = waiting(world.seen) | asked
    if before - waiting(group) != set(answers):
        return replace(after, astray="whoever waits no longer is not who was answered")
    if event.step.error is not Error.NONE:
        return replace(after, astray=f"refused: {event.step.error.name}")
    if _misled(group, answers):
        return replace(after, astray="a member is told what is not so")
    is_told = told(world.state, group, answers)
    writes = tuple(it.write for it in after.writes)
    for state in states:
        if (state.group, state.writes, state.told) == (group, writes, is_told):
            return replace(after, state=state)
    return replace(after, astray="the model does not go there")


def _misled(group: Group, answers: Answers) -> bool:
    """Tell whether somebody who has joined is told another generation or list."""
    return any(
        answer.generation != group.generation
        or {read(it.member_id) for it in answer.members}
        != (group.ids if who == group.leader else set())
        for (_, who), answer in answers.items()
        if isinstance(answer, JoinAnswer) and answer.error is Error.NONE
    )
