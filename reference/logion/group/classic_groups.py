"""The shell of classic groups.

It has the rules of `logion.group.classic` say what follows, lets that become true, and
does what they ask for: it answers members that wait, writes the group down, and has it
looked at in time.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias, assert_never

from logion.group.cell import Call, GroupCell
from logion.group.classic.joining import on_join, on_replacement_stored
from logion.group.classic.membership import (
    on_heartbeat,
    on_leave_all,
    with_sessions,
)
from logion.group.classic.phases import prepare_rebalance
from logion.group.classic.state import ClassicGroup, State
from logion.group.classic.steps import (
    AnswerJoin,
    AnswerSync,
    Effect,
    Join,
    JoinAnswer,
    Leaver,
    Sender,
    Step,
    StoreAssignment,
    StoreEmpty,
    StoreReplacement,
    Sync,
    SyncAnswer,
)
from logion.group.classic.syncing import on_assignment_stored, on_sync
from logion.group.classic.timing import next_due, on_time
from logion.group.records import group_key, group_record
from logion.group.rules import Instant
from logion.group.settings import CoordinatorSettings
from logion.group.shard import Shard, group_error
from logion.protocol.errors import ApiError, Error
from logion.replica.records import KeyValue

log = logging.getLogger(__name__)

Wait: TypeAlias = Callable[[Callable[[], Awaitable[object]]], Awaitable[None]]
"""Waits for what it is given; raises ConnectionAbortedError if the client is gone."""

Stored: TypeAlias = Callable[[Error], None]
"""Is told what became of a write."""


class ClassicGroups:
    """What happens to classic groups."""

    def __init__(
        self,
        settings: CoordinatorSettings,
        now: Callable[[], Instant],
        look_again: Callable[[Shard, GroupCell, int], None],
        tell_later: Callable[[Shard, int, Stored], None],
    ) -> None:
        """Serve no group yet.

        `look_again` has a group looked at at a time on the monotonic clock;
        `tell_later` says what became of a write when that is known.
        """
        self._settings = settings
        self._rules = settings.rules
        self._now = now
        self._look_again = look_again
        self._tell_later = tell_later

    async def join(
        self, shard: Shard, cell: GroupCell, join: Join, wait: Wait
    ) -> JoinAnswer:
        """Let a client into a group; returns when its generation begins.

        Raises what `wait` raises.
        """
        member_id = join.member_id or join.new_member_id
        step = on_join(cell.classic, join, self._rules, self._now())
        if step.join is not None:
            self._apply(shard, cell, step)
            return step.join
        with cell.place(Call.JOIN, member_id) as place:
            self._apply(shard, cell, step)
            await wait(place.answered)
        assert isinstance(place.answer, JoinAnswer)
        return place.answer

    async def sync(
        self, shard: Shard, cell: GroupCell, sync: Sync, wait: Wait
    ) -> SyncAnswer:
        """Return a member's part of the work, once the leader has divided it.

        Raises what `wait` raises.
        """
        step = on_sync(cell.classic, sync, self._now())
        if step.sync is not None:
            self._apply(shard, cell, step)
            return step.sync
        with cell.place(Call.SYNC, sync.member_id) as place:
            self._apply(shard, cell, step)
            await wait(place.answered)
        assert isinstance(place.answer, SyncAnswer)
        return place.answer

    def heartbeat(self, cell: GroupCell, sender: Sender) -> Error:
        """Note that a member lives; return what it is told."""
        step = on_heartbeat(cell.classic, sender, self._rules, self._now())
        cell.classic = step.group
        return step.error

    def leave(
        self, shard: Shard, cell: GroupCell, leavers: Sequence[Leaver]
    ) -> tuple[Error, ...]:
        """Take members out; return what each is told."""
        step, errors = on_leave_all(cell.classic, leavers, self._rules, self._now())
        self._apply(shard, cell, step)
        return errors

    # What time does

    def on_time(self, shard: Shard, cell: GroupCell) -> None:
        """Do what is due by now."""
        self._apply(shard, cell, on_time(cell.classic, self._rules, self._now()))

    def on_loaded(self, shard: Shard, cell: GroupCell) -> None:
        """Give the members of a group that was loaded their time again."""
        group = with_sessions(cell.classic, self._now())
        must_rebalance = len(group.members) > self._rules.size_max
        self.go_on(shard, cell, group, must_rebalance=must_rebalance)

    def go_on(
        self,
        shard: Shard,
        cell: GroupCell,
        group: ClassicGroup,
        *,
        must_rebalance: bool,
    ) -> None:
        """Go on with a group as it has been stored."""
        step = Step(group)
        if must_rebalance:
            step = prepare_rebalance(group, self._rules, self._now())
        self._apply(shard, cell, step)

    # What follows from a step

    def _apply(self, shard: Shard, cell: GroupCell, step: Step) -> None:
        """Let a step become true, and do what follows from it."""
        cell.classic = step.group
        for effect in step.effects:
            self._do(shard, cell, effect)
        due = next_due(cell.classic, self._rules)
        if due is not None:
            self._look_again(shard, cell, due.deadline_ms)
        is_used = cell.offsets or shard.pending.open.of_group(cell.id)
        if cell.is_only_offsets and not is_used:
            shard.cells.pop(cell.id, None)

    def _do(self, shard: Shard, cell: GroupCell, effect: Effect) -> None:
        match effect:
            case AnswerJoin(member_id, answer):
                cell.answer(Call.JOIN, member_id, answer)
            case AnswerSync(member_id, part):
                cell.answer(Call.SYNC, member_id, part)
            case StoreEmpty():
                self._store_empty(shard, cell)
            case StoreAssignment():
                self._store_assignment(shard, cell, effect)
            case StoreReplacement():
                self._store_replacement(shard, cell, effect)
            case _:
                assert_never(effect)

    def _store_empty(self, shard: Shard, cell: GroupCell) -> None:
        """Write down that a group is empty; if that fails, its members expire again."""

        def stored(error: Error) -> None:
            if error is not Error.NONE:
                log.warning("group %s is empty; not written: %s", cell.id, error.name)

        if cell.classic.state is State.DEAD:
            self._store(shard, (group_key(cell.id), None), stored)
            cell.classic = ClassicGroup(cell.id)
        else:
            self._store(shard, self._record_of(cell.classic), stored)

    def _store_assignment(
        self, shard: Shard, cell: GroupCell, effect: StoreAssignment
    ) -> None:
        def stored(error: Error) -> None:
            step = on_assignment_stored(
                cell.classic, effect, error, self._rules, self._now()
            )
            self._apply(shard, cell, step)

        record = self._record_of(cell.classic, effect.assignments)
        self._store(shard, record, stored)

    def _store_replacement(
        self, shard: Shard, cell: GroupCell, effect: StoreReplacement
    ) -> None:
        def stored(error: Error) -> None:
            step = on_replacement_stored(cell.classic, effect, error)
            self._apply(shard, cell, step)

        self._store(shard, self._record_of(cell.classic), stored)

    def _record_of(
        self, group: ClassicGroup, assignments: Mapping[str, bytes] | None = None
    ) -> KeyValue:
        return group_record(group, self._settings.versions.group, assignments)

    def _store(self, shard: Shard, record: KeyValue, then: Stored) -> None:
        """Write a group down and call `then` once that is committed, or failed."""
        try:
            end_offset = shard.append([record], self._now().time_ms)
        except ApiError as problem:
            log.error("%s: a group cannot be written: %s", shard.name, problem)
            then(group_error(problem.error))
            return
        if shard.is_committed(end_offset):
            then(Error.NONE)
        else:
            self._tell_later(shard, end_offset, then)
