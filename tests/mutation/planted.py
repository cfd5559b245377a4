"""Bugs like those of history, put into the code, and the suite that finds each.

Every one is a patch of a line or two in the suite that is named; CI runs them all.
Examples and seconds were taken on 2026-11-29, on a machine that others used as well.
"""

from __future__ import annotations

from typing import NamedTuple


class Planted(NamedTuple):
    """A bug in the code, and how it is found."""

    what: str
    bug: str
    suite: str
    """The file under `tests/logion_harness` that plants it."""
    after: str
    """How much was tried until it was found."""
    seconds: float


PLAY, LOG = "simulation/test_planted.py", "test_log_machine.py"

PLANTED = (
    Planted("high watermark", "the_last_record_waits", PLAY, "seed 0, the 1st", 4.3),
    Planted("truncation", "truncation_that_leaves_a_batch", LOG, "10 programs", 4.9),
    Planted(
        "truncation, to the leader's end alone",
        "the_leaders_end_is_enough",
        "test_replica_refinement.py",
        "every step at 2,2,2,2, until one is not the model's",
        0.6,
    ),
    Planted(
        "sequence window",
        "one_batch_fewer_remembered",
        "test_producer_refinement.py",
        "every delivery in the states of 7,6,5,0,0, until one is not the model's",
        0.3,
    ),
    Planted(
        "generation fencing",
        "commits_unfenced",
        "test_group_play.py",
        "at most 100 programs",
        2.8,
    ),
    Planted(
        "recovery order",
        "the_first_commit_counts",
        PLAY,
        "seeds 0 and 1, the 2nd",
        5.4,
    ),
    Planted(
        "recovery, of a torn tail",
        "recovery_looks_at_nothing",
        PLAY,
        "seeds 0 to 22, the 23rd",
        41.5,
    ),
    Planted("index", "index_that_points_past_the_batch", LOG, "12 programs", 2.0),
    Planted(
        "offset reuse",
        "the_last_batch_is_forgotten",
        PLAY,
        "seeds 0 and 1, the 2nd",
        6.5,
    ),
    Planted(
        "fetch past the last stable offset",
        "reads_go_past_the_last_stable_offset",
        PLAY,
        "seeds 0 and 1, the 2nd",
        3.8,
    ),
    Planted("lost wake-up", "one_is_woken", PLAY, "seeds 0 and 1, the 2nd", 4.4),
    Planted(
        "compaction",
        "compaction_that_drops_the_last_record_of_a_batch",
        LOG,
        "6 programs",
        1.6,
    ),
)
"""One of each kind; the suites plant others beside them."""
