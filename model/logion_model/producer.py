"""One idempotent producer and one log, over a network that repeats and reorders.

1. An instance of the producer numbers its batches from 0; each new instance has the
   next epoch (KIP-98). Earlier instances may live on and keep sending: zombies.
2. Every request ever sent may be delivered at any time, any number of times: that is
   loss, delay, retries and reordering in one. An answer may be lost too.
3. The broker remembers the newest epoch and its last batches. A batch that is among
   them is a repeat: it is answered with the offset it got. Any other must be the next
   one of this epoch, or the first of a newer epoch.
4. An instance has a bounded number of batches on their way, counted from the oldest
   without an answer. If the broker remembers as many, no retry is refused.
5. The broker may forget a producer that was idle: then it cannot tell a repeat.

A batch is one entry here, and its number stands for its sequences. A variant is a
`Rules` value, the wrong ones too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Property, Spec

NO_EPOCH = -1


class Scope(NamedTuple):
    """How large a world to explore."""

    batches: int
    """Batches sent in all, by all instances."""
    in_flight: int
    """Batches that one instance may have on their way."""
    remembered: int
    """Batches that the broker remembers; Kafka's are five."""
    epochs: int
    """Highest producer epoch: there are `epochs + 1` instances."""
    forgets: int
    """How often the broker forgets the producer."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a broker checks; the defaults are those of KIP-360 (2.5)."""

    name: str
    title: str
    source: str
    checks_sequence: bool = True
    checks_epoch: bool = True
    begins_anywhere: bool = True
    """Whether a producer that is not known may begin with any batch."""
    remembers_several: bool = True
    """Whether the broker remembers more than the last batch (KAFKA-5494)."""
    settles_before_reset: bool = True
    """Whether an instance numbers anew only what is not on its way (KAFKA-14034)."""


KIP_360 = Rules(
    "producer-kip-360",
    "Idempotent producer; an unknown one may begin anywhere",
    "KIP-98, KIP-360",
)
KIP_98 = Rules(
    "producer-kip-98",
    "Idempotent producer; an unknown one begins with its first batch",
    "KIP-98",
    begins_anywhere=False,
)
WITHOUT_EPOCHS = Rules(
    "producer-without-epochs",
    "A broker that fences no earlier instance",
    "KIP-98, Producer epochs: what they are for",
    checks_epoch=False,
)
WITHOUT_SEQUENCES = Rules(
    "producer-without-sequences",
    "Kafka before 0.11: a retry may write its records again",
    "KIP-98, Motivation",
    checks_sequence=False,
)
KAFKA_5494 = Rules(
    "producer-kafka-5494",
    "A broker that remembers the last batch alone",
    "KAFKA-5494",
    begins_anywhere=False,
    remembers_several=False,
)
KAFKA_14034 = Rules(
    "producer-kafka-14034",
    "A producer that numbers anew what is on its way",
    "KAFKA-14034",
    settles_before_reset=False,
)

VARIANTS = (
    KIP_360,
    KIP_98,
    WITHOUT_EPOCHS,
    WITHOUT_SEQUENCES,
    KAFKA_5494,
    KAFKA_14034,
)
"""The rules of the newest release first, those that break a promise last."""


class Batch(NamedTuple):
    """A batch by what tells it from all others of the producer."""

    epoch: int
    number: int
    """Its place among the batches of its instance, from 0."""


class State(NamedTuple):
    """The log, what the broker may look at, and the instances of the producer."""

    log: tuple[Batch, ...] = ()
    forgotten: int = 0
    """The broker has forgotten everything about batches below this offset."""
    sent: tuple[int, ...] = (0,)
    """How many batches each instance has sent, by epoch."""
    answered: frozenset[Batch] = frozenset()
    """Batches whose sender knows that they are in the log."""
    forgets: int = 0
    renumbered: frozenset[tuple[Batch, Batch]] = frozenset()
    """Batches that have the records of an earlier one: this, that."""

    def origin(self, batch: Batch) -> Batch:
        """Return the batch that first had these records."""
        earlier = dict(self.renumbered).get(batch)
        return batch if earlier is None else self.origin(earlier)


class Known(NamedTuple):
    """What the broker knows of the producer."""

    epoch: int
    """Epoch of its newest batch, -1 if none is known."""
    batches: tuple[tuple[int, int], ...]
    """Number and offset of the last batches of that epoch, oldest first."""

    @property
    def last(self) -> int:
        """Return the number of its newest batch, -1 if none is known."""
        return self.batches[-1][0] if self.batches else -1


class Verdict(Enum):
    """What the broker does with a batch."""

    APPEND = "append"
    REPEAT = "repeat"
    GAP = "gap"
    FENCED = "fenced"
    UNKNOWN = "unknown"


class Answer(NamedTuple):
    """What the broker answers to a batch."""

    verdict: Verdict
    offset: int | None = None
    """Where the batch is in the log, None if it was refused."""


def known(scope: Scope, state: State) -> Known:
    """Return what the broker knows: it can be told from the log."""
    recent = list(enumerate(state.log))[state.forgotten :]
    if not recent:
        return Known(NO_EPOCH, ())
    epoch = recent[-1][1].epoch
    spans = [(batch.number, at) for at, batch in recent if batch.epoch == epoch]
    return Known(epoch, tuple(spans[-scope.remembered :]))


def answer(rules: Rules, scope: Scope, state: State, batch: Batch) -> Answer:
    """Return what the broker does with `batch` now."""
    end_offset = len(state.log)
    if not rules.checks_sequence:
        return Answer(Verdict.APPEND, end_offset)
    producer = known(scope, state)
    if producer.epoch == NO_EPOCH:
        may_begin = rules.begins_anywhere or batch.number == 0
        verdict = Verdict.APPEND if may_begin else Verdict.UNKNOWN
        return Answer(verdict, end_offset if may_begin else None)
    if batch.epoch == producer.epoch and batch.number in dict(producer.batches):
        return Answer(Verdict.REPEAT, dict(producer.batches)[batch.number])
    if rules.checks_epoch and batch.epoch < producer.epoch:
        return Answer(Verdict.FENCED)
    last = producer.last if batch.epoch == producer.epoch else -1
    is_next = batch.number == last + 1
    return Answer(Verdict.APPEND, end_offset) if is_next else Answer(Verdict.GAP)


Steps: TypeAlias = Iterator[tuple[Action, State]]


def send(scope: Scope, state: State) -> Steps:
    """An instance sends its next batch, unless too many are on their way."""
    if sum(state.sent) >= scope.batches:
        return
    for epoch, sent in enumerate(state.sent):
        waiting = (n for n in range(sent) if Batch(epoch, n) not in state.answered)
        if sent - next(waiting, sent) < scope.in_flight:
            counts = (*state.sent[:epoch], sent + 1, *state.sent[epoch + 1 :])
            yield Action("send", (epoch, sent)), state._replace(sent=counts)


def start_instance(scope: Scope, state: State) -> Steps:
    """Another instance begins, with the next epoch; the earlier ones may live on."""
    if len(state.sent) <= scope.epochs:
        yield Action("start_instance"), state._replace(sent=(*state.sent, 0))


def reset(scope: Scope, state: State) -> Steps:
    """The newest instance takes the next epoch, and sends under it what it waits for.

    What it waits for may be in the log already.
    """
    epoch, sent = len(state.sent) - 1, state.sent[-1]
    waiting = [n for n in range(sent) if Batch(epoch, n) not in state.answered]
    if waiting and epoch < scope.epochs:
        pairs = {
            (Batch(epoch + 1, at), Batch(epoch, n)) for at, n in enumerate(waiting)
        }
        after = state._replace(
            sent=(*state.sent, len(waiting)), renumbered=state.renumbered | pairs
        )
        yield Action("reset", (epoch + 1,)), after


def forget(scope: Scope, state: State) -> Steps:
    """The broker forgets the producer."""
    if state.forgets < scope.forgets and state.forgotten < len(state.log):
        after = state._replace(forgotten=len(state.log), forgets=state.forgets + 1)
        yield Action("forget"), after


def sent_batches(state: State) -> Iterator[Batch]:
    """Yield every batch that may be delivered, now or again."""
    for epoch, sent in enumerate(state.sent):
        for number in range(sent):
            yield Batch(epoch, number)


def deliver(state: State, batch: Batch, said: Answer) -> Steps:
    """A batch reaches the broker, which says this; its answer may be lost."""
    told = state._replace(answered=state.answered | {batch})
    match said.verdict:
        case Verdict.APPEND:
            log = (*state.log, batch)
            yield Action("append", batch), state._replace(log=log)
            yield Action("append_and_answer", batch), told._replace(log=log)
        case Verdict.REPEAT:
            yield Action("answer_repeat", batch), told
        case _:
            yield Action("refuse", batch), state


def next_steps(rules: Rules, scope: Scope, state: State) -> Steps:
    """Yield everything that may happen next.

    Nothing is appended to a log that has one batch more than were ever to be sent:
    a variant that repeats has shown it by then.
    """
    yield from send(scope, state)
    yield from start_instance(scope, state)
    yield from forget(scope, state)
    if not rules.settles_before_reset:
        yield from reset(scope, state)
    if len(state.log) <= scope.batches:
        for batch in sent_batches(state):
            yield from deliver(state, batch, answer(rules, scope, state, batch))


def at_most_once(state: State) -> bool:
    """No batch is in the log twice, whatever its numbers."""
    return len(set(map(state.origin, state.log))) == len(state.log)


def in_order(state: State) -> bool:
    """What an instance sent later is later in the log; a batch may be there twice."""
    last: dict[int, int] = {}
    for epoch, number in state.log:
        if number < last.get(epoch, 0):
            return False
        last[epoch] = number
    return True


def without_gaps(state: State) -> bool:
    """A batch in the log comes after all that its instance had sent before it."""
    seen = set()
    for batch in state.log:
        seen.add(batch)
        if batch.number and batch._replace(number=batch.number - 1) not in seen:
            return False
    return True


def fenced(state: State) -> bool:
    """Once a newer instance has written, no earlier one writes."""
    return all(a.epoch <= b.epoch for a, b in pairwise(state.log))


def invariants(scope: Scope) -> tuple[Property[State], ...]:
    """Return what is promised of a producer and its broker."""

    def retries_are_answered(state: State) -> bool:
        producer = known(scope, state)
        remembered = {number for number, _ in producer.batches}
        return all(
            batch.number in remembered or batch in state.answered
            for batch in state.log
            if batch.epoch == producer.epoch
        )

    return (
        Property("at-most-once", at_most_once, "KIP-98: each record is written once"),
        Property("in-order", in_order, "KIP-98: in the order in which it was sent"),
        Property("without-gaps", without_gaps, "KIP-98: a lost batch is noticed"),
        Property("fenced", fenced, "KIP-98: a newer epoch fences the earlier ones"),
        Property(
            "retries-are-answered",
            retries_are_answered,
            "KAFKA-5494: five batches in flight may be repeated safely",
        ),
    )


SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "a batch without an answer is in the log",
        lambda state: bool(set(state.log) - state.answered),
        "or nothing would have to be repeated",
    ),
    Property(
        "every batch sent has been answered",
        lambda state: set(sent_batches(state)) == state.answered != frozenset(),
        "or a broker that refuses everything would pass",
    ),
)

ACTIONS = (
    "send",
    "start_instance",
    "forget",
    "append",
    "append_and_answer",
    "answer_repeat",
    "refuse",
)


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return a producer and a broker with these rules, in a world of this size."""
    by_sequence = ("answer_repeat", "refuse")
    checks = rules.checks_sequence
    resets = () if rules.settles_before_reset else ("reset",)
    if not rules.remembers_several:
        scope = scope._replace(remembered=1)
    return Spec(
        name=rules.name,
        initial=(State(),),
        next=lambda state: next_steps(rules, scope, state),
        actions=(
            *(it for it in ACTIONS if checks or it not in by_sequence),
            *resets,
        ),
        invariants=invariants(scope),
        sometimes=SOMETIMES,
    )
