"""Each kind of anomaly: a history that shows it, and one that nearly does."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from logion_model.history.kinds import MEANING, Kind

from tests.logion_model.history.told import verdict_on


class Pair(NamedTuple):
    """What shows a kind, what nearly does, and what proves it."""

    kind: Kind
    shows: str
    proof: tuple[int, ...]
    """The operations that are to be pointed at."""
    nearly: str
    is_tolerated: bool = False


PAIRS = {
    "an offset with two values": Pair(
        Kind.INCONSISTENT_OFFSETS,
        """p0 ok send a 1@0
           p1 ok send a 2@1
           p2 ok poll a 1@0 2@1
           p3 ok poll a 2@0""",
        (0, 3),
        """p0 ok send a 1@0
           p1 ok send b 2@0
           p2 ok poll a 1@0, b 2@0
           p3 ok poll a 1@0""",
    ),
    "an offset acknowledged to two": Pair(
        Kind.INCONSISTENT_OFFSETS,
        """p0 ok send a 1@0
           p1 ok send a 2@0""",
        (0, 1),
        """p0 ok send a 1@0
           p1 fail send a 2@0""",
    ),
    "a value at two offsets": Pair(
        Kind.DUPLICATE,
        """p0 ok send a 1@0
           p1 ok poll a 1@0 1@4""",
        (0, 1),
        """p0 ok send a 1@0
           p0 ok send b 1@4
           p1 ok poll a 1@0, b 1@4
           p2 ok poll a 1@0""",
    ),
    "a value acknowledged here and polled there": Pair(
        Kind.DUPLICATE,
        """p0 ok send a 1@3
           p1 ok poll a 1@4""",
        (0, 1),
        """p0 fail send a 1@3
           p1 ok poll a 1@4""",
    ),
    "what was acknowledged below what was polled": Pair(
        Kind.LOST_WRITE,
        """p0 ok send a 1@0
           p0 ok send a 2@1
           p1 ok poll a 2@1""",
        (0, 2),
        """p0 ok send a 1@0
           p0 ok send a 2@1
           p1 ok poll a 1@0""",
    ),
    "the other part of a transaction that was seen": Pair(
        Kind.LOST_WRITE,
        """p0 unknown send a 1@0; send b 2@0
           p1 ok send b 3@1
           p2 ok poll a 1@0, b 3@1""",
        (0, 2),
        """p0 unknown send a 1@0; send b 2@0
           p1 ok send b 3@1
           p2 ok poll b 3@1""",
    ),
    "what was acknowledged and never polled": Pair(
        Kind.UNSEEN,
        """p0 ok send a 1@0
           p0 ok send a 2
           p1 ok poll a 1@0""",
        (1,),
        """p0 ok send a 1@0
           p0 unknown send a 2
           p1 ok poll a 1@0""",
    ),
    "what a failed transaction wrote": Pair(
        Kind.G1A,
        """p0 fail send a 1
           p1 ok poll a 1@0""",
        (0, 1),
        """p0 unknown send a 1
           p1 ok poll a 1@0""",
    ),
    "what failed, seen by what failed": Pair(
        Kind.G1A,
        """p0 fail send a 1; poll
           p1 ok poll a 1@0""",
        (0, 1),
        """p0 fail send a 1; poll
           p1 fail poll a 1@0""",
    ),
    "its own value": Pair(
        Kind.PRECOMMITTED_READ,
        "p0 ok send a 1@0; poll a 1@0",
        (0,),
        """p0 ok send a 1@0; send b 1@0
           p0 ok send a 2@1; poll a 1@0, b 1@0
           p0 ok poll a 2@1""",
    ),
    "a known value left out": Pair(
        Kind.POLL_SKIP,
        """p0 ok send a 1@0
           p0 ok send a 2@1
           p0 ok send a 3@2
           p1 assign a
           p1 ok poll a 1@0
           p1 ok poll a 3@2
           p2 ok poll a 2@1""",
        (4, 5),
        """p0 ok send a 1@0
           p0 ok send a 2@3
           p1 assign a
           p1 ok poll a 1@0
           p1 ok poll a 2@3""",
    ),
    "a known value left out, between assignments": Pair(
        Kind.POLL_SKIP,
        """p0 ok send a 1@0; send a 2@1; send a 3@2
           p1 ok poll a 1@0
           p1 ok send b 4@0
           p1 ok poll
           p1 ok poll a 3@2""",
        (1, 4),
        """p0 ok send a 1@0; send a 2@1; send a 3@2
           p1 ok poll a 1@0
           p1 assign a
           p1 ok poll a 3@2""",
    ),
    "a known value left out by a member of a group": Pair(
        Kind.POLL_SKIP,
        """p0 ok send a 1@0; send a 2@1; send a 3@2
           p1 subscribe a
           p1 ok poll a 1@0
           p1 ok poll a 3@2""",
        (2, 3),
        """p0 ok send a 1@0; send a 2@1; send a 3@2
           p1 subscribe a
           p1 ok poll a 1@0
           p1 subscribe a
           p1 ok poll a 3@2""",
        is_tolerated=True,
    ),
    "the same again": Pair(
        Kind.NONMONOTONIC_POLL,
        """p0 ok send a 1@0; send a 2@1
           p1 ok poll a 1@0 2@1
           p1 ok poll a 2@1""",
        (1, 2),
        """p0 ok send a 1@0; send a 2@1
           p1 ok poll a 1@0
           p2 ok poll a 1@0
           p1 ok poll a 2@1""",
    ),
    "the same again to a member of a group": Pair(
        Kind.NONMONOTONIC_POLL,
        """p0 ok send a 1@0
           p1 subscribe a
           p1 ok poll a 1@0
           p1 ok poll a 1@0""",
        (2, 3),
        """p0 ok send a 1@0
           p1 ok poll a 1@0
           p1 fail poll
           p1 ok poll a 1@0""",
        is_tolerated=True,
    ),
    "a known value left out inside": Pair(
        Kind.INT_POLL_SKIP,
        """p0 ok send a 1@0; send a 2@1; send a 3@2
           p1 subscribe a
           p1 ok poll a 1@0 3@2""",
        (2,),
        """p0 ok send a 1@0; send a 2@1; send a 3@2
           p1 subscribe a
           p1 ok poll a 1@0 3@2 !a""",
    ),
    "a known value left out between polls of a transaction": Pair(
        Kind.INT_POLL_SKIP,
        """p0 ok send a 1@0; send a 2@1; send a 3@2
           p1 ok poll a 1@0; poll a 3@2""",
        (1,),
        """p0 ok send a 1@0; send a 2@1; send a 3@2
           p1 ok poll a 1@0; poll a 2@1""",
    ),
    "one step back inside": Pair(
        Kind.INT_NONMONOTONIC_POLL,
        """p0 ok send a 1@0; send a 2@1
           p1 fail poll a 2@1; poll a 1@0""",
        (1,),
        """p0 ok send a 1@0; send b 2@0
           p1 ok poll b 2@0; poll a 1@0""",
    ),
    "sends of one process in reverse": Pair(
        Kind.NONMONOTONIC_SEND,
        """p0 ok send a 1@1
           p0 ok send a 2@0""",
        (0, 1),
        """p0 ok send a 1@1
           p1 ok send a 2@0
           p0 ok send b 3@0""",
    ),
    "sends of one process in reverse, as a poll shows": Pair(
        Kind.NONMONOTONIC_SEND,
        """p0 ok send a 1
           p0 unknown send a 2
           p1 ok poll a 2@0 1@1""",
        (0, 1),
        """p0 ok send a 1
           p0 fail send a 2
           p1 ok poll a 2@0 1@1""",
    ),
    "others between the sends of a transaction": Pair(
        Kind.INT_SEND_SKIP,
        """p0 0-5 ok send a 1@0; send a 2@2
           p1 1-4 ok send a 3@1""",
        (0,),
        """p0 0-5 ok send a 1@0; send a 2@2
           p1 1-4 fail send a 3@1""",
        is_tolerated=True,
    ),
    "sends of a transaction in reverse": Pair(
        Kind.INT_NONMONOTONIC_SEND,
        "p0 ok send a 1@1; send a 2@0",
        (0,),
        "p0 ok send a 1@1; send b 2@0",
    ),
    "writes before each other": Pair(
        Kind.G0,
        """p0 0-5 ok send a 1@0; send b 1@1
           p1 1-4 ok send a 2@1; send b 2@0""",
        (0, 1),
        """p0 0-5 ok send a 1@0; send b 1@0
           p1 1-4 ok send a 2@1; send b 2@1""",
        is_tolerated=True,
    ),
    "writes before each other, with a process": Pair(
        Kind.G0_PROCESS,
        """p0 ok send a 1@1
           p0 ok send a 2@0""",
        (0, 1),
        """p0 ok send a 1@0
           p0 ok send a 2@1""",
        is_tolerated=True,
    ),
    "writes before each other, with time": Pair(
        Kind.G0_REALTIME,
        """p0 ok send a 1@1
           p1 ok send a 2@0""",
        (0, 1),
        """p0 0-2 ok send a 1@1
           p1 1-3 ok send a 2@0""",
        is_tolerated=True,
    ),
    "two that saw each other": Pair(
        Kind.G1C,
        """p0 0-5 ok send a 1@0; poll b 2@0
           p1 1-4 ok send b 2@0; poll a 1@0""",
        (0, 1),
        """p0 0-5 ok send a 1@0; poll b 2@0
           p1 1-4 ok send b 2@0; poll""",
    ),
    "one that saw another's write and wrote before it": Pair(
        Kind.G1C,
        """p0 0-5 ok send a 1@1
           p1 1-4 ok send a 2@0; poll a 1@1""",
        (0, 1),
        """p0 0-5 ok send a 1@1
           p1 1-4 ok send a 2@2; poll a 1@1""",
        is_tolerated=True,
    ),
    "a poll before its process's send, in a circle": Pair(
        Kind.G1C_PROCESS,
        """p1 0-9 ok send a 1@0; poll b 2@0
           p0 1-2 ok poll a 1@0
           p0 3-4 ok send b 2@0""",
        (0, 1, 2),
        """p1 0-9 ok send a 1@0; poll b 2@0
           p0 1-2 ok poll
           p0 3-4 ok send b 2@0""",
    ),
    "a poll before another process's send, in a circle": Pair(
        Kind.G1C_REALTIME,
        """p1 0-9 ok send a 1@0; poll b 2@0
           p0 1-2 ok poll a 1@0
           p2 3-4 ok send b 2@0""",
        (0, 1, 2),
        """p1 0-9 ok send a 1@0; poll b 2@0
           p0 1-4 ok poll a 1@0
           p2 3-6 ok send b 2@0""",
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_what_shows_a_kind_is_found_with_what_proves_it(name: str) -> None:
    pair = PAIRS[name]
    found = verdict_on(pair.shows).anomalies[pair.kind]
    assert [tuple(sorted(it.operations)) for it in found] == [pair.proof]
    assert [it.is_tolerated for it in found] == [pair.is_tolerated]


@pytest.mark.parametrize("name", PAIRS)
def test_what_nearly_shows_a_kind_does_not(name: str) -> None:
    pair = PAIRS[name]
    assert pair.kind not in verdict_on(pair.nearly).anomalies


def test_each_kind_has_its_pair() -> None:
    assert {pair.kind for pair in PAIRS.values()} == set(Kind)
    assert set(MEANING) == set(Kind)
    assert len(Kind) == 19
