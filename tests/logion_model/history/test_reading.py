"""What a history may say, and what is refused with its line and the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from logion_model.history.operations import Send
from logion_model.history.reading import HistoryError, read_lines

SEND = '{"process": 0, "type": "invoke", "f": "send", "value": [["send", "a", 1]]}'
SENT = '{"process": 0, "type": "ok", "f": "send", "value": [["send", "a", [4, 1]]]}'
POLL = '{"process": 1, "type": "invoke", "f": "poll", "value": [["poll"]]}'


def read(*lines: str) -> Any:
    return read_lines([line.encode() + b"\n" for line in lines])


def ended(value: Any, **changes: Any) -> str:
    """Return how the poll ended."""
    event = {"process": 1, "type": "ok", "f": "poll", "value": value}
    return json.dumps(event | changes)


def begun(f: str, value: Any, **changes: Any) -> str:
    event = {"process": 2, "type": "invoke", "f": f, "value": value}
    return json.dumps(event | changes)


def test_operations_stand_in_the_order_in_which_they_began() -> None:
    polled = ended([["poll", {"a": [[4, 1]]}]], rebalanced=["b"], time=7)
    first, second = read(SEND, POLL, "", polled, SENT).operations
    assert (first.process, first.f, first.outcome) == (0, "send", "ok")
    assert (first.invoked, first.completed) == (1, 5)
    assert first.sends == (Send("a", 1, 4),)
    assert second.polls == ({"a": [[4, 1]]},)
    assert (second.invoked, second.completed) == (2, 4)
    assert second.rebalanced == {"b"}


def test_what_has_not_ended_is_unknown() -> None:
    (operation,) = read(begun("txn", [["send", "a", "x"], ["poll"]])).operations
    assert (operation.outcome, operation.completed) == ("unknown", None)
    assert operation.sends == (Send("a", "x", None),)
    assert operation.polls == ({},)


@pytest.mark.parametrize("outcome", ["fail", "unknown"])
@pytest.mark.parametrize("value", [None, [["send", "a", 1], ["poll"]]])
def test_what_was_not_answered_may_be_left_out_or_stay_as_it_was_asked(
    outcome: str, value: Any
) -> None:
    asked = [["send", "a", 1], ["poll"]]
    (operation,) = read(
        begun("txn", asked), begun("txn", value, type=outcome)
    ).operations
    assert operation.outcome == outcome
    assert operation.sends == (Send("a", 1, None),)
    assert operation.polls == ({},)


def test_keys_are_chosen() -> None:
    chosen = begun("subscribe", ["a", "b"])
    (operation,) = read(chosen, chosen.replace("invoke", "ok")).operations
    assert (operation.f, operation.outcome) == ("subscribe", "ok")
    assert not operation.is_about_records


REFUSED = {
    "text": (["{"], "not JSON: Expecting property name"),
    "bytes": (["[" * 100_000], "not JSON: maximum recursion depth"),
    "a list": (["[1]"], "a line is one JSON object"),
    "two objects": (["{} {}"], "a line is one JSON object"),
    "no process": (['{"type": "ok"}'], "process is None: expected a number or a name"),
    "no type": (['{"process": 1}'], "type is None: expected one of invoke, ok, fail"),
    "no f": ([begun("crash", None)], "f is 'crash': expected one of send, poll"),
    "busy": ([SEND, SEND], "process 0 is busy since line 1"),
    "idle": ([SENT], "process 0 has begun nothing that could end"),
    "lost": (
        [SEND, SENT.replace("ok", "unknown"), SEND],
        "process 0 may still be in what ended unknown on line 2: who goes on is a new",
    ),
    "twice": (
        [SEND, SENT, begun("send", [["send", "a", 1]])],
        "1 was sent to a before, on line 1",
    ),
    "twice at once": (
        [begun("txn", [["send", "a", 1], ["send", "a", 1]])],
        "1 was sent to a before, on line 1",
    ),
    "another end": (
        [SEND, SENT.replace('"send", "value"', '"poll", "value"')],
        "poll ends what began as send on line 1",
    ),
    "never sent": (
        [POLL, ended([["poll", {"a": [[0, 9]]}]])],
        "9 of a was polled, and nothing had sent it",
    ),
    "offset of a poll": (
        [SEND, POLL, ended([["poll", {"a": [[-1, 1]]}]])],
        "offset -1 of a: expected 0 or more",
    ),
    "shape of a poll": (
        [SEND, POLL, ended([["poll", {"a": [1]}]])],
        "a poll ends as ['poll', {'a': [1]}]: expected [\"poll\", {key: [[offset",
    ),
    "no poll": (
        [SEND, POLL, ended([["send", {}]])],
        "['send', {}] does not answer a poll",
    ),
    "no answer": (
        [POLL, ended(None)],
        "the value does not answer what was asked on line 1",
    ),
    "offset of a send": (
        [SEND, SENT.replace("4", '"4"')],
        "offset '4' of a: expected 0 or more, or null",
    ),
    "shape of a send": (
        [SEND, SENT.replace("[4, 1]", "1")],
        "a send ends as ['send', 'a', 1]: expected [\"send\", key, [offset, value]]",
    ),
    "another value": (
        [SEND, SENT.replace("[4, 1]", "[4, 2]")],
        "['send', 'a', [4, 2]] does not answer the send of 1 to a",
    ),
    "two sends": (
        [begun("send", [["send", "a", 1], ["send", "a", 2]])],
        "[['send', 'a', 1], ['send', 'a', 2]]: expected [[\"send\", key, value]]",
    ),
    "asking too much of a poll": (
        [begun("poll", [["poll"], ["poll"]])],
        "[['poll'], ['poll']]: expected [[\"poll\"]]",
    ),
    "a long list of something else": (
        [begun("txn", [["jump", "x" * 99]])],
        '...: expected ["send", key, value] or ["poll"]',
    ),
    "an empty transaction": (
        [begun("txn", [])],
        "[]: expected a list of sends and polls",
    ),
    "keys": ([begun("assign", [1])], "[1]: expected a list of keys"),
    "rebalanced keys": (
        [POLL, ended([["poll", {}]], rebalanced=7)],
        "7: expected a list of keys",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_with_its_line_and_the_reason(name: str) -> None:
    lines, reason = REFUSED[name]
    with pytest.raises(HistoryError) as refused:
        read(*lines)
    assert str(refused.value).startswith(f"line {len(lines)}: ")
    assert reason in refused.value.reason
    assert refused.value.line == len(lines)


def test_text_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(HistoryError, match="line 1: not JSON: 'utf-8' codec"):
        read_lines([b"\xff\n"])
