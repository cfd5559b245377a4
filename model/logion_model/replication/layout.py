"""Where the parts of a state of replication stand in a number, in 64 bits if they fit.

What only the controller changes (the requests, who leads since when, the next epoch) is
one value, its history. Parts of that by which steps are looked up (the requests that
name one leader, one request, the quorum) have numbers of their own, and take the place
of the history in what is looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from logion_model.replication.base import (
    NO_EPOCH,
    Assignment,
    Isr,
    Replica,
    Scope,
    State,
)
from logion_model.replication.fields import Field, Table, Values

BITS = 64
"""What a number should fit in, so that numbers can stand in an array."""

LOG_BITS_MIN, LOG_BITS_MAX = 6, 14
"""With fewer bits for a log than these, numbers are longer than `BITS`."""

NO_ISR: Isr = frozenset()


class History(NamedTuple):
    """What the controller has decided so far."""

    requests: tuple[Assignment, ...] = ()
    leader: int | None = None
    epoch: int = NO_EPOCH
    next_epoch: int = 0


class Parts(NamedTuple):
    """What may stand in the place of a history."""

    quorum: int
    """Who leads since which epoch."""
    named: tuple[int, ...]
    """For each replica the requests that name it leader."""


class Layout:
    """The fields of a state's number at a scope."""

    def __init__(self, scope: Scope) -> None:
        """Give each part its place."""
        self.replicas = range(scope.replicas)
        self._width = 0
        many, epochs = scope.replicas, scope.epochs + 1
        belief_bits = (many * 2 ** (many - 1) * epochs).bit_length()
        history_bits = (many + 1) * epochs
        record_bits = scope.records.bit_length()
        left = BITS - record_bits - many - history_bits - many * belief_bits
        narrow = left // many
        log_bits = min(narrow, LOG_BITS_MAX) if narrow >= LOG_BITS_MIN else LOG_BITS_MAX
        logs = Values(log_bits, ((), 0))
        beliefs = Values(belief_bits, (NO_EPOCH, None, NO_ISR))
        self.logs = [self._field(logs) for _ in self.replicas]
        self.beliefs = [self._field(beliefs) for _ in self.replicas]
        self.isr = self._field(Values(many, NO_ISR))
        self.record = self._field(Values(max(1, record_bits), 0))
        self.history = self._field(Values(history_bits, History()))
        self.named = self._instead(())
        self.one = self._instead(None)
        self.quorum = self._instead((None, NO_EPOCH))
        self.parts: Table[Parts] = Table(self._parts)

    @property
    def fits(self) -> bool:
        """Return whether every number has at most `BITS` bits."""
        return self._width <= BITS

    def _field(self, values: Values) -> Field:
        self._width += values.bits
        return Field(self._width - values.bits, values)

    def _instead(self, blank: object) -> Field:
        """Return a field in the place of the history."""
        return Field(self.history.shift, Values(self.history.known.bits, blank))

    def _parts(self, history: int) -> Parts:
        known: History = self.history.unpack(history)
        named = (
            tuple(it for it in known.requests if it.leader == index)
            for index in self.replicas
        )
        quorum = self.quorum.pack((known.leader, known.epoch))
        return Parts(quorum, tuple(map(self.named.pack, named)))

    def pack(self, state: State) -> int:
        """Return the number of a state."""
        leader, epoch, _ = state.quorum
        history = History(state.requests, leader, epoch, state.next_epoch)
        return self.pack_rest(state) + self.history.pack(history)

    def pack_rest(self, state: State) -> int:
        """Return the number of a state, 0 where its history stands."""
        number = self.isr.pack(state.quorum.isr) + self.record.pack(state.next_record)
        for index, replica in enumerate(state.replicas):
            number += self.logs[index].pack(replica[:2])
            number += self.beliefs[index].pack(replica[2:])
        return number

    def unpack(self, number: int) -> State:
        """Return the state of a number."""
        requests, leader, epoch, next_epoch = self.history.unpack(number)
        rest = self.unpack_rest(number, requests)
        quorum = rest.quorum._replace(leader=leader, epoch=epoch)
        return rest._replace(next_epoch=next_epoch, quorum=quorum)

    def unpack_rest(self, number: int, requests: Iterable[Assignment] = ()) -> State:
        """Return the state of a number, with these requests for its history."""
        fields = zip(self.logs, self.beliefs, strict=True)
        return State(
            tuple(
                Replica(*log.unpack(number), *belief.unpack(number))
                for log, belief in fields
            ),
            self.record.unpack(number),
            0,
            tuple(requests),
            Assignment(None, NO_EPOCH, self.isr.unpack(number)),
        )


class Renaming:
    """Numbers of what is the same but for who is who; one request for a history."""

    def __init__(self, layout: Layout, names: Sequence[int]) -> None:
        """Give each replica the name that stands at its place."""
        self._layout, self._names = layout, names
        self._beliefs = self._table(layout.beliefs[0].known, self._believed)
        self._isrs = self._table(layout.isr.known, self._members)
        self._ones = self._table(layout.one.known, self._request)

    def _table(self, known: Values, renamed: object) -> Table[int]:
        return Table(lambda number: known.number(renamed(known.values[number])))  # type: ignore[operator]

    def _leader(self, leader: int | None) -> int | None:
        return None if leader is None else self._names[leader]

    def _members(self, isr: Isr) -> Isr:
        return frozenset(self._names[member] for member in isr)

    def _believed(
        self, belief: tuple[int, int | None, Isr]
    ) -> tuple[int, int | None, Isr]:
        epoch, leader, isr = belief
        return epoch, self._leader(leader), self._members(isr)

    def _request(self, request: Assignment | None) -> Assignment | None:
        if request is None:
            return None
        leader, epoch, isr = request
        return Assignment(self._leader(leader), epoch, self._members(isr))

    def of(self, number: int) -> int:
        """Return the number with everybody renamed."""
        layout = self._layout
        renamed = _moved(number, layout.isr, self._isrs)
        renamed += _moved(number, layout.one, self._ones)
        for index, name in enumerate(self._names):
            log, belief = layout.logs[index], layout.beliefs[index]
            renamed += (number & log.mask) >> log.shift << layout.logs[name].shift
            known = self._beliefs[(number & belief.mask) >> belief.shift]
            renamed += known << layout.beliefs[name].shift
        return renamed


def _moved(number: int, field: Field, renamed: Table[int]) -> int:
    return renamed[(number & field.mask) >> field.shift] << field.shift
