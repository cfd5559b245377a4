"""Everything that may happen to a group: clients, time, the log, a new coordinator.

1. A client that has no member id, or whose request was not answered, asks again. One
   that was ever told an id and a generation may send with them at any time, any number
   of times: that is delay, repetition and zombies in one.
2. A session, a join phase, a wait may end at any time: clocks say nothing here.
3. A write to the log takes time and may fail. A coordinator that starts finds what was
   written, and of what was under way any beginning.
4. Heartbeats change nothing here: a session may or may not go on.
5. Who owns the partition commits the number of its generation, for a later owner has
   read further; others have nothing to commit. A consumer that is in no group goes on
   from what was committed.

A variant is a `Rules` value, the wrong ones too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from logion_model.group.coordinator import (
    Change,
    Changes,
    Coordinator,
    is_awaited,
    loaded,
    recorded,
)
from logion_model.group.rules import Rules
from logion_model.group.state import (
    STRANGER,
    USURPER,
    Group,
    Id,
    Phase,
    Record,
    Scope,
    State,
    Waits,
    Write,
)
from logion_model.kernel import Action

Steps: TypeAlias = Iterator[tuple[Action, State]]


def ids(state: State) -> Iterator[Id]:
    """Yield every member id that was given out."""
    for seat, given in enumerate(state.given):
        for life in range(given):
            yield Id(seat, life)


def generations(state: State) -> Iterator[int]:
    """Yield the present generation, and an earlier one for all that are stale."""
    yield state.group.generation
    if state.group.generation > 0:
        yield state.group.generation - 1


def told(state: State, group: Group, who: Id) -> State:
    """Return the state after a member of this group was told its work."""
    if group.owner != who:
        return state
    return state._replace(told=state.told | {(group.generation, who.seat)})


@dataclass(frozen=True, slots=True)
class World:
    """The rules of the coordinator, and how much may happen."""

    rules: Rules
    scope: Scope

    @property
    def coordinator(self) -> Coordinator:
        """Return the rules as functions on groups."""
        return Coordinator(self.rules, self.scope.dynamic)

    @property
    def initial(self) -> State:
        """Return the state in which nobody has asked for anything."""
        return State(given=(0,) * (self.scope.dynamic + self.scope.static))

    def next_steps(self, state: State) -> Steps:
        """Yield everything that may happen next.

        While as many writes as may be are under way, one of them ends first.
        """
        yield from self.store(state)
        yield from self.fail_to_store(state)
        yield from self.fail_over(state)
        if len(state.writes) < self.scope.writes:
            for events in (
                self.ask_for_id,
                self.join,
                self.sync,
                self.commit,
                self.leave,
                self.pass_time,
            ):
                yield from events(state)

    def may_send(self, state: State, who: Id) -> bool:
        """Tell whether a client knows this id: it was told, or has used it."""
        if who in state.used:
            return True
        if who.life + 1 < state.given[who.seat]:
            return False
        if self.rules.gives_ids_first and not self.coordinator.is_static(who):
            return True
        member = state.group.member(who)
        return member is not None and not member.is_joining

    def senders(self, state: State) -> Iterator[Id]:
        """Yield every id that a client may use."""
        return (who for who in ids(state) if self.may_send(state, who))

    def changed(self, state: State, action: Action, changes: Changes) -> Steps:
        """Yield the states in which these changes have happened, within the scope."""
        for change in changes:
            after = self._after(state, change)
            if self.is_within_scope(after):
                yield action, after

    def is_within_scope(self, state: State) -> bool:
        """Tell whether no join phase has begun after the last that may."""
        last = self.scope.generations
        is_preparing = state.group.phase is Phase.PREPARING
        return state.phases < last or (state.phases == last and not is_preparing)

    def _after(self, state: State, change: Change) -> State:
        writes = (change.write,) if change.write else ()
        return state._replace(
            group=change.group,
            writes=state.writes + writes,
            phases=state.phases + change.ends_phase,
        )

    def may_begin(self, state: State, seat: int) -> bool:
        """Tell whether a client may ask for a member id.

        A dynamic one does for lack of an answer, or because it is out.
        """
        if state.given[seat] == self.scope.lives:
            return False
        latest = Id(seat, state.given[seat] - 1)
        is_in = latest in state.group.ids | state.group.pending
        is_static = seat >= self.scope.dynamic
        return is_static or not (is_in and latest in state.used)

    def ask_for_id(self, state: State) -> Steps:
        """A client without a member id joins, or comes back."""
        for seat, life in enumerate(state.given):
            if self.may_begin(state, seat):
                given = (*state.given[:seat], life + 1, *state.given[seat + 1 :])
                begun = state._replace(given=given)
                if seat < self.scope.dynamic and self.rules.gives_ids_first:
                    yield from self._give_id(begun, Id(seat, life))
                else:
                    yield from self._join_first(begun, Id(seat, life))

    def _give_id(self, state: State, new: Id) -> Steps:
        group = state.group._replace(pending=state.group.pending | {new})
        yield from self.changed(state, Action("give_id", new), iter([Change(group)]))

    def _join_first(self, state: State, new: Id) -> Steps:
        coordinator, group = self.coordinator, state.group
        old = group.occupant(new.seat) if coordinator.is_static(new) else None
        if old is None:
            added = coordinator.added(group, new)
            yield from self.changed(state, Action("join_first", new), added)
            return
        if group.phase is Phase.STABLE:
            otherwise = coordinator.returned_otherwise(group, old, new)
            action = Action("return_otherwise", new)
            yield from self.changed(state, action, otherwise)
            if not self.rules.stores_replacement:
                state = state._replace(replaced=state.replaced | {old.id})
        returned = coordinator.returned(group, old, new)
        yield from self.changed(state, Action("return", new), returned)

    def join(self, state: State) -> Steps:
        """A client joins with its id, for the first time or again.

        A member that asks again in a generation with nothing new to say, unless it is
        the leader of a stable group, is told the generation: no step.
        """
        group = state.group
        for who in self.senders(state):
            used = state._replace(used=state.used | {who})
            member = group.member(who)
            if who in group.pending:
                added = self.coordinator.added(group, who)
                yield from self.changed(used, Action("join", who), added)
            elif member is not None:
                again = self.coordinator.rejoined(group, member)
                yield from self.changed(used, Action("rejoin", who), again)

    def sync(self, state: State) -> Steps:
        """A member asks for its work; the leader's request says how to divide it."""
        for who in self.senders(state):
            for generation in generations(state):
                if self.coordinator.takes_sync(state.group, who, generation):
                    yield from self._sync(state, who, generation)

    def _sync(self, state: State, who: Id, generation: int) -> Steps:
        group = self.coordinator.synced(state.group, who)
        asked = state._replace(used=state.used | {who}, group=group)
        if group.phase is Phase.STABLE:
            yield Action("get_work", who), told(asked, group, who)
        elif who == group.leader or not self.rules.hears_leader_alone:
            for owner in self._owners(state):
                yield (
                    Action("divide", (*who, owner.seat)),
                    self._divide(asked, who, owner, generation),
                )
        else:
            yield Action("wait_for_work", who), asked

    def _owners(self, state: State) -> list[Id]:
        """Return whom the leader may give the partition to."""
        earlier = [write.record for write in state.writes if not write.by]
        owners = [
            it.owner for it in earlier if is_awaited(it, state.group) and it.owner
        ]
        if owners and self.rules.leader_is_of_one_mind:
            return owners[:1]
        return sorted(state.group.listed)

    def _divide(self, state: State, who: Id, owner: Id, generation: int) -> State:
        group = state.group
        is_right = who == group.leader and generation == group.generation
        if not is_right:
            state = state._replace(misdeeds=state.misdeeds | {USURPER})
        record = recorded(group)._replace(owner=owner)
        state = state._replace(writes=(*state.writes, Write(record)))
        return state if self.rules.stores_first else self._announce(state, record)

    def _announce(self, state: State, record: Record) -> State:
        """Return the state in which all who wait for their work have it."""
        before = state.group
        if not is_awaited(record, before):
            return state
        group = self.coordinator.divided(before, record)
        for member in before.members:
            if member.waits is Waits.SYNC:
                state = told(state, group, member.id)
        return state._replace(group=group)

    def commit(self, state: State) -> Steps:
        """A client that was told to own the partition commits how far it has read."""
        for who in self.senders(state):
            for generation in generations(state):
                if self._may_commit(state, who, generation):
                    action = Action("commit", (*who, generation))
                    yield action, self._commit(state, who, generation)
        if state.group.phase is Phase.EMPTY:
            after = self._committed(state, max(state.furthest, 1))
            yield Action("commit_without_group"), after

    def _may_commit(self, state: State, who: Id, generation: int) -> bool:
        is_owner = (generation, who.seat) in state.told
        is_taken = self.coordinator.takes_commit(state.group, who, generation)
        return is_owner and is_taken

    def _commit(self, state: State, who: Id, generation: int) -> State:
        group = state.group
        is_member = who in group.ids and generation == group.generation
        wrong = frozenset() if is_member else frozenset({STRANGER})
        after = state._replace(used=state.used | {who}, misdeeds=state.misdeeds | wrong)
        return self._committed(after, generation)

    def _committed(self, state: State, offset: int) -> State:
        keeps = not self.rules.loads_last and state.stored_offset
        return state._replace(
            offset=offset,
            stored_offset=state.stored_offset if keeps else offset,
            furthest=max(offset, state.furthest),
        )

    def leave(self, state: State) -> Steps:
        """A client leaves, or gives up the id that it was told."""
        for who in self.senders(state):
            if who in state.group.ids | state.group.pending:
                used = state._replace(used=state.used | {who})
                removed = self.coordinator.removed(state.group, who)
                yield from self.changed(used, Action("leave", who), removed)

    def pass_time(self, state: State) -> Steps:
        """Something has taken too long."""
        group, coordinator = state.group, self.coordinator
        for member in group.members:
            if member.may_expire:
                removed = coordinator.removed(group, member.id)
                action = Action("expire_session", member.id)
                yield from self.changed(state, action, removed)
        for who in sorted(group.pending):
            removed = coordinator.removed(group, who)
            yield from self.changed(state, Action("expire_id", who), removed)
        if group.phase is Phase.PREPARING:
            ended = coordinator.ended(group)
            yield from self.changed(state, Action("end_join_phase"), ended)
        if group.unsynced:
            removed = coordinator.removed_unsynced(group)
            yield from self.changed(state, Action("expire_unsynced"), removed)
        yield from self.expire_offsets(state)

    def expire_offsets(self, state: State) -> Steps:
        """The committed offset has become old: it is forgotten."""
        is_empty = state.group.phase is Phase.EMPTY
        is_misjudged = not self.rules.keeps_offsets_of_live_groups
        if not self.rules.loads_ages and state.failovers:
            is_misjudged = True
        if state.offset and (is_empty or is_misjudged):
            after = state._replace(offset=0, stored_offset=0)
            furthest = 0 if is_empty else state.furthest
            yield Action("expire_offsets"), after._replace(furthest=furthest)

    def store(self, state: State) -> Steps:
        """A write has reached the log: whoever waits for it is answered."""
        if not state.writes:
            return
        write, *others = state.writes
        state = self._stored(state, write)._replace(writes=tuple(others))
        if write.by is not None:
            state = self._replaced(state, write, write.by)
        elif write.record.members:
            state = self._announce(state, write.record)
        yield Action("store"), state

    def _stored(self, state: State, write: Write) -> State:
        if state.stored.members and not self.rules.loads_last:
            return state
        return state._replace(stored=write.record)

    def _replaced(self, state: State, write: Write, by: Id) -> State:
        member = state.group.member(by)
        is_stable = state.group.phase is Phase.STABLE
        if not (is_stable and member and member.is_joining and write.replaced):
            return state
        idle = member._replace(waits=Waits.NOTHING)
        return state._replace(
            group=state.group.with_member(idle),
            replaced=state.replaced | {write.replaced},
        )

    def fail_to_store(self, state: State) -> Steps:
        """A write has failed: whoever waits for it hears so."""
        if state.writes:
            write, *others = state.writes
            after = state._replace(writes=tuple(others))
            failed = self.coordinator.failed(state.group, write)
            yield from self.changed(after, Action("fail_to_store"), failed)

    def fail_over(self, state: State) -> Steps:
        """The coordinator starts anew from its log, which has some of the writes."""
        if state.failovers == self.scope.failovers:
            return
        for kept in range(len(state.writes) + 1):
            after = state
            for write in state.writes[:kept]:
                after = self._stored(after, write)
            group = loaded(after.stored)
            yield (
                Action("fail_over", (kept,)),
                after._replace(
                    group=group,
                    writes=(),
                    offset=after.stored_offset,
                    failovers=state.failovers + 1,
                    phases=group.generation,
                ),
            )
