"""Patterns of topic names in the syntax of RE2, matched in linear time.

Kafka takes RE2 (KIP-848, `SubscribedTopicRegex`) because a pattern is a client's word:
it must not be able to keep a broker busy. Python's `re` can be kept busy, so a pattern
is compiled here to a small machine that is in all its possible states at once; steps
made before are remembered.

A pattern must match a name whole. Left out of RE2: Unicode classes (`\\p{Greek}`),
since names of topics are of ASCII letters, digits, `.`, `_` and `-`.

Source: RE2's page on its syntax; R. Cox, "Regular Expression Matching: the Virtual
Machine Approach".
"""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple, TypeAlias

from logion.group.consumer.pattern_syntax import (
    WORD,
    Alternatives,
    Assertion,
    Characters,
    Node,
    Repeat,
    Sequence,
    mask_of,
    parse,
)
from logion.protocol.errors import ApiError, Error

PROGRAM_SIZE_MAX = 5_000
"""Most instructions of one pattern: bounded repetitions multiply them."""

STEPS_MAX = 10_000
"""Most steps that one pattern remembers."""


class Fork(NamedTuple):
    """Go on at each of these places, told as distances from here."""

    ways: tuple[int, ...]


Program: TypeAlias = list[Characters | Assertion | Fork]
"""Instructions; who comes past the last one has matched."""

States: TypeAlias = frozenset[int]
"""Places in a program."""


class Pattern:
    """A compiled pattern."""

    __slots__ = ("_program", "_steps")

    def __init__(self, pattern: str) -> None:
        """Compile it; raises INVALID_REGULAR_EXPRESSION if it is no pattern of RE2."""
        try:
            self._program = _compiled(parse(pattern))
        except ValueError as wrong:
            text = f"SubscribedTopicRegex `{pattern}` is not a valid regular expression"
            raise ApiError(
                Error.INVALID_REGULAR_EXPRESSION, f"{text}: {wrong}."
            ) from None
        self._steps: dict[tuple[States, str, str], States] = {}

    def matches(self, text: str) -> bool:
        """Tell whether the whole of `text` matches."""
        states, before = frozenset({0}), ""
        for character in text:
            states = self._step(states, before, character)
            before = character
        return len(self._program) in self._reached(states, before, "")

    def _step(self, states: States, before: str, character: str) -> States:
        """Return the states after `character`, which follows `before`."""
        key = (states, before, character)
        known = self._steps.get(key)
        if known is None:
            known = self._stepped(*key)
            if len(self._steps) < STEPS_MAX:
                self._steps[key] = known
        return known

    def _stepped(self, states: States, before: str, character: str) -> States:
        bit = mask_of(character)
        found = set()
        for state in self._reached(states, before, character):
            instruction = self._program[state] if state < len(self._program) else None
            if isinstance(instruction, Characters) and instruction.mask & bit:
                found.add(state + 1)
        return frozenset(found)

    def _reached(self, states: States, before: str, after: str) -> set[int]:
        """Return every place that is reached from these without a character."""
        seen: set[int] = set()
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if state in seen:
                continue
            seen.add(state)
            if state == len(self._program):
                continue
            match self._program[state]:
                case Fork(ways):
                    waiting += [state + way for way in ways]
                case Assertion(kind) if _holds(kind, before, after):
                    waiting.append(state + 1)
        return seen


def _holds(kind: str, before: str, after: str) -> bool:
    """Tell whether a place between these characters (empty: none) is of this kind."""
    if kind == "start":
        return not before
    if kind == "end":
        return not after
    is_edge = bool(mask_of(before) & WORD) != bool(mask_of(after) & WORD)
    return is_edge == (kind == "b")


def _compiled(node: Node) -> Program:
    """Return the program of a tree; ValueError if it is too long."""
    match node:
        case Characters() | Assertion():
            return [node]
        case Sequence(nodes):
            return _checked([it for each in nodes for it in _compiled(each)])
        case Alternatives(nodes):
            return _checked(_either([_compiled(it) for it in nodes]))
        case Repeat(repeated, least, most):
            return _times(_compiled(repeated), least, most)


def _checked(program: Program) -> Program:
    if len(program) > PROGRAM_SIZE_MAX:
        raise ValueError("expression too large")
    return program


def _either(programs: list[Program]) -> Program:
    """Return the program that goes on in any of these, and behind the last of them."""
    starts = accumulate((len(it) + 1 for it in programs), initial=1)
    *ways, end = starts
    joined: Program = [Fork(tuple(ways))]
    for program in programs:
        joined += program
        joined.append(Fork((end - len(joined),)))
    return joined


def _times(program: Program, least: int, most: int | None) -> Program:
    """Return the program that runs so often."""
    size = len(program)
    copies = least + (1 if most is None else most - least)
    if copies * (size + 2) > PROGRAM_SIZE_MAX:
        raise ValueError("expression too large")
    if most is None:
        again = [Fork((1, size + 2)), *program, Fork((-size - 1,))]
        return program * least + again
    optional = [Fork((1, size + 1)), *program]
    return program * least + optional * (most - least)
