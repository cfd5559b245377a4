"""Histories in a few words, for tests.

A line is an operation: its process, how it ended, and what it did. Values stand with
their offsets; operations follow each other, unless lines say from when to when:

    p0 assign a
    p0 ok send a 1@0; poll a 1@0 2@1, b 5@3
    p1 2-7 unknown send a 2; poll
    p1 open send a 3

More than one send or poll make a transaction. `!a` says that key a was rebalanced.
"""

from __future__ import annotations

from typing import Any

from logion_model.history.check import Verdict, check
from logion_model.history.operations import History
from logion_model.history.reading import read_events

Event = dict[str, Any]


def verdict_on(text: str) -> Verdict:
    """Return the judgement of a history."""
    return check(history_of(text))


def history_of(text: str) -> History:
    """Return the history that a text tells."""
    return read_events(enumerate(events_of(text), 1))


def events_of(text: str) -> list[Event]:
    """Return the events of a history in their order."""
    timed: list[tuple[int, Event]] = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines()))):
        process, *words = line.split(" ")
        begin, end = 2 * number, 2 * number + 1
        if "-" in words[0]:
            begin, end = map(int, words.pop(0).split("-"))
        asked, told = operation(process, words)
        timed.append((begin, asked))
        if told["type"] != "open":
            timed.append((end, told))
    return [event for _, event in sorted(timed, key=lambda it: it[0])]


def operation(process: str, words: list[str]) -> tuple[Event, Event]:
    """Return how an operation begins and ends."""
    if words[0] in ("assign", "subscribe"):
        event = {"process": process, "f": words[0], "value": words[1:]}
        return event | {"type": "invoke"}, event | {"type": "ok"}
    outcome, *rest = words
    rebalanced = [word[1:] for word in rest if word[0] == "!"]
    parts = " ".join(word for word in rest if word[0] != "!").split("; ")
    asked, told = zip(*map(micro, parts), strict=True)
    f = parts[0].split(" ")[0] if len(parts) == 1 else "txn"
    event = {"process": process, "f": f}
    return (
        event | {"type": "invoke", "value": list(asked)},
        event | {"type": outcome, "value": list(told), "rebalanced": rebalanced},
    )


def micro(text: str) -> tuple[list[Any], list[Any]]:
    """Return a send or a poll as it is asked for, and as it is answered."""
    verb, _, rest = text.partition(" ")
    if verb == "poll":
        groups = [group.split(" ") for group in rest.split(", ") if group]
        polled = {key: [pair(word)[::-1] for word in them] for key, *them in groups}
        return ["poll"], ["poll", polled]
    key, word = rest.split(" ")
    value, offset = pair(word)
    return ["send", key, value], ["send", key, [offset, value]]


def pair(word: str) -> list[int | None]:
    """Return the value and the offset of `5@3`; None where there is no offset."""
    value, _, offset = word.partition("@")
    return [int(value), int(offset) if offset else None]
