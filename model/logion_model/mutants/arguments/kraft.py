"""Of a partition under a KRaft controller."""

from __future__ import annotations

from collections.abc import Mapping

from logion_model.mutants.arguments.reasons import BOUND, VARIANT

_NOTHING_NEW = f"{BOUND}: records that change nothing are not read alone"
_RESTART = "a broker that starts while it runs is one that stops and starts at once"
_FETCHES_LESS = (
    f"{BOUND}: without a part of it a follower takes itself for up to date sooner, and"
    " fetches less"
)
_SAME_BY_THE_RULE = "what comes after gives the same end of such a log"
_STOPPED = "who stops gives up its role and its fetchers: `_stopped`"
_NO_PROPOSAL = "only who leads has a proposal: whoever ceases to gives it up"
_CLEARED = (
    "a proposal is given up once the partition has a later epoch: `_stays_leader`,"
    " `_becomes_leader`"
)
_ASKED_TWICE = "`_taken` and `_is_stale` both ask"

ARGUMENTS: Mapping[str, Mapping[str, str]] = {
    "kip-966": {
        # of the controller
        "_eligible: not world.rules.keeps_eligible": VARIANT,
        "unfence: registration.is_fenced": "to be heard of again changes nothing",
        "unfence: state.brokers[broker].status is Status.RUNNING": "a broker that is"
        " down may lead by name, as one that fails just after it was heard of",
        "reassign: now.adding | now.removing": f"{BOUND}: KIP-455 lets a reassignment"
        " take the place of one that is under way; at 2,2,1,1,0,0,0,0,0,2,1,0 it"
        " survives",
        "reassign: adding | removing": "a reassignment to where it is spends an epoch",
        # of followers
        "_has_converged: theirs.end_offset == mine.end_offset": _FETCHES_LESS,
        "_has_converged: theirs.high_watermark == mine.high_watermark": _FETCHES_LESS,
        "fetch: broker.status is not Status.RUNNING": f"{_STOPPED}; `position` leads"
        " past it",
        "fetch: position": "a broker that runs and knows a leader has a fetcher for it:"
        " `_becomes_follower`",
        "fetch: not _has_converged(state, leader, index)": f"{BOUND}: a fetch that"
        " changes nothing is not sent",
        "end_of_epoch: not broker.log": _SAME_BY_THE_RULE,
        "end_of_epoch: broker.last_epoch == epoch": _SAME_BY_THE_RULE,
        "end_of_epoch: is_leaders": "nobody has records of a leader's epoch that it has"
        " not itself: its log ends with that epoch or before it",
        "answer_fetch: leader.status is Status.RUNNING": "as if it had answered just"
        " before it stopped: what was on the way then is lost anyway",
        "_error: epoch < request.leader_epoch": "a leader that is asked in an epoch of"
        " which it has not heard would answer in its former one: the answer is stale",
        "take_fetched: follower.status is Status.RUNNING": "what was on its way to a"
        " broker that stops is lost: `_disconnected`",
        "take_fetched: fetcher.is_waiting": "an answer is on its way only as long as"
        " somebody waits for it",
        "_is_stale: position is None": _ASKED_TWICE,
        "_is_stale: position.offset != answer.offset and rules.checks_fetch_offset": (
            "what an answer of this epoch brings is what the last fetch asked for, as"
            " `answers-fit` promises, and an error only leaves a mark: at"
            " 2,2,2,1,1,0,1,1,0,0,1,0 it survives; no world was found that needs it"
        ),
        "_is_stale: rules.checks_fetch_epoch": f"{VARIANT}; what it is for dies as"
        " `_taken: _is_stale(rules, follower, answer)`",
        "_taken: position is None": _ASKED_TWICE,
        "_taken: answer.error": "a refusal would be an answer without records, with a"
        " high watermark that is true all the same; that the follower waits before it"
        " asks again is a state of its own",
        "_truncation_point: mine.epoch != diverging.epoch": "the two ends differ only"
        " where a follower has more records of earlier epochs than the leader has up to"
        " a later one, and a later one itself: four records, and the worlds have two",
        # of leaders
        "settled: is_acked": "without it nothing is ever acknowledged, so that less is"
        " promised",
        "advanced: end <= start": "the high watermark goes back: what was acknowledged"
        " and consumed is on whoever may be elected all the same, and no promise is"
        " about the number",
        "_leaders: broker.status is Status.RUNNING": _STOPPED,
        "propose: request.members == leader.view.isr": "a proposal of the ISR that is"
        " there changes its epoch alone",
        "propose: is_old and refusal(world.rules, state, request)": f"{BOUND}: what was"
        " refused would be refused again",
        "learn_isr: broker.status is not Status.RUNNING": f"{_STOPPED}; `broker.role is"
        " not Role.LEADER` leads past it",
        "learn_isr: broker.role is not Role.LEADER": _NO_PROPOSAL,
        "learn_isr: broker.is_proposing": _CLEARED,
        "Broker.is_proposing: proposal.partition_epoch >= self.view.partition_epoch": (
            _CLEARED
        ),
        "_agreed: partition.partition_epoch <= view.partition_epoch": "an answer to the"
        f" present proposal has a later epoch than the view: {_CLEARED}",
        # of brokers that start, stop, and read
        "start: not broker.status.is_offline": _RESTART,
        "Status.is_offline: self in (Status.OFFLINE_CLEAN, Status.OFFLINE_DIRTY)": (
            _RESTART
        ),
        "learn_registration: broker.status is Status.STARTING": "a broker that runs has"
        " had the answer of this life: `is_mine`",
        "_failed_to_fetch: not is_waiting": "it only marks that a fetch has failed, and"
        " nothing asks for the mark",
        "stop_dirty: broker.status.is_offline": "a log that is lost while its broker is"
        " down is lost as if that had died with it",
        "stop_clean: broker.status.is_offline": "a broker that is down and stops stays"
        " down; it leaves no epoch, and so is taken for one that has lost its log",
        "_matters: index in broker.view.replicas": _NOTHING_NEW,
        "_matters: record.leader_epoch > broker.view.leader_epoch": _NOTHING_NEW,
        "_matters: index in record.replicas": _NOTHING_NEW,
        "read_metadata: _matters(index, broker, record)": _NOTHING_NEW,
        "_applied: index not in new.replicas": "a broker that keeps the log of a"
        " replica that it is not any more is asked for it by nobody",
    },
}
"""Arguments by model and name of the guard."""
