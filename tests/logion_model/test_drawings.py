"""Each specification with a drawing: every step is told, every picture can be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest
from logion_model import producer_id
from logion_model.catalogue import CATALOGUE, MODELS
from logion_model.commands.exploring import story_about
from logion_model.drawings import DRAWINGS, drawing_of
from logion_model.entry import Entry
from logion_model.kernel import Action, Search, explore
from logion_model.pictures.changes import called
from logion_model.pictures.page import page_of
from logion_model.pictures.scene import PLAIN
from logion_model.pictures.story import Story
from logion_model.pictures.svg import picture_of
from logion_model.transaction import state as transaction
from logion_model.transaction_log import state as transaction_log

STATES_MAX = 500
"""Enough to meet nearly every action of the smallest scope."""


def drawn() -> list[str]:
    """Return the models that have a drawing."""
    return [
        name
        for name, model in MODELS.items()
        if drawing_of(model.at(smallest(name).scope).initial[0]) is not PLAIN
    ]


@cache
def smallest(name: str) -> Entry:
    """Return what is known of a model at its smallest scope."""
    entries = [entry for entry in CATALOGUE if entry.name == name]
    return min(entries, key=lambda it: sum(it.scope))


@cache
def story(name: str) -> Story:
    return story_about(name, smallest(name).scope, None)


def by_drawing() -> dict[type, str]:
    """Return one model for each drawing."""
    return {
        type(MODELS[name].at(smallest(name).scope).initial[0]): name
        for name in reversed(drawn())
    }


def test_every_drawing_is_used() -> None:
    assert set(by_drawing()) == set(DRAWINGS)


@pytest.mark.parametrize("name", drawn())
def test_actions_are_told_by_lanes_that_are_there(name: str) -> None:
    told = set()
    for action, before, after in steps(name):
        event = drawing_of(before).event(action, before, after)
        states = (before, after)
        lanes = {it.name for at in states for it in drawing_of(at).lanes(at)}
        for message in event.messages:
            assert {message.source, message.target} <= lanes
        told.add((action.name, event.sentence != called(action)))
    assert {name for name, is_told in told if is_told}


@pytest.mark.parametrize("name", by_drawing().values())
def test_every_action_of_a_model_has_its_sentence(name: str) -> None:
    for action, before, after in steps(name):
        event = drawing_of(before).event(action, before, after)
        assert event.sentence != called(action)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("epoch-cache-kafka-6857", "replica 0 has other records than its leader"),
        ("epoch-cache-kafka-7415", "replica 1 cannot tell where epoch 0 ended"),
        (
            "epoch-cache-kafka-10706",
            "replica 0 asks again and again, and changes nothing",
        ),
        (
            "out-of-range-kafka-2143",
            "the follower's log ends at 1 and will be cut below 1, which is committed",
        ),
        (
            "out-of-range-kafka-9491",
            "the follower's log is from 1 to 1 with the high watermark at 0",
        ),
        (
            "power-loss-truncate-to-high-watermark",
            (
                "broker 1 is in the ISR of broker 0"
                " and lacks what that has committed at offset 0"
            ),
        ),
    ],
)
def test_who_shows_that_a_log_is_wrong_is_named(name: str, told: str) -> None:
    scope = next(it.scope for it in CATALOGUE if it.name == name)
    blame = story_about(name, scope, None).blame
    assert blame is not None
    assert blame.sentence == told


def test_a_follower_that_is_ahead_of_its_leader_is_named() -> None:
    name, broken = "power-loss-truncate-to-high-watermark", "no-follower-is-ahead"
    scope = next(it.scope for it in CATALOGUE if it.name == name)
    blame = story_about(name, scope, broken).blame
    assert blame is not None
    told = "the log of broker 1 ends at 1, that of its leader, broker 0, at 0"
    assert blame.sentence == told


def steps(name: str) -> Iterator[tuple[Action, Any, Any]]:
    """Yield some steps of a model: of each action the first few."""
    spec = MODELS[name].at(smallest(name).scope)
    states, met = list(spec.initial), Counter[str]()
    for state in states:
        for action, after in spec.next(state):
            if len(states) < STATES_MAX:
                states.append(after)
            met[action.name] += 1
            if met[action.name] <= 5:
                yield action, state, after


@pytest.mark.parametrize("name", by_drawing().values())
def test_a_trace_is_a_picture_that_stands_alone(name: str) -> None:
    picture = ElementTree.fromstring(picture_of(story(name)))
    steps = picture.findall(".//*[@data-step]")
    assert {int(it.get("data-step")) for it in steps} == set(
        range(len(story(name).frames))
    )
    page = page_of(story(name))
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page


@pytest.mark.parametrize("broken", ["weak-isr", "strong-isr"])
def test_who_breaks_a_promise_of_replication_is_marked(broken: str) -> None:
    spec = MODELS["truncate-to-high-watermark"].at((2, 2, 2, 1))
    violation = explore(spec, invariants=[broken]).violation
    assert violation is not None
    last = violation.steps[-1].state
    blame = drawing_of(last).blame(broken, last)
    assert blame is not None
    assert blame.lanes == {"broker 0", "broker 1"}
    assert "lacks what that has committed at offset 0" in blame.sentence
    assert drawing_of(last).blame("leader-in-isr", last) is None
    first = violation.steps[0].state
    assert drawing_of(first).blame(broken, first) is None


@pytest.mark.parametrize(
    ("name", "broken", "told"),
    [
        ("delivery-acks-1", "acknowledged-is-kept", "the leader has lost r0"),
        ("delivery-many-in-flight", "written-once", "the leader has r0 twice"),
        (
            *("delivery-at-least-once", "processed-once"),
            "the consumer has processed @0 twice",
        ),
        (
            *("delivery-at-most-once", "nothing-is-skipped"),
            "the consumer has skipped @0",
        ),
        (
            *("read-committed-kafka-9807", "only-committed"),
            "the consumer has seen offset 1, which is not committed",
        ),
        (
            *("read-committed-kafka-9807", "no-aborted"),
            "the consumer has seen offset 1, which is aborted",
        ),
        (
            *("power-loss-truncate-to-high-watermark", "followers-copy"),
            "broker 1 and its leader, broker 0, have different records",
        ),
        (
            *("transactional-offsets-before-kip-447", "processed-once"),
            "what is made of record 0 counts twice",
        ),
        (
            *("transactional-offsets-before-kip-447", "offsets-stay"),
            "offset 1 is committed after 2",
        ),
    ],
)
def test_what_breaks_a_promise_about_records_is_named(
    name: str, broken: str, told: str
) -> None:
    entries = [it for it in CATALOGUE if it.name == name]
    scope = next(it.scope for it in entries if broken in dict(it.broken))
    blame = story_about(name, scope, broken).blame
    assert blame is not None
    assert blame.sentence == told
    state = MODELS[name].at(scope).initial[0]
    assert drawing_of(state).blame(broken, state) is None


@pytest.mark.parametrize(
    ("name", "lanes"),
    [
        ("consumer-group-without-revocation", {"consumer 0", "consumer 1"}),
        ("group-one-generation", {"client 0", "client 1"}),
    ],
)
def test_two_owners_of_a_partition_are_marked(name: str, lanes: set[str]) -> None:
    entries = [entry for entry in CATALOGUE if entry.name == name]
    scope = next(it.scope for it in entries if "one-owner" in dict(it.broken))
    blame = story_about(name, scope, "one-owner").blame
    assert blame is not None
    assert blame.lanes == lanes
    assert "both" in blame.sentence
    state = MODELS[name].at(scope).initial[0]
    assert drawing_of(state).blame("one-owner", state) is None


BROKEN_TRANSACTIONS = [
    entry
    for entry in CATALOGUE
    if entry.name.startswith(("transactions-", "add-partitions"))
    and entry.broken
    and entry.distinct
    and entry.distinct < 2_000
]


@pytest.mark.parametrize("entry", BROKEN_TRANSACTIONS, ids=str)
def test_in_every_state_of_transactions_who_breaks_a_promise_is_found_and_nobody_else(
    entry: Entry,
) -> None:
    spec = MODELS[entry.name].at(entry.scope)
    search = Search.begun(spec, (), to_the_end=True)
    search.run()
    blamed = set()
    for state in search.parents:
        drawing = drawing_of(state)
        for promise in spec.invariants:
            blame = drawing.blame(promise.name, state)
            assert (blame is None) == promise.holds(state)
            if blame is not None:
                assert blame.lanes <= {lane.name for lane in drawing.lanes(state)}
                blamed.add(promise.name)
    assert blamed == set(dict(entry.broken))


T0 = transaction.Record(0, 0, 0)
ABORTED, COMMITTED = (
    transaction.Marker(0, 0, result, 0) for result in transaction.Result
)
TORN = transaction.State(((T0, COMMITTED), (T0, ABORTED)))
LOST = transaction.State(
    ((), ()),
    produces=frozenset({transaction.Produce(0, 0, 1, 0)}),
    committed=frozenset({0}),
)
REFUSED = transaction.State(
    ((), (transaction.Record(1, 1, 0),)),
    transaction.Coordinator(transaction.Phase.PREPARE_ABORT, 0, frozenset({1})),
)
CLIENT = transaction_log.Client(producer=1, epoch=0)
LEADING = transaction_log.Broker(0, 1, (None,), (None,))
COMPLETED = transaction_log.Write(
    *(0, transaction_log.Metadata(1, 0, -1, transaction_log.Phase.PREPARE_ABORT))
)


@pytest.mark.parametrize(
    ("broken", "state", "lanes", "told"),
    [
        (
            *("all-or-none", TORN, {"partition 0", "partition 1"}),
            "transaction 0 is committed in partition 0, aborted in partition 1",
        ),
        (
            *("committed-stays", LOST, {"partition 1"}),
            "partition 1 has no record of transaction 0, whose commit was confirmed",
        ),
        (
            *("ends-come", REFUSED, {"partition 1", "coordinator"}),
            "partition 1 will refuse the marker of its coordinator",
        ),
        (
            "clients-differ",
            transaction_log.State((LEADING,), (CLIENT, CLIENT)),
            {"client 0", "client 1"},
            "client 0 and client 1 both have producer 1, epoch 0",
        ),
        (
            "leaders-differ",
            transaction_log.State((LEADING, LEADING._replace(leader=1)), ()),
            {"broker 0", "broker 1"},
            "broker 0 and broker 1 both lead in epoch 1",
        ),
        (
            "phases-follow",
            transaction_log.State((LEADING._replace(log=(COMPLETED,)),), ()),
            {"broker 0"},
            "broker 0 has prepare abort of id 0 out of turn",
        ),
        (
            "epochs-differ",
            producer_id.State((producer_id.Client(epoch=0),) * 2),
            {"client 0", "client 1"},
            "client 0 and client 1 both have epoch 0",
        ),
    ],
)
def test_what_no_model_of_transactions_breaks_would_be_marked(
    broken: str, state: Any, lanes: set[str], told: str
) -> None:
    blame = drawing_of(state).blame(broken, state)
    assert blame is not None
    assert (blame.lanes, blame.sentence) == (lanes, told)
    assert drawing_of(state).blame("another promise", state) is None
