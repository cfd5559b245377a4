from __future__ import annotations

import pytest
from logion.protocol.errors import ApiError, Error
from logion_conformance.expect import Broken
from logion_conformance.histories import SEED, Notes, is_of_absence
from logion_model.history.operations import OK, POLL
from logion_model.history.reading import INVOKE


def sent(notes: Notes, process: str, *offsets: int) -> None:
    sends = [("t-0", f"{process}/{at}") for at in offsets]
    notes.begin(process, sends)
    notes.done(process, sends, offsets)


def polled(notes: Notes, *records: tuple[int, str]) -> None:
    notes.note("reader", INVOKE, POLL, [[POLL]])
    notes.note("reader", OK, POLL, [[POLL, {"t-0": [[*it] for it in records]}]])


def test_a_sound_history_passes() -> None:
    notes = Notes()
    sent(notes, "a", 0, 1)
    notes.begin("b", [("t-0", "open")])
    notes.lost("b", [("t-0", "open")])
    polled(notes, (0, "a/0"), (1, "a/1"))
    notes.expect_sound()


def test_a_failure_shows_the_seed_and_the_operations_that_prove_it() -> None:
    notes = Notes()
    sent(notes, "a", 0)
    sent(notes, "b", 1)
    polled(notes, (1, "b/1"))
    with pytest.raises(Broken) as broken:
        notes.expect_sound()
    assert f"seed {SEED}" in broken.value.what
    assert "lost-write: 1:" in broken.value.came
    assert "process a send ok: send t-0 'a/0' at 0" in broken.value.came
    assert "process reader poll ok: poll t-0 'b/1'@1" in broken.value.came


def test_what_was_aborted_is_not_to_be_read() -> None:
    notes = Notes()
    notes.begin("a", [("t-0", "gone")])
    polled(notes, (0, "gone"))
    notes.undone("a", [("t-0", "gone")])
    with pytest.raises(Broken) as broken:
        notes.expect_sound()
    assert "G1a: 1:" in broken.value.came


def test_a_record_that_nobody_sent_is_a_failure() -> None:
    notes = Notes()
    polled(notes, (0, "made up"))
    with pytest.raises(Broken) as broken:
        notes.expect_sound()
    assert "made up" in broken.value.came


@pytest.mark.parametrize(
    ("error", "is_away"),
    [
        (Error.NETWORK_EXCEPTION, True),
        (Error.LEADER_NOT_AVAILABLE, True),
        (Error.UNKNOWN_SERVER_ERROR, True),
        (Error.INVALID_REPLICATION_FACTOR, True),
        (Error.OFFSET_OUT_OF_RANGE, False),
        (Error.INVALID_RECORD, False),
    ],
)
def test_a_broker_that_starts_may_not_know_its_topics_yet(
    error: Error, *, is_away: bool
) -> None:
    assert is_of_absence(ApiError(error)) is is_away
