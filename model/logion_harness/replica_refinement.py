"""Holds the rules of a partition's replicas to the replication model.

In the world of `logion_harness.replica_world` leaders and followers are played by the
code: `logion.replica.leader`, `follower` and `isr`, by the rules of a release. The
environment is the model's: who is elected, who is dropped by the controller. In every
state that can be reached each step of the code is taken, and it must be a bounded
sequence of the model's steps: an append of two records which are both committed at once
is `write`, `write`, `advance_high_watermark`, `advance_high_watermark`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from logion.log.epochs import (
    UNKNOWN_END,
    EpochEnd,
    end_of_epoch,
    has_parted,
    with_epoch,
)
from logion.names import NO_LEADER_EPOCH, BrokerId, LeaderEpoch
from logion.replica import follower as following
from logion.replica import isr as in_sync
from logion.replica import leader as leading
from logion.replica.follower import Follower
from logion.replica.leader import Leader
from logion.replica.rules import ReplicationRules, is_newer
from logion_model.kernel import Action, Property, Spec
from logion_model.replication import base as model
from logion_model.replication.base import Assignment, Rules, Scope, State

from logion_harness.replica_world import (
    LATE_MS,
    NO_LEADER,
    PATIENCE,
    STEPS_ARE_THE_MODELS,
    Seeking,
    Steps,
    World,
    epochs_with,
    first_world,
    follower_of,
    leader_of,
    leaders,
    seen_through,
    settled,
    waiting,
    with_epochs,
    with_leader,
    written,
)

MODEL_STEPS = {
    "elect_leader": ("elect_leader",),
    "shrink_isr": ("shrink_isr",),
    "on_elected": ("become_leader", "advance_high_watermark"),
    "on_leader_changed": ("become_follower",),
    "on_answer": ("become_follower",),
    "on_append": ("write", "advance_high_watermark"),
    "on_fetch": ("become_follower", "replicate", "advance_high_watermark"),
    "on_isr_changed": (
        "leader_shrink_isr",
        "leader_expand_isr",
        "advance_high_watermark",
    ),
}
"""Of each step of the code or of its environment: which the model's may be in it."""


@dataclass(slots=True)
class ReplicaRefinement:
    """The code's replicas in a world of this size, under the rules of one variant."""

    rules: Rules
    """The model's."""
    played: ReplicationRules
    """The code's, of the same releases."""
    scope: Scope
    drops_unheard: bool = False
    """Whether a follower may be dropped although it could tell that it is not behind:
    time may pass between its fetches."""
    taken: Counter[str] = field(default_factory=Counter)
    """Steps of the model that the code took, by name."""
    longest: int = 0
    """Steps of the model in the largest step of the code so far."""
    _paths: dict[tuple[State, State, str], bool] = field(default_factory=dict)

    def specification(self) -> Spec[World]:
        """Return the code and its environment as something to explore."""
        start = model.specification(self.rules, self.scope).initial[0]
        return Spec(
            name=f"{self.rules.name} by the code",
            initial=(first_world(start),),
            next=self.next_steps,
            actions=tuple(MODEL_STEPS),
            invariants=(
                STEPS_ARE_THE_MODELS,
                Property(
                    "fetches are heard",
                    lambda world: not world.is_deaf,
                    "docs/refinement.md",
                ),
                Property(
                    "commits what it knows",
                    self.commits_what_it_knows,
                    "Kafka documentation, Replication: a message is committed once"
                    " every in-sync replica has it",
                ),
                *map(seen_through, model.INVARIANTS),
            ),
        )

    def next_steps(self, world: World) -> Steps:
        """Yield every step of the environment and of the code."""
        for steps in (
            self._electing,
            self._elected,
            self._telling,
            self._answering,
            self._writing,
            self._fetching,
            self._shrinking,
            self._expanding,
        ):
            for action, after in steps(world):
                is_path = self._is_path(world.state, after.state, action.name)
                yield action, after._replace(is_astray=not is_path)

    def commits_what_it_knows(self, world: World) -> bool:
        """A leader that knows its whole ISR has committed all that the model may."""
        may_commit = model.advance_high_watermark(self.rules, self.scope, world.state)
        committing = {action.arguments for action, _ in may_commit}
        return all(
            _is_behind(world, leader)
            for index, leader in leaders(world)
            if (index,) in committing
        )

    # --- the environment ----------------------------------------------------------

    def _electing(self, world: World) -> Steps:
        if world.state.next_epoch <= self.scope.epochs:
            for decide in (model.elect_leader, model.shrink_isr):
                for action, state in decide(world.state):
                    yield action, world._replace(state=state)

    # --- leaders ------------------------------------------------------------------

    def _elected(self, world: World) -> Steps:
        for index, epoch, isr in world.state.requests:
            if index is None:
                continue
            replica, known = world.state.replicas[index], follower_of(world, index)
            if not is_newer(LeaderEpoch(epoch), known.epoch):
                continue
            leader = leading.on_elected(
                BrokerId(index),
                LeaderEpoch(epoch),
                frozenset(map(BrokerId, isr)),
                end_offset=replica.end_offset,
                high_watermark=replica.high_watermark,
            )
            after = with_leader(world, leader)
            if self.played.notes_epoch_at_once:
                noted = with_epoch(world.epochs[index], epoch, replica.end_offset)
                after = with_epochs(after, index, noted)
            yield Action("on_elected", (index, epoch)), after

    def _writing(self, world: World) -> Steps:
        for index, leader in leaders(world):
            end_offset = world.state.replicas[index].end_offset
            room = self.scope.log_size - end_offset
            left = self.scope.records - world.state.next_record
            for count in range(1, min(room, left) + 1):
                after = leading.on_append(leader, end_offset + count)
                grown = written(world, index, count)
                yield Action("on_append", (index, count)), with_leader(grown, after)

    def _shrinking(self, world: World) -> Steps:
        for index, leader in _true_leaders(world):
            for gone in sorted(leader.isr - {leader.broker}):
                if self._is_in_time(world, leader, gone):
                    continue
                if in_sync.lags(self.played, leader, gone, LATE_MS, PATIENCE):
                    yield _isr_changed(world, index, leader, leader.isr - {gone})

    def _expanding(self, world: World) -> Steps:
        for index, leader in _true_leaders(world):
            for new in map(BrokerId, range(self.scope.replicas)):
                if new not in leader.isr and in_sync.may_join(self.played, leader, new):
                    yield _isr_changed(world, index, leader, leader.isr | {new})

    def _is_in_time(self, world: World, leader: Leader, follower: BrokerId) -> bool:
        """Return whether a follower is not late, as time goes in the model.

        Before Kafka 2.1 one that is known to have everything could be: that is left
        out. One that can tell that it has more asks before it is dropped for being
        late, but with `drops_unheard`.
        """
        told = leader.end_offsets.get(follower, 0)
        has_all = told == leader.end_offsets[leader.broker]
        if has_all and not self.played.stays_with_whole_log:
            return True
        can_tell = self._asked_leader(world, follower) == leader
        has_more = told < world.state.replicas[follower].end_offset
        return can_tell and has_more and not self.drops_unheard

    # --- followers ----------------------------------------------------------------

    def _telling(self, world: World) -> Steps:
        for request in world.state.requests:
            leader, epoch, _ = request
            if leader is None:
                continue
            for index in range(self.scope.replicas):
                known = follower_of(world, index)
                if index == leader or not is_newer(LeaderEpoch(epoch), known.epoch):
                    continue
                told = following.on_leader_changed(
                    self.played, known, BrokerId(leader), LeaderEpoch(epoch)
                )
                action = Action("on_leader_changed", (index, leader, epoch))
                yield action, self._told(world, index, request, told)

    def _told(
        self, world: World, index: int, request: Assignment, told: Follower
    ) -> World:
        """Return the world in which it asks, waits to be answered, or copies at once.

        Where followers name their epoch, a leader may not answer them yet.
        """
        if told.asked is None and not self.played.names_own_epoch:
            return settled(world, index, request, told)
        return waiting(world, index, Seeking(request, told.asked))

    def _answering(self, world: World) -> Steps:
        for index, seeking in enumerate(world.seeking):
            if seeking is None or seeking.asked is None:
                continue
            leader = self._asked_leader(world, index)
            if leader is None:
                continue
            after = self._answered(world, leader, follower_of(world, index))
            action = Action("on_answer", (index, leader.broker))
            if after.asked is None:
                yield action, settled(world, index, seeking.request, after)
            else:
                again = Seeking(seeking.request, after.asked)
                yield action, waiting(world, index, again)

    def _answered(self, world: World, leader: Leader, follower: Follower) -> Follower:
        """Return the follower that its leader told where the asked epoch ends."""
        assert follower.asked is not None
        end_offset = world.state.replicas[leader.broker].end_offset
        end = end_of_epoch(world.epochs[leader.broker], follower.asked, end_offset)
        if self.played.asks_by_fetch:
            assert end != UNKNOWN_END, "a leader knows its own epoch, and all are older"
            offset, epoch = following.position(follower)
            if not has_parted(end, epoch, offset):
                return following.on_agreed(follower)
        if not self.played.answers_name_epoch:
            end = EpochEnd(NO_LEADER_EPOCH, end.end_offset)
        return following.on_epoch_end(follower, end)

    def _fetching(self, world: World) -> Steps:
        for index in range(self.scope.replicas):
            follower, leader = follower_of(world, index), None
            if follower.asked is None:
                leader = self._asked_leader(world, index)
            if leader is None:
                continue
            log = world.state.replicas[leader.broker].log
            if follower.end_offset > len(log):
                continue
            after = leading.on_follower_fetch(
                leader, BrokerId(index), follower.end_offset
            )
            is_deaf = after.end_offsets.get(BrokerId(index)) != follower.end_offset
            asked = with_leader(world, after)._replace(is_deaf=is_deaf)
            for end_offset in range(follower.end_offset, len(log) + 1):
                action = Action("on_fetch", (index, leader.broker, end_offset))
                yield action, _fetched(asked, index, follower, after, end_offset)

    def _asked_leader(self, world: World, index: int) -> Leader | None:
        """Return the leader that answers this replica as its follower, None if none."""
        follower = follower_of(world, index)
        if follower.leader in (index, NO_LEADER):
            return None
        leader = leader_of(world, follower.leader)
        named = follower.epoch if self.played.names_own_epoch else NO_LEADER_EPOCH
        if leader is None or leading.fault_of_epoch(leader, named) is not None:
            return None
        return leader

    # --- is it the model's? -------------------------------------------------------

    def _is_path(self, before: State, after: State, step: str) -> bool:
        """Return whether the model leads from one to the other as this step may."""
        key = (before, after, step)
        if key not in self._paths:
            path = self._path(before, after, MODEL_STEPS[step])
            self._paths[key] = path is not None
            self.taken.update(path or ())
            self.longest = max(self.longest, len(path or ()))
        return self._paths[key]

    def _path(
        self, before: State, after: State, allowed: tuple[str, ...]
    ) -> tuple[str, ...] | None:
        """Return the names of the fewest steps, None if no bounded number leads there.

        A step of the code moves at most every record of a log and the high watermark
        over each of them, after one decision about leader or ISR.
        """
        reached: dict[State, tuple[str, ...]] = {before: ()}
        for _ in range(2 * self.scope.log_size + 2):
            if after in reached:
                return reached[after]
            reached = {
                state: (*path, action.name)
                for earlier, path in reached.items()
                for action, state in model.next_steps(self.rules, self.scope, earlier)
                if action.name in allowed
            }
        return None


def _true_leaders(world: World) -> Iterator[tuple[int, Leader]]:
    """Yield the leader whose change of the ISR the quorum accepts."""
    for index, leader in leaders(world):
        if (index, leader.epoch) == world.state.quorum[:2]:
            yield index, leader


def _isr_changed(
    world: World, index: int, leader: Leader, isr: frozenset[BrokerId]
) -> tuple[Action, World]:
    """Return the step in which the quorum and the leader have this ISR."""
    quorum = world.state.quorum._replace(isr=frozenset(isr))
    changed = world._replace(state=world.state._replace(quorum=quorum))
    after = leading.on_isr_changed(leader, isr, leader.partition_epoch + 1)
    return Action("on_isr_changed", (index, *sorted(isr))), with_leader(changed, after)


def _fetched(
    asked: World, index: int, follower: Follower, leader: Leader, end_offset: int
) -> World:
    """Return the world after a follower got all up to an offset, and a high watermark.

    An answer without records changes nothing: the model has no step in which a follower
    learns a high watermark alone.
    """
    seeking, replica = asked.seeking[index], asked.state.replicas[index]
    if end_offset > follower.end_offset:
        records = asked.state.replicas[leader.broker].log[:end_offset]
        new = records[follower.end_offset :]
        epochs = epochs_with(follower.epochs, new, follower.end_offset)
        replica = replica._replace(log=(*replica.log, *new))
        follower = following.on_fetched(
            follower, epochs, end_offset, leader.high_watermark
        )
    request = (
        seeking.request
        if seeking is not None
        else Assignment(replica.leader, replica.epoch, replica.isr)
    )
    copied = model.with_replica(asked.state, index, replica)
    return settled(asked._replace(state=copied), index, request, follower)


def _is_behind(world: World, leader: Leader) -> bool:
    """Return whether a follower in the ISR has more than this leader knows of."""
    return any(
        leader.end_offsets.get(member, 0) < world.state.replicas[member].end_offset
        for member in leader.isr - {leader.broker}
    )
