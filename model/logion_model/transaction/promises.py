"""What is promised of transactions, and the specification that must keep it."""

from __future__ import annotations

from itertools import pairwise

from logion_model.kernel import Property, Spec
from logion_model.transaction.partition import fates, known, last_stable_offset
from logion_model.transaction.rules import Rules
from logion_model.transaction.state import Phase, Result, Scope, State
from logion_model.transaction.world import World


def with_fate(state: State, result: Result) -> set[int]:
    """Return the transactions that have a record in a log which ended like this."""
    return {
        record.transaction
        for log in state.logs
        for record, fate in fates(log)
        if fate is result
    }


def committed_stays(state: State) -> bool:
    """Whatever a producer was told to be committed is in the logs, and not aborted."""
    written = {
        (entry.transaction, partition)
        for partition, log in enumerate(state.logs)
        for entry, fate in fates(log)
        if fate is not Result.ABORT
    }
    return all(
        (it.transaction, it.partition) in written
        for it in state.produces
        if it.transaction in state.committed
    )


def aborted_stays_hidden(state: State) -> bool:
    """No consumer with read_committed sees what no producer asked to commit."""
    asked = {end.transaction for end in state.ends if end.result is Result.COMMIT}
    return with_fate(state, Result.COMMIT) <= asked


def all_or_none(state: State) -> bool:
    """No transaction has been committed in part."""
    return with_fate(state, Result.COMMIT).isdisjoint(with_fate(state, Result.ABORT))


def nothing_hangs(state: State) -> bool:
    """Whatever holds back the last stable offset will have its marker."""
    now = state.coordinator
    is_under_way = now.phase is Phase.ONGOING or now.phase.is_prepared
    held = {
        at for at, log in enumerate(state.logs) if last_stable_offset(log) < len(log)
    }
    return not held or (is_under_way and held <= now.partitions)


def fenced(state: State) -> bool:
    """In a log, epochs of the producer never go back."""
    return all(a.epoch <= b.epoch for log in state.logs for a, b in pairwise(log))


def ends_come(state: State) -> bool:
    """A decided end waits for markers, and no leader refuses them."""
    now = state.coordinator
    if not now.phase.is_prepared:
        return True
    logs = (state.logs[partition] for partition in now.partitions)
    seen = (known(log) for log in logs)
    return bool(now.partitions) and all(
        it.epoch <= now.epoch and it.coordinator_epoch <= now.own_epoch for it in seen
    )


INVARIANTS: tuple[Property[State], ...] = (
    Property("committed-stays", committed_stays, "KIP-98: commitTransaction"),
    Property("aborted-stays-hidden", aborted_stays_hidden, "KIP-98: read_committed"),
    Property("all-or-none", all_or_none, "KIP-98: atomic writes across partitions"),
    Property("nothing-hangs", nothing_hangs, "KIP-890: hanging transactions"),
    Property("fenced", fenced, "KIP-98: zombie fencing"),
    Property("ends-come", ends_come, "KIP-98: the coordinator completes what it began"),
)

SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "a transaction is committed everywhere",
        lambda state: (
            bool(state.committed) and state.coordinator.phase is Phase.COMPLETE_COMMIT
        ),
        "or a coordinator that refuses everything would pass",
    ),
    Property(
        "a record is aborted",
        lambda state: bool(with_fate(state, Result.ABORT)),
        "or nothing would have to be hidden",
    ),
)

_ALWAYS = (
    "start_instance",
    "produce",
    "append",
    "told_written",
    "end",
    "receive_end",
    "told_ended",
    "write_marker",
    "time_out",
)


def actions(rules: Rules, scope: Scope) -> tuple[str, ...]:
    """Return what may happen under these rules, in a world of this size."""
    adds = ("add_partition", "receive_add", "told_added")
    return (
        *_ALWAYS,
        *(("fence",) if scope.instances > 1 else ()),
        *(() if rules.bumps_epoch else adds),
        *(() if rules.completes_without_lock else ("miss_answer",)),
        *(("verify",) if rules.verifies else ()),
        *(("fail_over", "receive_marker") if scope.failovers else ()),
        *(("forget",) if scope.forgets else ()),
    )


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return transactions under these rules, in a world of this size."""
    world = World(rules, scope)
    return Spec(
        name=rules.name,
        initial=(world.initial,),
        next=world.next_steps,
        actions=actions(rules, scope),
        invariants=INVARIANTS,
        sometimes=SOMETIMES,
        within=world.is_within,
    )
