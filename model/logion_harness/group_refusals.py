"""Requests that the model of classic groups does not allow, given to the code.

Each must be refused for the model's reason and change nothing. What is yielded is what
was wrong, in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logion.group.classic import membership, syncing
from logion.group.classic.joining import on_join
from logion.group.classic.steps import Leaver, Sender, Step
from logion.group.classic.timing import on_time
from logion.protocol.errors import Error
from logion_model.group import world as model
from logion_model.group.coordinator import Coordinator, Standing
from logion_model.group.state import Phase

from logion_harness.group_rig import NOW, RULES, SESSION_MS, Client, World, aged, seen

REFUSALS = {
    Standing.UNKNOWN: Error.UNKNOWN_MEMBER_ID,
    Standing.FENCED: Error.FENCED_INSTANCE_ID,
    Standing.STALE: Error.ILLEGAL_GENERATION,
    Standing.MEMBER: Error.REBALANCE_IN_PROGRESS,
}
"""What the code says to whom it refuses; to a member if it is the wrong moment."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """What the model says of requests."""

    coordinator: Coordinator

    def wrongs(self, world: World) -> Iterator[str]:
        """Yield what is taken or answered wrongly in this world."""
        for who in model.ids(world.state):
            client = Client(who, self.coordinator.is_static(who))
            yield from self._joins_and_leaves(world, client)
            yield from _time(world, client)
            for generation in range(-1, world.group.generation + 2):
                yield from self._sync(world, client, generation)
                yield from self._commit(world, client, generation)
                yield from self._heartbeat(world, client, generation)
        if world.seen.phase is not Phase.EMPTY:
            stranger = Sender("", -1)
            step = membership.on_commit(world.group, stranger, RULES, NOW)
            yield from _unrefused(world, step, step.error, Error.UNKNOWN_MEMBER_ID)

    def _joins_and_leaves(self, world: World, client: Client) -> Iterator[str]:
        if client.name in world.group.pending:
            return
        who = self.coordinator.membership(world.seen, client.id)
        if who is Standing.MEMBER:
            yield from _repeat(world, client)
            return
        step = on_join(world.group, client.join(), RULES, NOW)
        said = step.join.error if step.join else None
        yield from _unrefused(world, step, said, REFUSALS[who])
        leaver = Leaver(client.name, client.instance_id)
        step = membership.on_leave(world.group, leaver, RULES, NOW)
        yield from _unrefused(world, step, step.error, REFUSALS[who])

    def _sync(self, world: World, client: Client, generation: int) -> Iterator[str]:
        rules, before = self.coordinator, world.seen
        if not rules.takes_sync(before, client.id, generation):
            sync = client.sync(generation, client.id)
            step = syncing.on_sync(world.group, sync, NOW)
            said = step.sync.error if step.sync else None
            who = rules.standing(before, client.id, generation)
            yield from _unrefused(world, step, said, REFUSALS[who])

    def _commit(self, world: World, client: Client, generation: int) -> Iterator[str]:
        rules, before = self.coordinator, world.seen
        is_simple = generation < 0 and before.phase is Phase.EMPTY
        step = membership.on_commit(world.group, client.sender(generation), RULES, NOW)
        if rules.takes_commit(before, client.id, generation) or is_simple:
            if step.error is not Error.NONE:
                yield f"a commit of {client.name} is refused: {step.error.name}"
            return
        who = rules.standing(before, client.id, generation)
        yield from _unrefused(world, step, step.error, REFUSALS[who])

    def _heartbeat(
        self, world: World, client: Client, generation: int
    ) -> Iterator[str]:
        before = world.seen
        sender = client.sender(generation)
        who = self.coordinator.standing(before, client.id, generation)
        if who is not Standing.MEMBER:
            step = membership.on_heartbeat(world.group, sender, RULES, NOW)
            yield from _unrefused(world, step, step.error, REFUSALS[who])
            return
        step = membership.on_heartbeat(aged(world.group, client.id), sender, RULES, NOW)
        is_rebalancing = before.phase is Phase.PREPARING
        expected = Error.REBALANCE_IN_PROGRESS if is_rebalancing else Error.NONE
        yield from _unrefused(world, step, step.error, expected)
        if step.group.members[client.name].deadline_ms != NOW.ms + SESSION_MS:
            yield f"the session of {client.name} does not begin anew"


def _time(world: World, client: Client) -> Iterator[str]:
    """Yield what is wrong if a session ends while its member waits."""
    member = world.seen.member(client.id)
    if member and not member.may_expire:
        step = on_time(aged(world.group, client.id), RULES, NOW)
        if seen(step.group) != world.seen:
            yield f"{client.name} is given up while it waits"


def _unrefused(
    world: World, step: Step, said: Error | None, expected: Error
) -> Iterator[str]:
    """Yield what is wrong with a request that must change nothing."""
    if said is not expected:
        yield f"expected {expected.name}, not {said.name if said else 'a wait'}"
    is_same = step.group == world.group or seen(step.group) == world.seen
    if step.effects or not is_same:
        yield f"{expected.name}, and something has changed"


def _repeat(world: World, client: Client) -> Iterator[str]:
    """Yield what is wrong if a member with nothing new to say joins again."""
    phase, is_leader = world.seen.phase, world.group.leader == client.name
    is_told = phase is Phase.COMPLETING or (phase is Phase.STABLE and not is_leader)
    if is_told:
        step = on_join(world.group, client.join(), RULES, NOW)
        yield from _unrefused(
            world, step, step.join.error if step.join else None, Error.NONE
        )
        if step.join and step.join.generation != world.group.generation:
            yield f"{client.name} is told another generation"
