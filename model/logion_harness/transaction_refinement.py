"""Holds the rules of the transaction coordinator to `logion_model.transaction`.

A world is what the code knows of one transactional id, and which partitions still lack
a marker. Every request of every epoch is made in every state that can be reached: the
code must refuse what the model refuses, and come to what the model comes to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.transaction import adding, ending, initializing
from logion.transaction.ending import End, Outcome
from logion.transaction.initializing import Asked
from logion.transaction.rules import TransactionRules
from logion.transaction.state import Claim, State, Transaction
from logion_model.kernel import Action, Property, Spec
from logion_model.transaction import coordinator as model
from logion_model.transaction import state as wire
from logion_model.transaction.rules import Rules
from logion_model.transaction.state import Coordinator, Phase, Result

TRANSACTIONAL_ID = "tx"
PRODUCER_ID = 7
NOW_MS = 1

PHASES = {
    State.EMPTY: Phase.EMPTY,
    State.ONGOING: Phase.ONGOING,
    State.PREPARE_ABORT: Phase.PREPARE_ABORT,
    State.PREPARE_COMMIT: Phase.PREPARE_COMMIT,
    State.COMPLETE_ABORT: Phase.COMPLETE_ABORT,
    State.COMPLETE_COMMIT: Phase.COMPLETE_COMMIT,
}
"""What the model calls the code's states."""

Steps: TypeAlias = Iterator[tuple[Action, "World"]]


class World(NamedTuple):
    """What the code knows, and whether it has just gone astray."""

    known: Transaction | None = None
    missing: frozenset[TopicPartition] = frozenset()
    """Partitions without a marker, once an end is decided."""
    is_astray: bool = False


def partition(index: int) -> TopicPartition:
    """Return what the code calls a partition of the model."""
    return TopicPartition("t", index)


def seen(world: World) -> Coordinator:
    """Return what the code knows in the model's terms: the abstraction."""
    known = world.known
    if known is None:
        return Coordinator()
    is_prepared = PHASES[known.state].is_prepared
    names = world.missing if is_prepared else known.partitions
    return Coordinator(
        PHASES[known.state], known.epoch, frozenset(it.partition for it in names)
    )


@dataclass(frozen=True, slots=True)
class Game:
    """The code under the rules of one variant, and how far it is followed."""

    rules: Rules
    partitions: int
    epochs: int

    @property
    def version(self) -> int:
        """Return the `transaction.version` of the variant."""
        return 2 if self.rules.bumps_epoch else 0

    @property
    def own_rules(self) -> TransactionRules:
        """Return the code's rules for the variant."""
        return TransactionRules(version=self.version)

    def next_steps(self, world: World) -> Steps:
        """Yield everything that may happen next."""
        yield from self._come(world)
        known = world.known
        if known is None:
            return
        yield from self._mark(world, known)
        if known.state is State.ONGOING:
            fenced = ending.fence(known, self.own_rules, None, NOW_MS)
            yield self._step(Action("time_out"), decided(fenced), timed_out(world))
        for epoch in range(known.epoch + 2):
            claim = Claim(TRANSACTIONAL_ID, PRODUCER_ID, epoch)
            for index in range(self.partitions):
                yield self._add(world, known, claim, index)
                yield self._verify(world, known, claim, index)
            for result in Result:
                yield self._end(world, known, claim, result)

    def is_within(self, world: World) -> bool:
        """Return whether no more epochs were taken than are of interest."""
        return world.known is None or world.known.epoch <= self.epochs

    def _step(
        self, action: Action, after: World | None, wanted: Coordinator | None
    ) -> tuple[Action, World]:
        """Return the step; astray is one that the model does otherwise."""
        if after is None:
            return action, World(is_astray=wanted is not None)
        return action, after._replace(is_astray=seen(after) != wanted)

    def _come(self, world: World) -> Steps:
        """InitProducerId: the model fences what is open, or gives an epoch."""
        now = seen(world)
        wanted: Coordinator | None = now._replace(
            phase=Phase.EMPTY, epoch=now.epoch + 1
        )
        if now.phase.is_prepared:
            wanted = None
        elif now.phase is Phase.ONGOING:
            wanted = model.timed_out(now)
        after = self._come_to(world)
        if after is not None or wanted is not None:
            yield self._step(Action("start_instance"), after, wanted)

    def _come_to(self, world: World) -> World | None:
        asked = Asked(TRANSACTIONAL_ID, 1000)
        if world.known is None:
            return World(initializing.first(asked, PRODUCER_ID, NOW_MS))
        try:
            return decided(
                initializing.renewed(world.known, asked, self.own_rules, None, NOW_MS)
            )
        except ApiError:
            return None

    def _add(
        self, world: World, known: Transaction, claim: Claim, index: int
    ) -> tuple[Action, World]:
        wanted = model.added(self.rules, seen(world), claim.epoch, index)
        names = [partition(index)]
        try:
            adding.check_claim(known, claim, self.own_rules)
            adding.check_open(known)
            after = world
            if not adding.has_all(known, names):
                after = World(adding.added(known, names, self.version, NOW_MS))
        except ApiError:
            return self._refused(
                Action("receive_add", (claim.epoch, index)), world, wanted
            )
        return self._step(Action("receive_add", (claim.epoch, index)), after, wanted)

    def _verify(
        self, world: World, known: Transaction, claim: Claim, index: int
    ) -> tuple[Action, World]:
        wanted = model.vouches(self.rules, seen(world), claim.epoch, index)
        name = partition(index)
        try:
            adding.check_claim(known, claim, self.own_rules)
            adding.check_open(known)
            said = adding.verified(known, [name], self.own_rules)[name] is Error.NONE
        except ApiError:
            said = False
        action = Action("verify", (claim.epoch, index))
        return action, world._replace(is_astray=said != wanted)

    def _end(
        self, world: World, known: Transaction, claim: Claim, result: Result
    ) -> tuple[Action, World]:
        request = wire.End(claim.epoch, 0, result)
        wanted = model.asked_to_end(self.rules, seen(world), request)
        action = Action("receive_end", (claim.epoch, result))
        end = End(claim, result is Result.COMMIT, self.version)
        try:
            found = ending.outcome(known, end, self.own_rules)
        except ApiError:
            found = Outcome.WRONG
        if found is Outcome.PREPARE:
            after = decided(ending.prepared(known, end, -1, NOW_MS))
            return self._step(action, after, wanted)
        if found is Outcome.DONE:
            return self._step(action, world, wanted)
        return self._refused(action, world, wanted)

    def _refused(
        self, action: Action, world: World, wanted: Coordinator | None
    ) -> tuple[Action, World]:
        """Return what follows a refusal: nothing, if the model refuses too."""
        return action, world._replace(is_astray=wanted is not None)

    def _mark(self, world: World, known: Transaction) -> Steps:
        """One marker after the other is written."""
        for name in sorted(world.missing):
            left = world.missing - {name}
            after = World(known, left) if left else completed(known)
            wanted = model.marked(seen(world), name.partition)
            action = Action("write_marker", (name.partition,))
            yield self._step(action, after, wanted)


def timed_out(world: World) -> Coordinator:
    """Return what the model does with an open transaction that takes too long."""
    return model.timed_out(seen(world))


def decided(transaction: Transaction) -> World:
    """Return the world once a step is written: an end without partitions is done."""
    if not PHASES[transaction.state].is_prepared:
        return World(transaction)
    if transaction.partitions:
        return World(transaction, transaction.partitions)
    return completed(transaction)


def completed(transaction: Transaction) -> World:
    """Return the world once every marker is written."""
    return World(ending.completed(transaction, NOW_MS))


def refinement(rules: Rules, *, partitions: int = 2, epochs: int = 4) -> Spec[World]:
    """Return the code as something to explore."""
    game = Game(rules, partitions, epochs)
    return Spec(
        name=f"{rules.name} by the code",
        initial=(World(),),
        next=game.next_steps,
        actions=(
            "start_instance",
            "receive_add",
            "verify",
            "receive_end",
            "write_marker",
            "time_out",
        ),
        invariants=(
            Property(
                "does as the model does",
                lambda world: not world.is_astray,
                "docs/refinement.md",
            ),
        ),
        within=game.is_within,
    )
