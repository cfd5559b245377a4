"""How transactions are drawn: instances of the producer, coordinator, partitions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action
from logion_model.pictures.scene import Blame, Cell, Drawing, Event, Lane, Message
from logion_model.transaction.partition import fates, known, last_stable_offset
from logion_model.transaction.state import Log, Marker, Phase, Result, State

COORDINATOR, PRODUCER, PARTITION = "coordinator", "producer", "partition"


def _lanes(state: State) -> tuple[Lane, ...]:
    now = state.coordinator
    phase = now.phase.name.replace("_", " ").capitalize()
    partitions = ", ".join(map(str, sorted(now.partitions))) or "none"
    known = (f"{phase}, epoch {now.epoch}", f"partitions: {partitions}")
    return (
        *(_producer(state, at) for at in range(max(1, len(state.clients)))),
        Lane(COORDINATOR, known),
        *(
            Lane(f"{PARTITION} {at}", (), tuple(_cells(log)))
            for at, log in enumerate(state.logs)
        ),
    )


def _producer(state: State, at: int) -> Lane:
    name = f"{PRODUCER} {at}"
    if at >= len(state.clients):
        return Lane(name, ("has not begun",))
    client = state.clients[at]
    transaction = "no transaction"
    if client.transaction >= 0:
        transaction = f"in transaction {client.transaction}"
    if client.ending is not None:
        transaction += f", asked to {client.ending}"
    return Lane(name, (f"epoch {client.epoch}", transaction))


def _cells(log: Log) -> list[Cell]:
    return [
        Cell(str(it.result)[:1].upper(), f"e{it.epoch}", it.epoch)
        if isinstance(it, Marker)
        else Cell(f"t{it.transaction}", f"e{it.epoch}", it.epoch)
        for it in log
    ]


class Words(NamedTuple):
    """Who tells whom, in which words; the request's fields by name in braces."""

    source: str
    target: str
    text: str
    sentence: str
    sends: str = ""
    """Kind of the request that this sends and that arrives later."""
    receives: str = ""
    """Kind of the request that arrives."""


_ADD, _PRODUCE = "AddPartitionsToTxn", "Produce"

WORDS = {
    "add_partition": Words(
        PRODUCER, PRODUCER, "adds partition {partition}",
        "sends AddPartitionsToTxn for partition {partition}", sends=_ADD,
    ),
    "produce": Words(
        PRODUCER, PRODUCER, "writes to partition {partition}",
        "sends a record of transaction {transaction} to partition {partition}",
        sends=_PRODUCE,
    ),
    "end": Words(
        PRODUCER, PRODUCER, "asks to {result}",
        "asks to {result} transaction {transaction}", sends="EndTxn",
    ),
    "receive_add": Words(
        PRODUCER, COORDINATOR, "add partition {partition}",
        "is heard: partition {partition} is added", receives=_ADD,
    ),
    "receive_end": Words(
        PRODUCER, COORDINATOR, "{result} {transaction}",
        "is heard: transaction {transaction} is to {result}", receives="EndTxn",
    ),
    "append": Words(
        PRODUCER, PARTITION, "t{transaction}",
        "has its record of transaction {transaction} in partition {partition}",
        receives=_PRODUCE,
    ),
    "verify": Words(
        PARTITION, COORDINATOR, "is t{transaction} open?",
        "is vouched for: partition {partition} asked the coordinator",
    ),
    "told_added": Words(
        COORDINATOR, PRODUCER, "added", "is told that partition {partition} is added"
    ),
    "told_written": Words(
        PARTITION, PRODUCER, "written", "is told that its record is written"
    ),
    "told_ended": Words(
        COORDINATOR, PRODUCER, "done",
        "is told that transaction {transaction} has ended",
    ),
}  # fmt: skip
"""Action about a request of a producer, to what it tells."""

ENDS = {"end", "receive_end", "told_ended"}
"""Those about how a transaction ends."""

MARKERS = {
    "miss_answer": "does not hear of its marker in partition {}: {}",
    "write_marker": "writes a marker to partition {}: {}",
    "receive_marker": "has an old marker arrive at partition {}: {}",
}

ALONE = {
    "fence": "fences the producer: its transaction is to abort",
    "time_out": "waits no longer: the transaction is to abort",
    "fail_over": "is another broker now",
}


def _event(action: Action, before: State, after: State) -> Event:
    name, arguments = action.name, action.arguments
    if name in WORDS:
        return _told(WORDS[name], _fields(name, arguments), before, after)
    if name in MARKERS:
        _, _, result, partition = arguments
        target = f"{PARTITION} {partition}"
        sentence = f"The coordinator {MARKERS[name].format(partition, result)}"
        return Event(sentence, (Message(COORDINATOR, target, f"{result} marker"),))
    if name in ALONE:
        own = Message(COORDINATOR, COORDINATOR, ALONE[name].partition(":")[0])
        return Event(f"The coordinator {ALONE[name]}", (own,))
    if name == "start_instance":
        target, text = f"{PRODUCER} {len(before.clients)}", f"epoch {arguments[0]}"
        sentence = f"{target.capitalize()} begins with {text}"
        return Event(sentence, (Message(COORDINATOR, target, text),))
    if name == "forget":
        leader = f"{PARTITION} {arguments[0]}"
        own = Message(leader, leader, "forgets the producer")
        return Event(f"{leader.capitalize()} forgets the producer", (own,))
    return Event(str(action))


Fields: TypeAlias = dict[str, object]
"""What a request says, by name."""


def _fields(name: str, arguments: tuple[object, ...]) -> Fields:
    """Return the fields of a request."""
    third = "result" if name in ENDS else "partition"
    return dict(zip(("epoch", "transaction", third), arguments, strict=False))


def _told(words: Words, request: Fields, before: State, after: State) -> Event:
    producer = f"{PRODUCER} {_instance(request, before, after)}"
    names = {PRODUCER: producer, PARTITION: f"{PARTITION} {request.get('partition')}"}
    key = " ".join(map(str, request.values()))
    message = Message(
        names.get(words.source, words.source),
        names.get(words.target, words.target),
        words.text.format(**request),
        f"{words.receives} {key}" if words.receives else "",
    )
    sentence = f"{producer.capitalize()} {words.sentence.format(**request)}"
    return Event(sentence, (message,), f"{words.sends} {key}" if words.sends else "")


def _instance(request: Fields, before: State, after: State) -> int:
    """Return whose request it is: by its transaction, else by its epoch."""
    for state in (before, after):
        for at, client in enumerate(state.clients):
            if client.transaction == request["transaction"]:
                return at
    epochs = [client.epoch for client in before.clients]
    return epochs.index(request["epoch"]) if request["epoch"] in epochs else 0


def _partitions(*numbers: int) -> frozenset[str]:
    return frozenset(f"{PARTITION} {at}" for at in numbers)


def _with_fate(state: State, result: Result) -> Iterator[tuple[int, int]]:
    """Yield transaction and partition of each record that ended like this."""
    for partition, log in enumerate(state.logs):
        for record, fate in fates(log):
            if fate is result:
                yield record.transaction, partition


def _lost(state: State) -> Iterator[Blame]:
    """Find records that a producer was told are committed, and are not."""
    aborted = set(_with_fate(state, Result.ABORT))
    found = {
        (it.transaction, at)
        for at, log in enumerate(state.logs)
        for it, _ in fates(log)
    }
    for it in sorted(state.produces):
        at = (it.transaction, it.partition)
        if it.transaction in state.committed and (at in aborted or at not in found):
            how = "has aborted" if at in aborted else "has no record of"
            told = f"{how} transaction {it.transaction}, whose commit was confirmed"
            yield Blame(_partitions(it.partition), f"{PARTITION} {it.partition} {told}")


def _shown(state: State) -> Iterator[Blame]:
    """Find records that consumers see, though nobody asked to commit them."""
    asked = {end.transaction for end in state.ends if end.result is Result.COMMIT}
    for transaction, at in _with_fate(state, Result.COMMIT):
        if transaction not in asked:
            told = f"has committed transaction {transaction}, which nobody asked for"
            yield Blame(_partitions(at), f"{PARTITION} {at} {told}")


def _torn(state: State) -> Iterator[Blame]:
    """Find a transaction that is committed here and aborted there."""
    aborted = dict(_with_fate(state, Result.ABORT))
    for transaction, at in _with_fate(state, Result.COMMIT):
        if transaction in aborted:
            there = aborted[transaction]
            here = f"is committed in partition {at}, aborted in partition {there}"
            yield Blame(_partitions(at, there), f"transaction {transaction} {here}")


def _hanging(state: State) -> Iterator[Blame]:
    """Find a log whose open transaction the coordinator will not end."""
    now = state.coordinator
    is_under_way = now.phase is Phase.ONGOING or now.phase.is_prepared
    for at, log in enumerate(state.logs):
        is_held = last_stable_offset(log) < len(log)
        if is_held and not (is_under_way and at in now.partitions):
            told = f"{PARTITION} {at} waits for a marker that nobody will write"
            yield Blame(_partitions(at) | {COORDINATOR}, told)


def _unfenced(state: State) -> Iterator[Blame]:
    """Find an entry of an instance that was replaced."""
    for at, log in enumerate(state.logs):
        for before, after in pairwise(log):
            if after.epoch < before.epoch:
                told = f"has epoch {after.epoch} after epoch {before.epoch}"
                yield Blame(_partitions(at), f"{PARTITION} {at} {told}")


def _endless(state: State) -> Iterator[Blame]:
    """Find who keeps a decided end from being done."""
    now = state.coordinator
    for at in sorted(now.partitions):
        seen = known(state.logs[at])
        if seen.epoch > now.epoch or seen.coordinator_epoch > now.own_epoch:
            told = f"{PARTITION} {at} will refuse the marker of its coordinator"
            yield Blame(_partitions(at) | {COORDINATOR}, told)
    if not now.partitions and now.phase.is_prepared:
        told = "the coordinator has all markers written, and does not end"
        yield Blame(frozenset({COORDINATOR}), told)


_BLAMES = {
    "committed-stays": _lost,
    "aborted-stays-hidden": _shown,
    "all-or-none": _torn,
    "nothing-hangs": _hanging,
    "fenced": _unfenced,
    "ends-come": _endless,
}
"""Promise, to what finds who breaks it."""


def _blame(broken: str, state: State) -> Blame | None:
    return next(_BLAMES[broken](state), None) if broken in _BLAMES else None


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn."""
