"""A group that a test plays with: requests in, answers noted, time moved by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from logion.group.classic.joining import on_join, on_replacement_stored
from logion.group.classic.membership import on_commit, on_heartbeat, on_leave
from logion.group.classic.state import ClassicGroup
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
from logion.group.classic.timing import on_time
from logion.group.rules import GroupRules, Instant
from logion.protocol.errors import Error

RULES = GroupRules(initial_delay_ms=0)
RANGE = (("range", b"r"),)

SESSION_MS = 10_000
REBALANCE_MS = 30_000


@dataclass
class Game:
    """A group, what its members were told, and what was written down."""

    rules: GroupRules = RULES
    group: ClassicGroup = field(default_factory=lambda: ClassicGroup("g"))
    now_ms: int = 0
    joins: dict[str, JoinAnswer] = field(default_factory=dict)
    syncs: dict[str, SyncAnswer] = field(default_factory=dict)
    stored: list[Effect] = field(default_factory=list)
    store_error: Error = Error.NONE

    @property
    def now(self) -> Instant:
        """Return the present moment."""
        return Instant(self.now_ms, 1_000_000 + self.now_ms)

    def join(self, member_id: str = "", new: str = "", **fields: object) -> Step:
        """Let a client join; `new` is the id it gets if it has none."""
        join = Join(
            member_id,
            new,
            None,
            "client",
            "/10.0.0.1",
            SESSION_MS,
            REBALANCE_MS,
            "consumer",
            RANGE,
        )
        asked = replace(join, **fields)
        step = on_join(self.group, asked, self.rules, self.now)
        own = asked.member_id or asked.new_member_id
        if step.join is not None:
            self.joins[own] = step.join
        self.apply(step)
        if step.join is None and step.group.state is self.group.state:
            self.tick()
        return step

    def sync(
        self,
        member_id: str,
        assignments: Mapping[str, bytes] | None = None,
        **of: object,
    ) -> SyncAnswer | None:
        """Let a member sync; return its answer if there is one by now."""
        self.syncs.pop(member_id, None)
        sync = Sync(member_id, None, self.group.generation, assignments or {})
        step = on_sync(self.group, replace(sync, **of), self.now)
        if step.sync is not None:
            self.syncs[member_id] = step.sync
        self.apply(step)
        return self.syncs.get(member_id)

    def heartbeat(
        self, member_id: str, generation: int | None = None, instance: str | None = None
    ) -> Error:
        """Let a member say that it lives."""
        number = self.group.generation if generation is None else generation
        sender = Sender(member_id, number, instance)
        step = on_heartbeat(self.group, sender, self.rules, self.now)
        self.apply(step)
        return step.error

    def commit(self, member_id: str, generation: int | None = None) -> Error:
        """Let a member commit."""
        number = self.group.generation if generation is None else generation
        sender = Sender(member_id, number)
        step = on_commit(self.group, sender, self.rules, self.now)
        self.apply(step)
        return step.error

    def leave(self, member_id: str, instance: str | None = None) -> Error:
        """Let a member leave."""
        leaver = Leaver(member_id, instance)
        step = on_leave(self.group, leaver, self.rules, self.now)
        self.apply(step)
        return step.error

    def tick(self, duration_ms: int = 0) -> None:
        """Let time pass, and what is due happen."""
        self.now_ms += duration_ms
        self.apply(on_time(self.group, self.rules, self.now))

    def apply(self, step: Step) -> None:
        """Let a step become true; what is to be stored is, at once."""
        self.group = step.group
        for effect in step.effects:
            match effect:
                case AnswerJoin(member_id, answer):
                    self.joins[member_id] = answer
                case AnswerSync(member_id, part):
                    self.syncs[member_id] = part
                case StoreAssignment():
                    self.stored.append(effect)
                    self.apply(
                        on_assignment_stored(
                            self.group, effect, self.store_error, self.rules, self.now
                        )
                    )
                case StoreReplacement():
                    self.stored.append(effect)
                    self.apply(
                        on_replacement_stored(self.group, effect, self.store_error)
                    )
                case StoreEmpty():
                    self.stored.append(effect)

    def stable(self, *members: str, **fields: object) -> Game:
        """Let these members join an empty group and get their work."""
        for member_id in members:
            self.join(new=member_id, **fields)
        if len(members) > 1:  # the first was alone: it has to join again
            self.join(members[0], **fields)
        for member_id in reversed(members):
            self.sync(member_id, {it: it.encode() for it in members})
        self.joins.clear()
        self.syncs.clear()
        self.stored.clear()
        return self
