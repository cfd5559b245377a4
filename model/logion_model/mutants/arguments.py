"""Why nothing breaks without a guard: every survivor has its argument.

Only where other states are reached: a guard that others imply, and one whose absence
leads to no other state, cannot break a promise about states.
"""

from __future__ import annotations

from collections.abc import Mapping

_CLIENT = "it keeps clients from what they need not do: nothing is promised against it"
_RESTART = "a broker that starts while it runs is one that stops and starts at once"
_BOUND = "a bound of the explored world: records that change nothing are not read alone"
_SAME_PLACE = "each of its uses dies at 3,2,2,2, as the rows above say"

ARGUMENTS: Mapping[str, Mapping[str, str]] = {
    "kip-320": {
        "become_follower: not rules.may_follow(state, request)": "dies at 3,2,2,2: `a"
        " follower truncates by the log of any epoch`",
        "may_follow: leader.epoch == request.epoch": "dies at 3,2,2,2: `a follower"
        " truncates by the log of any epoch`",
        "is_same_epoch: mine.epoch == theirs.epoch": _SAME_PLACE,
    },
    "kip-966": {
        "refusal: is_fenced and rules.checks_fencing": "dies without KIP-966:"
        " `kraft-before-kip-841`",
        "fetch: not _has_converged(state, leader, index)": "a bound of the explored"
        " world: a fetch that changes nothing is not sent",
        "unfence: state.brokers[broker].status is Status.RUNNING": "a broker that is"
        " down may lead by name, as one that fails just after it was heard of",
        "reassign: adding | removing": "a reassignment to where it is spends an epoch",
        "answer_fetch: leader.status is Status.RUNNING": "as if it had answered just"
        " before it stopped: what was on the way then is lost anyway",
        "_answered: (error := _error(leader, request))": "the follower looks at the"
        " epoch of an answer as well; that both are needed takes three brokers and"
        " dies there: `kraft-any-fetch-epoch`",
        "_error: epoch > request.leader_epoch": "the follower looks at the epoch of an"
        " answer as well, with two brokers",
        "_answered: end.offset < request.offset": "a follower that is ahead in the same"
        " epoch is one whose leader has lost its log; it is given nothing then",
        "_taken: _is_stale(rules, follower, answer)": "dies in larger worlds:"
        " `kraft-any-fetch-epoch`",
        "_is_caught_up: end_offset is None and rules.awaits_fetch": "dies where a"
        " broker starts anew: `kraft-unheard-joins`",
        "start: not broker.status.is_offline": _RESTART,
        "Status.is_offline: self in (Status.OFFLINE_CLEAN, Status.OFFLINE_DIRTY)": (
            _RESTART
        ),
        "_matters: index in broker.view.replicas": _BOUND,
        "_matters: record.leader_epoch > broker.view.leader_epoch": _BOUND,
        "read_metadata: _matters(index, broker, record)": _BOUND,
        "read_metadata: broker.status is not Status.RUNNING": "what a broker reads"
        " before it runs it would read just after",
        "_applied: index not in new.replicas": "a broker that keeps the log of a"
        " replica that it is not any more is asked for it by nobody",
        "propose: request.members == leader.view.isr": "a proposal of the ISR that is"
        " there changes its epoch alone",
    },
    "async-isr": {
        "propose_expand: follower not in state.known.isr": "the proposed ISR is the one"
        " that is there: only its version changes",
        "replicate: end_offset < state.end_offsets[LEADER]": "the promise is that"
        " members have at least what is committed: more is no harm",
    },
    "control-requests": {
        "command: newest.is_online": "to be told twice to stop in one epoch is to be"
        " told once",
    },
    "epoch-cache": {
        "noted: epoch <= replica.last_epoch": "an epoch that is noted again stands"
        " behind its first note, and lookups take the first that is later",
    },
    "out-of-range": {
        "fetch: state.is_refused": "to fetch again after a refusal is to be refused"
        " again, or served if the leader has what is asked for by now",
    },
    "log-folder": {
        "_compacting: after != world.log": "a compaction that changes nothing",
        "_losing: offset >= world.compacted": "whoever truncates gives up what he cuts:"
        " it is promised no more; that nobody truncates what is committed is promised"
        " by replication",
    },
    "delivery-exactly-once": {
        "replicate: state.follower == state.leader": "with min.insync.replicas=2"
        " nothing is acknowledged while the follower is out, so it lacks nothing that"
        " was",
        "consume: has_more": "promises about consumers are about offsets; that only"
        " what is committed is read is promised in `read-committed`",
    },
    "group-classic": {
        "Coordinator.synced: group.phase is Phase.COMPLETING"
        " and group.member(member_id)": "who is not known to wait asks again, and gets"
        " its work then",
        "World.may_send: who.life + 1 < state.given[who.seat]": _CLIENT,
        "World.may_send: not member.is_joining": _CLIENT,
        "World.senders: self.may_send(state, who)": _CLIENT,
        "World.is_within_scope: state.phases < last or (state.phases == last"
        " and (not is_preparing))": "a bound of the explored world",
        "World.may_begin: is_static or not (is_in and latest in state.used)": _CLIENT,
        "World.ask_for_id: self.may_begin(state, seat)": _CLIENT,
        "World.leave: who in state.group.ids | state.group.pending": "nobody leaves:"
        " at most a join phase begins, as it always may",
        "World.pass_time: group.phase is Phase.PREPARING": "to end a phase that none is"
        " in gives up members, as sessions that end do",
        "World.pass_time: group.unsynced": "a join phase for no reason: a coordinator"
        " may begin one at any time",
    },
    "kip-848": {
        "is_unknown: not group.member(heartbeat.member_id)": "a member that is taken"
        " for unknown joins anew, as after its session has ended",
        "is_leaving: heartbeat.epoch == LEAVES": "a member that is taken for one that"
        " leaves is out, as after its session has ended",
        "is_fenced: member.epoch != heartbeat.epoch": "a member that is fenced without"
        " need gives up what it has and joins anew",
        "Answer.is_error: self.is_unknown or self.is_fenced": "a client that takes"
        " itself for fenced gives up what it has and joins anew",
        "Coordinator._turned: not leaving": "a member with nothing to give up says so"
        " with one heartbeat more",
        "World.expire_dead_member: is_another": "sessions of the living may end too",
        "World.send_heartbeat: is_converged(state)": "a bound of the explored world: a"
        " heartbeat that changes nothing is not sent",
        "World.perturb: client.epoch > 0": "a client that is not in may leave or crash"
        " as well",
    },
    "consumer-group-kip-848": {
        "divisions: seat.is_in": "what falls to an empty place is told to nobody, and"
        " is divided again once somebody joins",
        "next_steps: seat.is_in": "a heartbeat from an empty place is a way to join: it"
        " is given what is free",
    },
    "init-producer-id": {
        "ask: it.status is Status.READY": "a client that asks twice is given two ids,"
        " and uses the one that it hears of last",
    },
    "producer-copies": {
        "next_steps: state.follower_end < state.leader_end": "the promise is about a"
        " follower that is behind; one that is ahead is the matter of `out-of-range`",
        "next_steps: state.leader_start < min(state.leader_end, state.follower_end)": (
            "the promise is about a follower that is behind, and the log that it lacks"
            " is a shorter one"
        ),
    },
    "add-partitions": {
        "_refusal: request.epoch != known.epoch": "the promises here are about who"
        " coordinates; that an older epoch is fenced is one of `transactions-kip-890`",
        "may_commit: are_following": "a broker that has not heard of the leader gets"
        " its records early; what it does with them depends on whom it takes for the"
        " leader",
        "committed: write.metadata.phase is Phase.PREPARE_ABORT": "an abort of a"
        " transaction that nobody asked to abort, as after its time is over",
        "World.ask_for_id: client.status is not Status.READY": _CLIENT,
        "World.ask_to_add: client.adding": _CLIENT,
        "World.ask_to_add: partition not in client.partitions": _CLIENT,
        "World.change_leader: broker.leader != number": "the leader is elected again,"
        " in a later epoch: it begins with what its log says",
        "World.change_leader: not self.rules.unloads": "to resign by half is enough:"
        " `add-partitions-half-resigned` is a model of its own, and holds",
    },
    "transactions-kip-890": {
        "Producers._go_on: progress is Progress.NOTHING": "a partition that is added"
        " again is in the transaction already",
        "Producers.told_ended: (client.transaction, client.ending) == request[1:]": (
            "who is told of another's end begins anew in the present epoch: what it had"
            " open is aborted when its time is over"
        ),
        "Producers._waiting: client.ending is None": "a client that ends waits for all"
        " that it wrote anyway",
        "asked_to_end: not is_present(rules, now, request.epoch)": "a request that is"
        " two epochs old needs a third transaction; dies without any fencing:"
        " `transactions-without-fencing`",
        "World._may_forget: not known_something": "there is nothing to forget",
        "World._may_forget: self._known(state, partition).is_open": "with KIP-890 a"
        " record of a producer that is not known is verified with the coordinator",
    },
    "read-committed": {
        "is_open: own[-1] is Kind.RECORD": "a marker behind a marker ends nothing",
        "fetch: state.high_watermark": "a fetch of an empty log reads nothing",
    },
    "transactional-offsets": {
        "fetch_offset: member.generation": "a member that never owned the partition is"
        " told where to begin, and its commits are refused",
        "fetch_offset: member.position is None": "to be told again is to begin again"
        " at what is committed",
        "receive: member.asked is not None": "a commit without an offset writes none",
        "write: member.is_verifying": "what verification is there for is in"
        " `transactions-kip-890`; the generation is looked at when it is written",
    },
}
"""Arguments by model and name of the guard."""
