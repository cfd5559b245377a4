"""The syntax of RE2's patterns: text in, a tree out; ValueError says what is wrong.

Characters are those of ASCII, a set of them is an int with one bit for each. Sets of
names, greediness and groups make no difference to whether a name matches, so the tree
does not have them.
"""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase, digits, hexdigits, punctuation
from typing import Literal, NamedTuple, TypeAlias

REPEATS_MAX = 1000
"""Largest number in a bounded repetition, as in RE2."""

DEPTH_MAX = 100
"""How deep groups may stand in each other."""

ALL = (1 << 128) - 1
"""Every character."""


class Characters(NamedTuple):
    """One character of this set."""

    mask: int


class Assertion(NamedTuple):
    """A place in the text: start, end, `b` a word's edge or `B` none."""

    kind: Literal["start", "end", "b", "B"]


class Sequence(NamedTuple):
    """One after the other."""

    nodes: tuple[Node, ...]


class Alternatives(NamedTuple):
    """One of these."""

    nodes: tuple[Node, ...]


class Repeat(NamedTuple):
    """From `least` to `most` times, None: any number of times."""

    node: Node
    least: int
    most: int | None


Node: TypeAlias = Characters | Assertion | Sequence | Alternatives | Repeat


def mask_of(characters: str) -> int:
    """Return the set of these characters; there are none beyond ASCII."""
    return sum({1 << ord(it) for it in characters if ord(it) < 128})


LOWER = mask_of(ascii_lowercase)
UPPER = mask_of(ascii_uppercase)
DIGIT = mask_of(digits)
WORD = LOWER | UPPER | DIGIT | mask_of("_")
SPACE = mask_of("\t\n\f\r ")
GRAPH = LOWER | UPPER | DIGIT | mask_of(punctuation)
PRINT = GRAPH | mask_of(" ")

ESCAPED_SETS = {"d": DIGIT, "w": WORD, "s": SPACE}
"""By the letter after the backslash; the capital letter is the complement."""

NAMED_SETS = {
    "alnum": LOWER | UPPER | DIGIT,
    "alpha": LOWER | UPPER,
    "ascii": ALL,
    "blank": mask_of("\t "),
    "cntrl": ALL & ~PRINT,
    "digit": DIGIT,
    "graph": GRAPH,
    "lower": LOWER,
    "print": PRINT,
    "punct": mask_of(punctuation),
    "space": SPACE | mask_of("\v"),
    "upper": UPPER,
    "word": WORD,
    "xdigit": mask_of(hexdigits),
}
"""As in `[[:alpha:]]`."""

CONTROLS = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}
NEWLINE = mask_of("\n")
REPEATS: dict[str, tuple[int, int | None]] = {
    "*": (0, None),
    "+": (1, None),
    "?": (0, 1),
}
COUNTED = re.compile(r"\{(\d{1,9})(?:,(\d{0,9}))?\}", re.ASCII)
CODED = re.compile(
    r"(0[0-7]{0,2}|[1-7][0-7]{1,2})|x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]{1,6})\}"
)
NAMED = re.compile(r"\[:(\^?)(\w*):\]", re.ASCII)
OPENING = re.compile(r"P?<\w+>|(?P<on>[imsU]*)(-(?P<off>[imsU]+))?(:|(?=\)))", re.ASCII)
ASSERTIONS: dict[str, Assertion] = {
    "A": Assertion("start"),
    "z": Assertion("end"),
    "b": Assertion("b"),
    "B": Assertion("B"),
}


def parse(pattern: str) -> Node:
    """Return the tree of a pattern; ValueError names what is wrong and where."""
    return _Parser(pattern).whole()


def both_cases(mask: int) -> int:
    """Return the set with every letter in both cases."""
    lower, upper = mask & LOWER, mask & UPPER
    return mask | lower >> 32 | upper << 32


class _Parser:
    """A place in a pattern, and the flags that hold there."""

    __slots__ = ("_at", "_depth", "_flags", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._flags: frozenset[str] = frozenset()

    def whole(self) -> Node:
        node = self._alternatives()
        if self._at < len(self._text):
            raise self._wrong("unexpected )")
        return node

    def _wrong(self, what: str) -> ValueError:
        return ValueError(f"{what} at position {self._at}")

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, wanted: str) -> bool:
        """Pass over `wanted` if it is next; tell whether it was."""
        found = self._text.startswith(wanted, self._at)
        self._at += len(wanted) if found else 0
        return found

    def _next(self, what: str) -> str:
        """Return the next character and pass over it; ValueError at the end."""
        if self._at == len(self._text):
            raise self._wrong(f"missing {what}")
        self._at += 1
        return self._text[self._at - 1]

    def _alternatives(self) -> Node:
        nodes = [self._sequence()]
        while self._take("|"):
            nodes.append(self._sequence())
        return nodes[0] if len(nodes) == 1 else Alternatives(tuple(nodes))

    def _sequence(self) -> Node:
        nodes: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            if self._take("\\Q"):
                nodes += map(self._literal, self._quoted())
                nodes = [*nodes[:-1], *map(self._repeated, nodes[-1:])]
            else:
                nodes.append(self._repeated(self._atom()))
        return nodes[0] if len(nodes) == 1 else Sequence(tuple(nodes))

    def _quoted(self) -> str:
        """Return what stands before the next `\\E`, or the end, and pass over it."""
        quoted, _, _ = self._text[self._at :].partition("\\E")
        self._at = min(self._at + len(quoted) + 2, len(self._text))
        return quoted

    def _repeated(self, node: Node) -> Node:
        bounds = self._bounds()
        if bounds is None:
            return node
        self._take("?")
        if self._bounds() is not None:
            raise self._wrong("invalid nested repetition operator that ends")
        return Repeat(node, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        """Return what a repetition operator says and pass over it; None: it is none."""
        if (simple := REPEATS.get(self._peek())) is not None:
            self._at += 1
            return simple
        counted = COUNTED.match(self._text, self._at)
        if counted is None:
            return None
        least = int(counted[1])
        most = least if counted[2] is None else int(counted[2]) if counted[2] else None
        if least > REPEATS_MAX or not (most is None or least <= most <= REPEATS_MAX):
            raise self._wrong(f"invalid repeat count {counted[0]}")
        self._at = counted.end()
        return least, most

    def _atom(self) -> Node:
        character = self._peek()
        self._at += 1
        if character in REPEATS:
            raise self._wrong(f"missing argument to {character}")
        if character == ".":
            return Characters(ALL if "s" in self._flags else ALL & ~NEWLINE)
        if character in "^$":
            return ASSERTIONS["A" if character == "^" else "z"]
        special = {"(": self._group, "[": self._set, "\\": self._escape}
        if character in special:
            return special[character]()
        return self._literal(character)

    def _literal(self, character: str) -> Characters:
        return self._characters(mask_of(character))

    def _characters(self, mask: int) -> Characters:
        return Characters(both_cases(mask) if "i" in self._flags else mask)

    def _group(self) -> Node:
        """Return what stands in a group; one of flags alone holds nothing."""
        before = self._flags
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise self._wrong(f"more than {DEPTH_MAX} groups in each other")
        is_flags_alone = self._take("?") and self._opening()
        node = self._alternatives()
        if not self._take(")"):
            raise self._wrong("missing )")
        self._depth -= 1
        if not is_flags_alone:
            self._flags = before
        return node

    def _opening(self) -> bool:
        """Pass over what follows `(?`; tell whether it is flags for what follows."""
        found = OPENING.match(self._text, self._at)
        if found is None:
            raise self._wrong("invalid group syntax (?")
        self._at = found.end()
        on, off = set(found["on"] or ()), set(found["off"] or ())
        self._flags = (self._flags | on) - off
        return found[0][-1:] not in (">", ":")

    def _escape(self) -> Node:
        letter = self._peek()
        if letter in ASSERTIONS:
            self._at += 1
            return ASSERTIONS[letter]
        if letter == "C":
            self._at += 1
            return Characters(ALL)
        return self._characters(self._escaped())

    def _escaped(self) -> int:
        """Return the set that stands after a backslash, and pass over it."""
        coded = CODED.match(self._text, self._at)
        if coded is not None:
            self._at = coded.end()
            octal, short, long = coded.groups()
            code = int(octal, 8) if octal else int(short or long, 16)
            return 1 << code if code < 128 else 0
        letter = self._next("character after \\")
        if letter.lower() in ESCAPED_SETS:
            mask = ESCAPED_SETS[letter.lower()]
            return mask if letter.islower() else ALL & ~mask
        if letter in CONTROLS:
            return mask_of(CONTROLS[letter])
        if letter.isalnum():
            raise self._wrong(f"invalid escape sequence \\{letter}")
        return mask_of(letter)

    def _set(self) -> Characters:
        """Return the set in brackets."""
        is_complement = self._take("^")
        mask = self._set_item()
        while not self._take("]"):
            mask |= self._set_item()
        mask = both_cases(mask) if "i" in self._flags else mask
        return Characters(ALL & ~mask if is_complement else mask)

    def _set_item(self) -> int:
        """Return the next part of a set: a named set, a range or a character."""
        named = NAMED.match(self._text, self._at)
        if named is not None:
            if named[2] not in NAMED_SETS:
                raise self._wrong(f"invalid character class {named[0]}")
            self._at = named.end()
            mask = NAMED_SETS[named[2]]
            return ALL & ~mask if named[1] else mask
        first = self._set_character()
        if self._peek() != "-" or self._text.startswith("-]", self._at):
            return first
        self._at += 1
        last = self._set_character()
        if first.bit_count() != 1 or last.bit_count() != 1 or last < first:
            raise self._wrong("invalid character class range")
        return (last << 1) - first

    def _set_character(self) -> int:
        character = self._next("closing ]")
        return self._escaped() if character == "\\" else mask_of(character)
