"""Holds the rules about idempotent producers to `logion_model.producer`.

A world is a state of the model whose log was written by the code, and beside it the
`Producer` that the code remembers. Every batch that the model may deliver is given to
the code, in every state that can be reached: the code's answer must be the model's, and
what the code remembers must be what the model says can be told from the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple, TypeAlias

from logion.log import producers
from logion.log.producers import Producer
from logion.protocol.errors import ApiError, Error
from logion.records.batch import Batch, parse_batch
from logion.records.record import BatchOptions, Record, write_batch
from logion_model import producer as model
from logion_model.kernel import Action, Property, Spec
from logion_model.producer import Answer, Known, Rules, Scope, State, Verdict

PRODUCER_ID = 7

SIZE = 2
"""Records in each batch; the model counts batches."""

REFUSALS = {
    Error.OUT_OF_ORDER_SEQUENCE_NUMBER: Verdict.GAP,
    Error.INVALID_PRODUCER_EPOCH: Verdict.FENCED,
    Error.UNKNOWN_PRODUCER_ID: Verdict.UNKNOWN,
}
"""What the model calls the code's errors."""

Steps: TypeAlias = Iterator[tuple[Action, "World"]]


class World(NamedTuple):
    """The code's log and producer state, and who sends what."""

    state: State = State()
    """What the model sees; its log is what the code has appended."""
    producer: Producer | None = None
    """What the code remembers."""
    is_astray: bool = False
    """Whether the code has just answered what the model does not."""


@cache
def stored(batch: model.Batch, offset: int) -> Batch:
    """Return the header of this batch of the model, stored at this place."""
    base_offset = offset * SIZE
    options = BatchOptions(
        producer_id=PRODUCER_ID,
        producer_epoch=batch.epoch,
        base_sequence=batch.number * SIZE,
    )
    records = [Record(base_offset + number, 0) for number in range(SIZE)]
    return parse_batch(write_batch(records, options))


def remembered(producer: Producer | None) -> Known:
    """Return what the code remembers, in the model's terms: the abstraction."""
    if producer is None:
        return Known(model.NO_EPOCH, ())
    return Known(
        producer.epoch,
        tuple(
            (span.base_sequence // SIZE, span.base_offset // SIZE)
            for span in producer.spans
        ),
    )


def answer(rules: Rules, world: World, batch: model.Batch) -> Answer:
    """Return what the code says to `batch`, in the model's terms."""
    end_offset = len(world.state.log)
    header = stored(batch, end_offset)
    span = producers.repeated(world.producer, header)
    if span is not None:
        return Answer(Verdict.REPEAT, span.base_offset // SIZE)
    unknown = Error.NONE if rules.begins_anywhere else Error.UNKNOWN_PRODUCER_ID
    try:
        producers.check_next(world.producer, header, unknown)
    except ApiError as refusal:
        return Answer(REFUSALS[refusal.error])
    return Answer(Verdict.APPEND, end_offset)


def _delivered(rules: Rules, scope: Scope, world: World, batch: model.Batch) -> Steps:
    said = answer(rules, world, batch)
    is_astray = said != model.answer(rules, scope, world.state, batch)
    producer = world.producer
    if said.verdict is Verdict.APPEND:
        header = stored(batch, len(world.state.log))
        producer = producers.on_batch(producer, header)
    for action, state in model.deliver(world.state, batch, said):
        yield action, World(state, producer, is_astray)


def next_steps(rules: Rules, scope: Scope, world: World) -> Steps:
    """Yield everything that may happen next; answers are the code's."""
    for action, state in model.send(scope, world.state):
        yield action, World(state, world.producer)
    for action, state in model.start_instance(scope, world.state):
        yield action, World(state, world.producer)
    for action, state in model.forget(scope, world.state):
        yield action, World(state, None)
    if len(world.state.log) <= scope.batches:
        for batch in model.sent_batches(world.state):
            yield from _delivered(rules, scope, world, batch)


def refinement(rules: Rules, scope: Scope) -> Spec[World]:
    """Return the code and its environment as something to explore.

    `scope.remembered` must be the code's own number of batches.
    """
    return Spec(
        name=f"{rules.name} by the code",
        initial=(World(),),
        next=lambda world: next_steps(rules, scope, world),
        actions=model.ACTIONS,
        invariants=(
            Property(
                "answers as the model does",
                lambda world: not world.is_astray,
                "docs/refinement.md",
            ),
            Property(
                "remembers what the model does",
                lambda world: (
                    remembered(world.producer) == model.known(scope, world.state)
                ),
                "docs/refinement.md",
            ),
        ),
    )
