"""Clients of one group, and what they were told, judged by the model's promises.

There is one partition to share, and who owns it commits the number of its generation,
as in `logion_model.group`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from logion.group.classic.state import NO_GENERATION, NO_MEMBER_ID
from logion.group.classic.steps import Join, JoinAnswer, Leaver, Sender, Sync
from logion.group.classic_groups import Wait
from logion.group.committing import commit, committed_offsets
from logion.group.coordinator import GroupCoordinator
from logion.group.offsets import CommittedOffset
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion_model.group import promises
from logion_model.group.state import STRANGER, State

GROUP = "group"
PARTITION = TopicPartition("t", 0)
OWNS = b"\x01"

SESSION_MS, REBALANCE_MS = 30_000, 20_000


@dataclass(slots=True)
class History:
    """What all clients were told, as far as promises speak of it."""

    told: set[tuple[int, int]] = field(default_factory=set)
    """Generation and seat of whoever was told to own the partition."""
    furthest: int = 0
    """The largest offset whose commit was answered, if that was not to be forgotten."""
    misdeeds: set[str] = field(default_factory=set)
    leaders: dict[int, str] = field(default_factory=dict)
    """The leader of each generation since the broker started."""
    answers: set[tuple[str, Error]] = field(default_factory=set)
    """Which requests had which answers."""
    wrong: str = ""
    """The first thing that broke a promise, in words."""

    def judge(self, offset: int) -> None:
        """Note what breaks a promise of the model.

        `offset` is what a client reads as committed, 0 for nothing.
        """
        state = State(
            (),
            offset=offset,
            furthest=self.furthest,
            told=frozenset(self.told),
            misdeeds=frozenset(self.misdeeds),
        )
        for promise in promises.ALWAYS:
            if not promise.holds(state):
                self.on_wrong(f"{promise.name} ({promise.source}): {state}")

    def on_wrong(self, what: str) -> None:
        """Note what is wrong, unless something was before."""
        self.wrong = self.wrong or what

    def on_joined(self, answer: JoinAnswer) -> None:
        """Note who leads a generation: one member, and of no earlier one."""
        leader = self.leaders.setdefault(answer.generation, answer.leader or "")
        if leader != answer.leader or answer.generation < max(self.leaders):
            self.on_wrong(f"{answer} after the leaders {self.leaders}")

    def on_forgotten(self) -> None:
        """Note that the group is gone: another of its name begins from nothing."""
        self.leaders.clear()
        self.told.clear()

    def on_committed(self, generation: int) -> None:
        """Note a commit that was taken: nobody may own the partition since."""
        if any(generation < later for later, _ in self.told):
            self.misdeeds.add(STRANGER)
        self.furthest = max(generation, self.furthest)


class Credentials(NamedTuple):
    """What a client knows of its membership."""

    member_id: str = NO_MEMBER_ID
    generation: int = NO_GENERATION


NOBODY = Credentials()
"""What it knows before it has joined."""


@dataclass(slots=True)
class Client:
    """A client, and what it remembers of its process before."""

    seat: int
    is_static: bool
    history: History
    now: Credentials = NOBODY
    before: Credentials = NOBODY
    listed: tuple[str, ...] = ()
    """The members it was told, if it is the leader."""
    has_work: bool = False
    """Whether it was told its work in this generation."""
    must_join: bool = True
    """Whether it is no member, or was told to join again."""
    numbers: count[int] = field(default_factory=count)

    @property
    def instance_id(self) -> str | None:
        """Return its `group.instance.id`, None if it is dynamic."""
        return f"instance-{self.seat}" if self.is_static else None

    def sender(self, who: Credentials) -> Sender:
        """Return who it says it is."""
        return Sender(*who, self.instance_id)

    def begin_anew(self) -> None:
        """Let another process take its place; the one before may still send."""
        if self.now != NOBODY:
            self.before, self.now = self.now, NOBODY
        self.must_join = True

    async def join(self, groups: GroupCoordinator, metadata: bytes, wait: Wait) -> None:
        """Join, with the id that it is told to join with."""
        answer = await groups.join(GROUP, self._join(metadata), wait)
        self._note("join", answer.error)
        if answer.error is Error.MEMBER_ID_REQUIRED:
            self.now = Credentials(answer.member_id)
            await self.join(groups, metadata, wait)
        elif answer.error is Error.NONE:
            self.history.on_joined(answer)
            self.now = Credentials(answer.member_id, answer.generation)
            self.listed = tuple(it.member_id for it in answer.members)
            self.must_join = self.has_work = False

    def _join(self, metadata: bytes) -> Join:
        return Join(
            self.now.member_id,
            f"{self.seat}.{next(self.numbers)}",
            self.instance_id,
            "client",
            "/127.0.0.1",
            SESSION_MS,
            REBALANCE_MS,
            "consumer",
            (("range", metadata),),
            must_have_id=True,
        )

    async def sync(self, groups: GroupCoordinator, choice: int, wait: Wait) -> None:
        """Ask for its work; the leader chooses who gets it, others claim it."""
        members = self.listed or (self.now.member_id,)
        parts = {members[choice % len(members)]: OWNS}
        who = self.now
        error = await self._sync(groups, who, parts, wait)
        self.has_work = error is Error.NONE and who == self.now
        self._note("sync", error)

    async def sync_late(self, groups: GroupCoordinator, wait: Wait) -> None:
        """Let the process before ask for work, and claim it."""
        parts = {self.before.member_id: OWNS}
        error = await self._sync(groups, self.before, parts, wait)
        self.history.answers.add(("sync late", error))

    async def _sync(
        self,
        groups: GroupCoordinator,
        who: Credentials,
        parts: dict[str, bytes],
        wait: Wait,
    ) -> Error:
        sync = Sync(who.member_id, self.instance_id, who.generation, parts)
        answer = await groups.sync(GROUP, sync, wait)
        if answer.assignment == OWNS:
            self.history.told.add((who.generation, self.seat))
        return answer.error

    def heartbeat(self, groups: GroupCoordinator) -> None:
        """Say that it lives."""
        self._note("heartbeat", groups.heartbeat(GROUP, self.sender(self.now)))

    def leave(self, groups: GroupCoordinator) -> None:
        """Leave; a static member that does not come back leaves as well."""
        leaver = Leaver(self.now.member_id, self.instance_id)
        (error,) = groups.leave(GROUP, [leaver])
        self._note("leave", error)
        self.begin_anew()

    async def commit(self, groups: GroupCoordinator) -> None:
        """Commit how far it has read, if it was told to own the partition."""
        error = await self._commit(groups, self.now)
        if error is not None:
            self._note("commit", error)

    async def commit_late(self, groups: GroupCoordinator) -> None:
        """Let the process before commit how far it had read."""
        error = await self._commit(groups, self.before)
        if error is not None:
            self.history.answers.add(("commit late", error))

    async def _commit(self, groups: GroupCoordinator, who: Credentials) -> Error | None:
        """Return the answer to a commit, None if there is nothing to commit."""
        if (who.generation, self.seat) not in self.history.told:
            return None
        error = await _commit(groups, self.sender(who), who.generation)
        if error is Error.NONE:
            self.history.on_committed(who.generation)
        return error

    def _note(self, request: str, error: Error) -> None:
        self.history.answers.add((request, error))
        if error in (Error.UNKNOWN_MEMBER_ID, Error.FENCED_INSTANCE_ID):
            self.begin_anew()
        elif error in (Error.REBALANCE_IN_PROGRESS, Error.ILLEGAL_GENERATION):
            self.must_join = True


async def commit_alone(groups: GroupCoordinator, history: History) -> None:
    """Let a consumer that is in no group go on from what was committed."""
    offset = max(history.furthest, 1)
    error = await _commit(groups, Sender(NO_MEMBER_ID, NO_GENERATION), offset)
    history.answers.add(("commit alone", error))
    if error is Error.NONE:
        history.furthest = offset


async def _commit(groups: GroupCoordinator, sender: Sender, offset: int) -> Error:
    committed = CommittedOffset(offset, commit_ms=groups.now.time_ms)
    return await commit(groups, GROUP, sender, {PARTITION: committed})


def committed(groups: GroupCoordinator) -> int:
    """Return what a client reads as committed, 0 for nothing."""
    found = committed_offsets(groups, GROUP).get(PARTITION)
    return 0 if found is None else found.offset
