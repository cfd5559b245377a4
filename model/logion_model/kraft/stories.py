"""Beginnings: what has happened before a world is explored.

Some faults need a long story. A world may begin after the steps of one, written as a
counterexample prints them, so that what follows can be explored to its end. A step that
the rules or the bounds do not allow is an error: a story has to be possible.
"""

from __future__ import annotations

from collections.abc import Callable

from logion_model.kraft.rules import Steps
from logion_model.kraft.state import State

_REGISTERED_TWICE = """
write(0, 0)
stop_clean(0, 0, leader=None)
start(0)
register(0, leader=0)
stop_clean(0, 0, leader=None)
start(0)
register(0, leader=0)
learn_registration(0, 4)
read_metadata(0, 4)
unfence(1, leader=0)
read_metadata(1, 4)
fetch(1, 0)
answer_fetch(0, 1)
take_fetched(1, 0)
fetch(1, 0)
answer_fetch(0, 1)
propose(0, 0, 1)
alter_partition(0, 0, 1, leader=0)
learn_isr(0, accepted)
stop_clean(0, 0, leader=1)
start(0)
"""
"""Broker 0 was registered twice while it was alone in the ISR, and took only the second
answer. Broker 1 joined; then broker 0 stopped, so that 1 leads, and starts again."""

_COMMITTED_UNKNOWN = """
fetch(1, 0)
fetch(2, 0)
write(0, 0)
answer_fetch(0, 1)
answer_fetch(0, 2)
take_fetched(1, 0)
take_fetched(2, 0)
fetch(1, 0)
fetch(2, 0)
answer_fetch(0, 1)
answer_fetch(0, 2)
stop_dirty(0, leader=1)
"""
"""A record is committed on three brokers, but only the leader knew; it lost its log.
The new leader's high watermark is still 0."""

_ANSWER_ON_ITS_WAY = """
fetch(1, 0)
write(0, 0)
answer_fetch(0, 1)
take_fetched(1, 0)
fence(0, leader=2)
read_metadata(2, 1)
read_metadata(1, 1)
fetch(1, 2)
answer_fetch(2, 1)
read_metadata(0, 1)
fetch(0, 2)
answer_fetch(2, 0)
take_fetched(0, 2)
fetch(0, 2)
answer_fetch(2, 0)
unfence(0, leader=2)
propose(2, 0, 1, 2)
alter_partition(2, 0, 1, 2, leader=2)
learn_isr(2, accepted)
write(2, 1)
take_fetched(0, 2)
fetch(0, 2)
answer_fetch(2, 0)
take_fetched(0, 2)
fence(2, leader=0)
read_metadata(0, 3)
read_metadata(1, 3)
fetch(1, 0)
answer_fetch(0, 1)
take_fetched(1, 0)
fetch(1, 0)
answer_fetch(0, 1)
take_fetched(1, 0)
fetch(1, 0)
answer_fetch(0, 1)
take_fetched(1, 0)
unfence(2, leader=0)
read_metadata(2, 3)
fetch(2, 0)
answer_fetch(0, 2)
propose(0, 0, 1, 2)
alter_partition(0, 0, 1, 2, leader=0)
learn_isr(0, accepted)
"""
"""Broker 2 has told 1 to truncate a record that it took from 0. Before 1 hears of it, 0
leads again, so that it tells the same; 1 has copied and committed another record at
that offset. All three are in sync, and the answer of broker 2 is still on its way."""

_ALONE = """
fetch(1, 0)
write(0, 0)
answer_fetch(0, 1)
take_fetched(1, 0)
fetch(1, 0)
answer_fetch(0, 1)
fence(1, leader=0)
read_metadata(0, 1)
"""
"""A record is committed on both brokers; then one is fenced and out of the ISR."""

_REGISTERED_TWICE_KNOWN = """
write(0, 0)
stop_clean(0, 1, leader=None)
start(0)
register(0, leader=0)
stop_clean(0, 1, leader=None)
start(0)
register(0, leader=0)
learn_registration(0, 4)
read_metadata(0, 4)
unfence(1, leader=0)
read_metadata(1, 4)
fetch(1, 0)
answer_fetch(0, 1)
take_fetched(1, 0)
fetch(1, 0)
answer_fetch(0, 1)
propose(0, 0, 1)
alter_partition(0, 0, 1, leader=0)
learn_isr(0, accepted)
stop_clean(0, 4, leader=1)
start(0)
"""
"""The same as `_REGISTERED_TWICE` with KIP-966: broker 0 says which epoch it had."""

_ELECTED_WITHOUT = """
fetch(1, 0)
write(0, 0)
answer_fetch(0, 1)
take_fetched(1, 0)
fence(0, leader=2)
read_metadata(2, 1)
read_metadata(0, 1)
fetch(0, 2)
answer_fetch(2, 0)
take_fetched(0, 2)
write(2, 1)
fetch(0, 2)
answer_fetch(2, 0)
take_fetched(0, 2)
fence(2, leader=1)
read_metadata(1, 2)
read_metadata(0, 2)
fetch(0, 1)
answer_fetch(1, 0)
"""
"""Brokers 0 and 1 have a record of epoch 1. Broker 2 leads without it, and 0 has
another in its place, of epoch 2; 1 has slept through that. It leads next, with the
first record, and answers a fetch of 0."""

STORIES = (
    "",
    _REGISTERED_TWICE,
    _COMMITTED_UNKNOWN,
    _ANSWER_ON_ITS_WAY,
    _ALONE,
    _REGISTERED_TWICE_KNOWN,
    _ELECTED_WITHOUT,
)
"""What a world may begin after; the first is none at all."""


def after_story(state: State, number: int, steps: Callable[[State], Steps]) -> State:
    """Return the state after a story.

    Raises ValueError if there is no such story, or one of its steps is not possible.
    """
    if number >= len(STORIES):
        raise ValueError(f"story {number}: there are {len(STORIES)}, from 0")
    for line in STORIES[number].split("\n")[1:-1]:
        possible = {str(action): after for action, after in steps(state)}
        if line not in possible:
            raise ValueError(f"story {number}: {line} is not possible in this world")
        state = possible[line]
    return state
