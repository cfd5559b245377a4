"""What is each rule of KIP-320 there for? One thing wrong at a time.

Each row says at which of five scopes `strong-isr` first breaks, and after how many
states; all that is smaller holds. The order of the rows is that of their deaths.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from logion_model.catalogue import MODELS
from logion_model.entry import Scope
from logion_model.kernel import Report, explore, explore_packed
from logion_model.mutants.change import Change, changed, rewritten
from logion_model.replication import base, kip_320

MODEL, PROMISE = "kip-320", "strong-isr"

SCOPES: tuple[Scope, ...] = (
    (2, 2, 2, 1),
    (2, 2, 2, 2),
    (3, 2, 2, 1),
    (3, 2, 2, 2),
    (3, 3, 3, 2),
)
"""From the smallest world to the largest."""

FAST_FROM = 3
"""The scopes from this one on are left to the fast search."""

_SMALL, _TWO, _THREE, _LARGE, _LARGEST = SCOPES


class Row(NamedTuple):
    """A change, and what becomes of it."""

    change: Change
    scope: Scope
    """The smallest scope at which the promise breaks, or the largest one visited."""
    trace: int | None
    """States in a shortest counterexample, None if the promise holds."""
    argument: str = ""
    """Why nothing breaks."""


_SAME_EPOCH = "is_same_epoch(state, leader, member)"
_CUT = "rules.truncation_point(state, leader, index)"
_CHANGED = "_with_isr(state, index, leader.isr - {follower})"
_TOLD = "with_replica(state, index, leader._replace(isr=leader.isr - {follower}))"
_IS_TRUE = "(index, leader.epoch) == state.quorum[:2]"
_END = "state.replicas[follower].end_offset"
_MAY_FETCH = """rules.may_fetch(
                state, index, follower
            )"""

ROWS = (
    Row(
        rewritten(
            "the high watermark looks at the leader alone",
            base.advance_high_watermark,
            ("for member in leader.isr", "for member in [index]"),
        ),
        _SMALL,
        5,
    ),
    Row(
        rewritten(
            "anybody is elected",
            base.next_steps,
            ("if rules.elects_anybody", "if True"),
        ),
        _SMALL,
        7,
    ),
    Row(
        rewritten(
            "a leader goes on with an ISR that the quorum refused",
            base.leader_shrink_isr,
            ("_true_leaders(state)", "_leaders(state)"),
            (_CHANGED, f"{_CHANGED} if {_IS_TRUE} else {_TOLD}"),
        ),
        _SMALL,
        7,
    ),
    Row(
        rewritten(
            "the high watermark counts who follows another leader",
            kip_320.has_next,
            (_SAME_EPOCH, "True"),
        ),
        _SMALL,
        8,
    ),
    Row(
        rewritten(
            "a follower joins below the high watermark",
            kip_320.may_join,
            (f"{_END} >= state.replicas[leader].high_watermark", "True"),
        ),
        _SMALL,
        8,
    ),
    Row(
        rewritten(
            "nothing is truncated", base.become_follower, (_CUT, "replica.end_offset")
        ),
        _SMALL,
        9,
    ),
    Row(
        rewritten(
            "a follower truncates to the end of its leader's log",
            base.become_follower,
            (_CUT, "min(replica.end_offset, state.replicas[leader].end_offset)"),
        ),
        _SMALL,
        9,
    ),
    Row(
        rewritten(
            "the quorum's ISR is written by former leaders",
            base._true_leaders,  # noqa: SLF001 - the rule to be changed
            ("(index, replica.epoch) == state.quorum[:2]", "True"),
        ),
        _SMALL,
        9,
    ),
    Row(
        rewritten(
            "a leader takes orders of older epochs",
            base.become_leader,
            (
                "epoch <= state.replicas[leader].epoch",
                "epoch == state.replicas[leader].epoch",
            ),
        ),
        _SMALL,
        10,
    ),
    Row(
        rewritten("everything is truncated", base.become_follower, (_CUT, "0")),
        _SMALL,
        12,
    ),
    Row(
        rewritten(
            "a follower truncates to its own high watermark",
            base.become_follower,
            (_CUT, "replica.high_watermark"),
        ),
        _TWO,
        11,
    ),
    Row(
        rewritten(
            "a follower takes orders of older epochs",
            base.become_follower,
            ("epoch <= replica.epoch", "epoch == replica.epoch"),
        ),
        _THREE,
        11,
    ),
    Row(
        rewritten(
            "a follower joins before the leader has committed in its epoch",
            kip_320.may_join,
            ("has_committed_in_its_epoch(state, leader)", "True"),
        ),
        _THREE,
        12,
    ),
    Row(
        rewritten(
            "the high watermark counts members of another epoch",
            kip_320.has_next,
            (_SAME_EPOCH, "state.replicas[member].leader == leader"),
        ),
        _LARGE,
        13,
    ),
    Row(
        rewritten(
            "a follower truncates by the log of any epoch",
            kip_320.may_follow,
            (
                "leader.leader == request.leader and leader.epoch == request.epoch",
                "True",
            ),
        ),
        _LARGE,
        14,
    ),
    Row(
        rewritten(
            "a follower of another epoch joins",
            kip_320.may_join,
            (
                "is_same_epoch(state, leader, follower)",
                "state.replicas[follower].leader == leader",
            ),
        ),
        _LARGE,
        15,
    ),
    Row(
        rewritten(
            "a leader answers fetches of another epoch",
            base.replicate,
            (_MAY_FETCH, "replica.leader == index"),
        ),
        _LARGEST,
        17,
    ),
    Row(
        rewritten(
            "a leader shrinks its ISR at will",
            base.leader_shrink_isr,
            ("rules.lags(state, index, follower)", "True"),
        ),
        _LARGE,
        None,
        "a smaller ISR asks less of nobody: what is committed is on every member of"
        " the larger one, so on every member of the smaller one; only availability"
        " suffers",
    ),
    Row(
        rewritten(
            "a follower's high watermark passes the end of its log",
            base.replicate,
            ("min(leader.high_watermark, len(log))", "leader.high_watermark"),
        ),
        _LARGE,
        None,
        "the promise is about leaders: a follower that is elected was in the ISR, so"
        " it has what is committed, and its log reaches any high watermark that it"
        " was told by a leader of its epoch",
    ),
)


def found(change: Change, scope: Scope) -> Report[Any]:
    """Return what a search for a counterexample finds with the change made."""
    model = MODELS[MODEL]
    if scope in SCOPES[FAST_FROM:]:
        with change.made():
            return explore_packed(model.packed_at(scope), invariants=(PROMISE,))
    return explore(changed(model.at(scope), change), invariants=(PROMISE,))
