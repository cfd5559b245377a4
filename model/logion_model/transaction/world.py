"""Everything that may happen to a transaction: requests, markers, time, failovers.

1. A request may arrive any number of times while its sender waits for the answer, and
   late ones (`late`) at any time after. Each answer may be lost.
2. The coordinator writes one marker after the other; that a marker is written it may
   hear or not. When another broker becomes the coordinator, the markers that the
   former one had sent may still arrive.
3. An instance may be replaced at any time, and go on all the same.
4. A leader may forget a producer that has been idle for long.

A variant is a `Rules` value, the wrong ones too.
"""

from __future__ import annotations

from dataclasses import dataclass

from logion_model.kernel import Action
from logion_model.transaction import coordinator as coordinating
from logion_model.transaction.client import Producers, Steps
from logion_model.transaction.partition import (
    Answer,
    Known,
    answer,
    is_vouched,
    known,
    takes_marker,
)
from logion_model.transaction.rules import Rules
from logion_model.transaction.state import (
    NONE,
    Add,
    Client,
    Coordinator,
    End,
    Log,
    Marker,
    Phase,
    Produce,
    Record,
    Scope,
    State,
)


@dataclass(frozen=True, slots=True)
class World:
    """The rules, and how much may happen."""

    rules: Rules
    scope: Scope

    @property
    def producers(self) -> Producers:
        """Return the instances of the producer."""
        return Producers(self.rules, self.scope)

    @property
    def initial(self) -> State:
        """Return the state in which no instance has begun."""
        logs: tuple[Log, ...] = ((),) * self.scope.partitions
        return State(logs, forgotten=(0,) * self.scope.partitions)

    def is_within(self, state: State) -> bool:
        """Return whether no more has been written and fenced than is of interest.

        Late requests may begin and end empty transactions for ever.
        """
        entries = 2 * self.scope.transactions + self.scope.failovers
        bumps = self.rules.bumps_epoch * self.scope.transactions
        epochs = 2 * self.scope.instances + bumps
        is_short = all(len(log) <= entries for log in state.logs)
        return is_short and state.coordinator.epoch < epochs

    def next_steps(self, state: State) -> Steps:
        """Yield everything that may happen next."""
        yield from self.start_instance(state)
        yield from self.producers.steps(state)
        for add in sorted(state.adds):
            yield from self.receive_add(state, add)
        for produce in sorted(state.produces):
            yield from self.receive_produce(state, produce)
        for end in sorted(state.ends):
            yield from self.receive_end(state, end)
        yield from self.write_markers(state)
        yield from self.receive_markers(state)
        yield from self.pass_time(state)

    def start_instance(self, state: State) -> Steps:
        """InitProducerId: an open transaction of an earlier instance is aborted first.

        The new instance is answered once the markers are written.
        """
        now = state.coordinator
        if len(state.clients) == self.scope.instances or now.phase.is_prepared:
            return
        if now.phase is Phase.ONGOING:
            fenced = coordinating.timed_out(now)
            yield Action("fence"), state._replace(coordinator=fenced)
            return
        epoch = now.epoch + 1
        begun = now._replace(phase=Phase.EMPTY, epoch=epoch)
        clients = (*state.clients, Client(epoch, self.producers.idle))
        after = state._replace(coordinator=begun, clients=clients)
        yield Action("start_instance", (epoch,)), after

    def receive_add(self, state: State, request: Add) -> Steps:
        """AddPartitionsToTxn reaches the coordinator."""
        if not (self.scope.late or self.producers.awaits_add(state, request)):
            return
        epoch, _, partition = request
        now = coordinating.added(self.rules, state.coordinator, epoch, partition)
        if now is not None:
            after = state._replace(coordinator=now)
            yield Action("receive_add", request), after
            yield from self.producers.told_added(after, request)

    def receive_end(self, state: State, request: End) -> Steps:
        """EndTxn reaches the coordinator."""
        is_late = self.scope.late > 1
        if not (is_late or self.producers.awaits_end(state, request)):
            return
        now = coordinating.asked_to_end(self.rules, state.coordinator, request)
        if now is not None:
            after = state._replace(coordinator=now)
            yield Action("receive_end", request), after
            yield from self.producers.told_ended(after, request)

    def receive_produce(self, state: State, request: Produce) -> Steps:
        """A record reaches the leader, which may have to ask the coordinator first."""
        if not (self.scope.late or self.producers.awaits_written(state, request)):
            return
        producer = self._known(state, request.partition)
        match answer(self.rules, producer, request):
            case Answer.REPEAT:
                yield from self.producers.told_written(state, request)
            case Answer.APPEND:
                is_known = is_vouched(self.rules, producer, request)
                if is_known or request in state.verified or not self.rules.verifies:
                    yield from self._append(state, request)
                else:
                    yield from self._verify(state, request)

    def _known(self, state: State, partition: int) -> Known:
        return known(state.logs[partition], state.forgotten[partition])

    def _verify(self, state: State, request: Produce) -> Steps:
        epoch, _, partition, _ = request
        now: Coordinator | None = state.coordinator
        if self.rules.bumps_epoch:
            now = coordinating.added(self.rules, state.coordinator, epoch, partition)
        elif not coordinating.vouches(self.rules, state.coordinator, epoch, partition):
            now = None
        if now is not None:
            verified = state.verified | {request}
            after = state._replace(coordinator=now, verified=verified)
            yield Action("verify", request), after

    def _append(self, state: State, request: Produce) -> Steps:
        record = Record(request.epoch, request.transaction, request.sequence)
        after = _appended(state, request.partition, record)
        after = after._replace(verified=state.verified - {request})
        yield Action("append", request), after
        yield from self.producers.told_written(after, request)

    def write_markers(self, state: State) -> Steps:
        """The coordinator writes a marker that its transaction lacks."""
        if not state.coordinator.phase.is_prepared:
            return
        for partition in sorted(state.coordinator.partitions):
            marker = coordinating.marker(state.coordinator, partition)
            if takes_marker(self.rules, self._known(state, partition), marker):
                written = self._marked(state, marker)
                now = coordinating.marked(state.coordinator, partition)
                after = written._replace(coordinator=now)
                yield Action("write_marker", marker), after
                if not self.rules.completes_without_lock:
                    heard = coordinating.heard(state.coordinator, partition)
                    after = written._replace(coordinator=heard)
                    yield Action("miss_answer", marker), after

    def _marked(self, state: State, marker: Marker) -> State:
        after = _appended(state, marker.partition, marker)
        if self.rules.guards_verification:
            others = (it for it in state.verified if it.partition != marker.partition)
            after = after._replace(verified=frozenset(others))
        return after

    def receive_markers(self, state: State) -> Steps:
        """A marker of a coordinator that was replaced reaches its leader."""
        for marker in sorted(state.markers):
            producer = self._known(state, marker.partition)
            if takes_marker(self.rules, producer, marker):
                others = state.markers - {marker}
                after = self._marked(state, marker)._replace(markers=others)
                yield Action("receive_marker", marker), after

    def pass_time(self, state: State) -> Steps:
        """A transaction takes too long, a coordinator fails, a producer was idle."""
        now = state.coordinator
        if now.phase is Phase.ONGOING:
            after = state._replace(coordinator=coordinating.timed_out(now))
            yield Action("time_out"), after
        if now.own_epoch < self.scope.failovers:
            yield Action("fail_over"), _failed_over(state)
        if state.forgets < self.scope.forgets:
            for partition, log in enumerate(state.logs):
                if self._may_forget(state, partition):
                    yield (
                        Action("forget", (partition,)),
                        _forgotten(state, partition, len(log)),
                    )

    def _may_forget(self, state: State, partition: int) -> bool:
        """Return whether the producer has been idle long enough to be forgotten.

        By then nothing is on its way, and earlier instances have given up.
        """
        known_something = state.forgotten[partition] < len(state.logs[partition])
        if not known_something or self._known(state, partition).is_open:
            return False
        is_marker_late = any(it.partition == partition for it in state.markers)
        epoch = state.coordinator.epoch
        is_zombie_busy = any(
            it.transaction != NONE and it.epoch < epoch for it in state.clients
        )
        return not (self.rules.remembers_markers and (is_marker_late or is_zombie_busy))


def _appended(state: State, partition: int, entry: Record | Marker) -> State:
    logs = state.logs
    log = (*logs[partition], entry)
    return state._replace(logs=(*logs[:partition], log, *logs[partition + 1 :]))


def _failed_over(state: State) -> State:
    now = state.coordinator
    sent: frozenset[Marker] = frozenset()
    if now.phase.is_prepared:
        sent = frozenset(coordinating.marker(now, it) for it in now.partitions)
    after = now._replace(own_epoch=now.own_epoch + 1)
    return state._replace(coordinator=after, markers=state.markers | sent)


def _forgotten(state: State, partition: int, offset: int) -> State:
    before = state.forgotten
    after = (*before[:partition], offset, *before[partition + 1 :])
    return state._replace(forgotten=after, forgets=state.forgets + 1)
