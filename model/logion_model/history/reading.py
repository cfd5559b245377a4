"""Read a history: JSON, one event on a line; docs/history.md has the schema.

What no client can have done or seen is refused with its line and the reason: a history
that is wrong proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from json import JSONDecoder
from typing import Any, TypeAlias

from logion_model.history.operations import (
    ASSIGN,
    FAIL,
    OK,
    POLL,
    SEND,
    SUBSCRIBE,
    TXN,
    UNKNOWN,
    History,
    Operation,
    Process,
    Records,
    Send,
)

INVOKE = "invoke"
ENDS = (OK, FAIL, UNKNOWN)

Event: TypeAlias = Mapping[str, Any]
"""One line of a history, decoded."""


class HistoryError(ValueError):
    """A line that is not what the schema says, or that cannot have happened."""

    def __init__(self, line: int, reason: str) -> None:
        """Refuse `line`, counted from 1."""
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def read_lines(lines: Iterable[bytes]) -> History:
    """Return the history that these lines of JSON are; raises HistoryError.

    Empty lines are passed over, and counted.
    """
    return read_events(_decoded(lines))


def read_events(events: Iterable[tuple[int, Event]]) -> History:
    """Return the history that numbered events make; raises HistoryError.

    An operation without an end has an unknown outcome.
    """
    reader = _Reader()
    for line, event in events:
        try:
            reader.take(line, event)
        except _LineError as error:
            raise HistoryError(line, str(error)) from None
    return reader.history


def _decoded(lines: Iterable[bytes]) -> Iterator[tuple[int, Event]]:
    decode = JSONDecoder().raw_decode
    for number, raw in enumerate(lines, 1):
        try:
            text = raw.decode().strip()
            if not text:
                continue
            event, end = decode(text)
        except (ValueError, RecursionError) as error:
            raise HistoryError(number, f"not JSON: {error}") from None
        if end != len(text) or type(event) is not dict:
            raise HistoryError(number, "a line is one JSON object, and nothing else")
        yield number, event


class _LineError(Exception):
    """Why an event is refused."""


Asked: TypeAlias = Sequence[Any]
"""The value of an invocation: micro-operations, or keys."""


class _Reader:
    """The history so far, and what each process is doing."""

    def __init__(self) -> None:
        self.history = History()
        self._busy: dict[Process, tuple[int, Asked]] = {}
        """Process, to the index of its operation and what was asked for."""
        self._lost: dict[Process, int] = {}
        """Process, to the line on which its outcome became unknown."""

    def take(self, line: int, event: Event) -> None:
        """Add an event; raises _LineError."""
        process, kind = event.get("process"), event.get("type")
        if type(process) is not int and type(process) is not str:
            raise _LineError(f"process is {process!r}: expected a number or a name")
        if kind == INVOKE:
            self._begin(line, process, event)
        elif kind in ENDS:
            self._end(line, process, event)
        else:
            expected = ", ".join((INVOKE, *ENDS))
            raise _LineError(f"type is {kind!r}: expected one of {expected}")

    def _begin(self, line: int, process: Process, event: Event) -> None:
        if process in self._lost:
            raise _LineError(
                f"process {process} may still be in what ended unknown on line "
                f"{self._lost[process]}: who goes on is a new process"
            )
        if process in self._busy:
            before = self.history.operations[self._busy[process][0]].invoked
            raise _LineError(f"process {process} is busy since line {before}")
        f, asked = event.get("f"), event.get("value")
        if f not in _ASKING:
            expected = ", ".join(_ASKING)
            raise _LineError(f"f is {f!r}: expected one of {expected}")
        _ASKING[f](asked)
        assert asked is not None
        self._busy[process] = len(self.history.operations), asked
        self._add(Operation(process, f, UNKNOWN, line, None, *_hoped_for(f, asked)))

    def _add(self, operation: Operation) -> None:
        """Add an operation, and note which values it writes."""
        operations, writers = self.history.operations, self.history.writers
        for key, value, _ in operation.sends:
            sent = writers.setdefault(key, {})
            if value in sent:
                index = sent[value]
                line = operation.invoked
                if index < len(operations):
                    line = operations[index].invoked
                raise _LineError(f"{value!r} was sent to {key} before, on line {line}")
            sent[value] = len(operations)
        operations.append(operation)

    def _end(self, line: int, process: Process, event: Event) -> None:
        if process not in self._busy:
            raise _LineError(f"process {process} has begun nothing that could end")
        index, asked = self._busy.pop(process)
        begun = self.history.operations[index]
        f, outcome = event.get("f"), event["type"]
        if f != begun.f:
            raise _LineError(
                f"{f} ends what began as {begun.f} on line {begun.invoked}"
            )
        if outcome == UNKNOWN:
            self._lost[process] = line
        sends, polls = begun.sends, begun.polls
        value = event.get("value")
        if begun.is_about_records and (value is not None or outcome == OK):
            sends, polls = self._told(begun, asked, value, outcome)
        moved = event.get("rebalanced")
        rebalanced = frozenset(_keys(moved)) if moved else begun.rebalanced
        self.history.operations[index] = Operation(
            process, begun.f, outcome, begun.invoked, line, sends, polls, rebalanced
        )

    def _told(
        self, begun: Operation, asked: Asked, value: Any, outcome: str
    ) -> tuple[tuple[Send, ...], tuple[Records, ...]]:
        """Return what the client was told: offsets of sends, records of polls."""
        if type(value) is not list or len(value) != len(asked):
            raise _LineError(
                f"the value does not answer what was asked on line {begun.invoked}"
            )
        sends: list[Send] = []
        polls: list[Records] = []
        for question, answer in zip(asked, value, strict=True):
            is_silent = answer == question and outcome != OK
            if question[0] == SEND:
                sent = Send(question[1], question[2], None)
                sends.append(sent if is_silent else _landed(sent, answer))
            else:
                polls.append({} if is_silent else self._polled(answer))
        return tuple(sends), tuple(polls)

    def _polled(self, answer: Any) -> Records:
        """Return the records of a poll; each must have been sent."""
        try:
            name, records = answer
            if name != POLL:
                raise _LineError(f"{answer!r} does not answer a poll")
            self._look_at(records)
        except (TypeError, ValueError, AttributeError):
            raise _LineError(
                f"a poll ends as {_short(answer)}: expected"
                ' ["poll", {key: [[offset, value], ...], ...}]'
            ) from None
        found: Records = records
        return found

    def _look_at(self, records: Any) -> None:
        writers = self.history.writers
        for key, pairs in records.items():
            sent = writers.get(key, _NOTHING)
            for offset, value in pairs:
                if value not in sent:
                    raise _LineError(
                        f"{value!r} of {key} was polled, and nothing had sent it"
                    )
                if type(offset) is not int or offset < 0:
                    raise _LineError(f"offset {offset!r} of {key}: expected 0 or more")


_NOTHING: dict[Any, int] = {}


def _landed(sent: Send, answer: Any) -> Send:
    """Return a send with the offset that the client was told."""
    try:
        name, key, (offset, value) = answer
    except (TypeError, ValueError):
        raise _LineError(
            f'a send ends as {_short(answer)}: expected ["send", key, [offset, value]]'
        ) from None
    if name != SEND or key != sent.key or value != sent.value:
        raise _LineError(
            f"{_short(answer)} does not answer the send of {sent.value!r} to {sent.key}"
        )
    if offset is not None and (type(offset) is not int or offset < 0):
        raise _LineError(f"offset {offset!r} of {key}: expected 0 or more, or null")
    return Send(sent.key, sent.value, offset)


def _hoped_for(f: str, asked: Asked) -> tuple[tuple[Send, ...], tuple[Records, ...]]:
    """Return what is known of an operation that has only begun."""
    if f in (ASSIGN, SUBSCRIBE):
        return (), ()
    sends = tuple([Send(it[1], it[2], None) for it in asked if it[0] == SEND])
    return sends, ({},) * (len(asked) - len(sends))


def _short(answer: Any) -> str:
    text = repr(answer)
    return text if len(text) <= 60 else f"{text[:57]}..."


# --- what may be asked for ----------------------------------------------------


def _keys(value: Any) -> list[str]:
    """Return the names of keys; raises _LineError for anything else."""
    if type(value) is not list or any(type(it) is not str for it in value):
        raise _LineError(f"{_short(value)}: expected a list of keys, as text")
    return value


def _is_send(micro: Any) -> bool:
    return (
        type(micro) is list
        and len(micro) == 3
        and micro[0] == SEND
        and type(micro[1]) is str
        and (type(micro[2]) is int or type(micro[2]) is str)
    )


def _is_poll(micro: Any) -> bool:
    return bool(micro == [POLL])


def _one_send(value: Any) -> None:
    if type(value) is not list or len(value) != 1 or not _is_send(value[0]):
        raise _LineError(f'{_short(value)}: expected [["send", key, value]]')


def _one_poll(value: Any) -> None:
    if value != [[POLL]]:
        raise _LineError(f'{_short(value)}: expected [["poll"]]')


def _sends_and_polls(value: Any) -> None:
    if type(value) is not list or not value:
        raise _LineError(f"{_short(value)}: expected a list of sends and polls")
    for micro in value:
        if not _is_send(micro) and not _is_poll(micro):
            raise _LineError(
                f'{_short(micro)}: expected ["send", key, value] or ["poll"]'
            )


_ASKING: dict[str, Callable[[Any], object]] = {
    SEND: _one_send,
    POLL: _one_poll,
    TXN: _sends_and_polls,
    ASSIGN: _keys,
    SUBSCRIBE: _keys,
}
"""What an operation is called, to the check of what it asks for."""
