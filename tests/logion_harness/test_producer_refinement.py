from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from logion.log import producers
from logion.log.producers import Producer, Span
from logion.records.batch import Batch
from logion_harness.producer_refinement import refinement, remembered, stored
from logion_model import producer as model
from logion_model.kernel import Report, Spec, explore
from logion_model.producer import KIP_98, KIP_360, Known, Rules, Scope

KAFKAS = 5
"""Batches that a broker remembers: `max.in.flight.requests.per.connection` at most."""

LONG = Scope(batches=7, in_flight=6, remembered=KAFKAS, epochs=0, forgets=0)
"""One instance that sends more than is remembered."""

WIDE = Scope(batches=4, in_flight=2, remembered=KAFKAS, epochs=1, forgets=1)
"""Two instances, and a broker that forgets."""

Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.mark.world
@pytest.mark.parametrize("rules", [KIP_360, KIP_98], ids=lambda rules: rules.name)
@pytest.mark.parametrize("scope", [LONG, WIDE], ids=["long", "wide"])
def test_the_code_answers_and_remembers_as_the_model_does(
    rules: Rules, scope: Scope
) -> None:
    found = explore(refinement(rules, scope))
    assert found.violation is None, str(found.violation)
    assert found.complete


@pytest.mark.parametrize("rules", [KIP_360, KIP_98], ids=lambda rules: rules.name)
def test_the_code_reaches_exactly_the_states_of_the_model(rules: Rules) -> None:
    code: Report[object] = counted(refinement(rules, WIDE))
    specified: Report[object] = counted(model.specification(rules, WIDE))
    assert (code.distinct, code.depth) == (specified.distinct, specified.depth)
    assert code.taken == specified.taken
    assert code.never_taken == ()


def counted(spec: Spec[object]) -> Report[object]:
    return explore(spec, invariants=())


def test_what_the_code_remembers_is_seen_as_batches_of_the_model() -> None:
    producer = Producer(7, 1, (Span(0, 1, 4, 5, 0), Span(2, 3, 8, 9, 0)))
    assert remembered(None) == Known(-1, ())
    assert remembered(producer) == Known(1, ((0, 2), (1, 4)))


def test_a_batch_of_the_model_is_stored_with_its_sequences_and_offsets() -> None:
    batch = stored(model.Batch(1, 3), 5)
    assert (batch.producer_epoch, batch.base_sequence, batch.last_sequence) == (1, 6, 7)
    assert (batch.base_offset, batch.last_offset) == (10, 11)


def one_batch_fewer_remembered(patch: pytest.MonkeyPatch) -> None:
    """The fifth batch back is taken for a gap."""
    patch.setattr(producers, "BATCHES_REMEMBERED", KAFKAS - 1)


def one_batch_more_remembered(patch: pytest.MonkeyPatch) -> None:
    """The sixth batch back is still answered."""
    patch.setattr(producers, "BATCHES_REMEMBERED", KAFKAS + 1)


def earlier_instances_not_fenced(patch: pytest.MonkeyPatch) -> None:
    """A zombie's first batch is taken for a newer instance's."""
    patch.setattr(producers, "check_epoch", lambda *_: None)


def repeats_found_whatever_the_epoch(patch: pytest.MonkeyPatch) -> None:
    """A new instance's first batch is taken for a repeat of the earlier one's."""
    repeated = producers.repeated

    def in_any_epoch(known: Producer | None, batch: Batch) -> Span | None:
        if known is not None:
            known = replace(known, epoch=batch.producer_epoch)
        return repeated(known, batch)

    patch.setattr(producers, "repeated", in_any_epoch)


def batches_kept_across_epochs(patch: pytest.MonkeyPatch) -> None:
    """A new instance inherits the batches of the one before."""

    def inherited(known: Producer | None, batch: Batch) -> Producer:
        known = known or Producer(batch.producer_id)
        return replace(known, epoch=batch.producer_epoch)

    patch.setattr(producers, "_in_epoch", inherited)


def gaps_not_noticed(patch: pytest.MonkeyPatch) -> None:
    """Whatever is no repeat is appended."""
    patch.setattr(producers, "check_next", lambda *_: None)


def repeats_not_noticed(patch: pytest.MonkeyPatch) -> None:
    """A retry is refused instead of answered."""
    patch.setattr(producers, "repeated", lambda *_: None)


def unknown_producers_begin_anywhere(patch: pytest.MonkeyPatch) -> None:
    """The setting for releases before KIP-360 is not looked at."""
    check_next = producers.check_next
    patch.setattr(
        producers, "check_next", lambda known, batch, _: check_next(known, batch)
    )


PLANTED = (
    (one_batch_fewer_remembered, LONG),
    (one_batch_more_remembered, LONG),
    (earlier_instances_not_fenced, WIDE),
    (repeats_found_whatever_the_epoch, WIDE),
    (batches_kept_across_epochs, WIDE),
    (gaps_not_noticed, WIDE),
    (repeats_not_noticed, WIDE),
    (unknown_producers_begin_anywhere, WIDE),
)


@pytest.mark.parametrize(("plant", "scope"), PLANTED)
def test_a_planted_bug_is_caught_by_an_answer(
    plant: Plant, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    judged = ["answers as the model does"]
    assert explore(refinement(KIP_98, scope), invariants=judged).violation
