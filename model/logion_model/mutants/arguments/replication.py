"""Of replicas, logs, and the ISR in ZooKeeper."""

from __future__ import annotations

from collections.abc import Mapping

from logion_model.mutants.arguments.reasons import VARIANT

_DROPPED_BEFORE = (
    "who has caught up might have been dropped before it had: the same state by another"
    " way"
)
_NO_STEP_OF_ITS_OWN = (
    "`truncate` is a step of `kip-320-first-try`: with these rules it has returned by"
    " then"
)

_BASE: Mapping[str, str] = {
    "become_follower: index == leader": "a leader that may be followed is in the epoch"
    " of the request already: `epoch <= replica.epoch` leads past it",
    "become_follower: end_offset <= replica.end_offset": "the last record in common is"
    " never past the end of the log; `kip-101` may name an offset that is",
    "leader_shrink_isr: rules.lags(state, index, follower)": _DROPPED_BEFORE,
    "leader_expand_isr: follower not in leader.isr": "to admit a member again changes"
    " nothing",
    "truncate: follower != index": _NO_STEP_OF_ITS_OWN,
    "truncate: diverged(state, index, follower)": _NO_STEP_OF_ITS_OWN,
    "lags: not is_same_epoch(state, leader, follower) or next(ends) < next(ends)": (
        _DROPPED_BEFORE
    ),
}
"""What holds with and without losses of power."""

_LESS_IS_PROMISED = (
    "no condition of a step: it says which records are promised no more once they are"
    " compacted, and without it more of them are not"
)

ARGUMENTS: Mapping[str, Mapping[str, str]] = {
    "kip-320": {
        **_BASE,
        "become_follower: not rules.may_follow(state, request)": "needs a larger world:"
        " killed at 3,2,2,2 as `a follower truncates by the log of any epoch`",
        "may_follow: leader.leader == request.leader": "an epoch has one leader: who is"
        " in it was told of it by the one request that names it",
        "is_same_epoch: mine.leader == theirs.leader == leader": "an epoch has one"
        " leader, and only those are asked that lead",
    },
    "kip-101": {
        "_lags: not is_caught_up(state, leader, follower, end_offset)": "a smaller ISR"
        " asks less of nobody: only availability suffers",
    },
    "kip-320-first-try": {
        "shares_epoch: state.replicas[leader].leader != leader": "only those are asked"
        " that lead",
        "lags: not shares_epoch(state, leader, follower, end_offset)": _DROPPED_BEFORE,
        "has_diverged: last_offset >= len(theirs)"
        " or theirs[last_offset].epoch != mine.log[last_offset].epoch": "whose log has"
        " not left the leader's cuts nothing",
    },
    "power-loss": {
        **_BASE,
        "may_follow: leader.leader == request.leader": "a leader that has lost power"
        " leads nobody: who follows it all the same has nothing more from it, and"
        " waits for the next request",
        "is_same_epoch: mine.leader == theirs.leader == leader": "a replica that has"
        " lost power counts as a follower before it is told so again: it is of the"
        " epoch, and has a beginning of its leader's log",
        "is_same_epoch: mine.epoch == theirs.epoch": "needs a larger world: killed"
        " in `kip-320` at 3,2,2,2, by two more elections",
    },
    "async-isr": {
        "propose_expand: follower not in state.known.isr": "the proposed ISR is the one"
        " that is there: only its version changes",
        "propose_expand: is_caught_up": "the high watermark is computed here, not"
        " remembered: the same might have been proposed before the records were written"
        " that the follower lacks",
    },
    "control-requests": {
        "command: newest.is_online": "to be told twice to stop in one epoch is to be"
        " told once",
    },
    "epoch-cache": {
        "end_of: epoch == replica.last_epoch": "a leader has begun an epoch that who"
        " asks does not know, and a follower takes the end of its own log for the end"
        " of its last epoch anyway (`asked`)",
        "end_of: not later": "nobody asks for an epoch that is later than all known:"
        " `epochs-are-known`",
        "truncated: offset >= len(replica.log) and (not rules.forgets_at_end)": VARIANT,
        "ask: state.is_truncating": "who has truncated has a beginning of its leader's"
        " log: to ask again cuts nothing",
    },
    "out-of-range": {
        "fetch: state.is_refused": "to fetch again after a refusal is to be refused"
        " again, or served if the leader has what is asked for by now",
        "leave: state.leader.high_watermark < state.leader.end": "to commit what is"
        " committed changes nothing",
        "resolved: leader.end < follower.end": "the promise asks `resolved` too, as it"
        " was; who stays ahead is refused until its leader has caught up, and that its"
        " records are not the leader's is not told of here, where there are only"
        " offsets: `no-follower-is-ahead` of `power-loss` is",
        "resolved: leader.start <= follower.end and rules.asks_for_start": "the promise"
        " asks `resolved` too, as it was; `out-of-range-kafka-2143` has this guard off"
        " in both, and breaks `keeps-what-it-can`",
        "resolve: state.is_refused": "who asks without having been refused does what it"
        " would do after its next fetch, or nothing",
    },
    "log": {
        "_compacting: older.offset < newer.offset < end": _LESS_IS_PROMISED,
        "_compacting: parity(older.value) == parity(newer.value)": _LESS_IS_PROMISED,
        "_compacting: after != world.log": "a compaction that changes nothing",
    },
    "log-folder": {
        "next_steps: action.name != 'crash'": "in a folder that is synced a crash"
        " leaves what it leaves in `log`: the same states twice",
    },
}
"""Arguments by model and name of the guard."""
