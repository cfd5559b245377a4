"""Of producers, transactions, and who reads what they write."""

from __future__ import annotations

from collections.abc import Mapping

from logion_model.mutants.arguments.reasons import BOUND, CLIENT, VARIANT

_ONE_AT_A_TIME = "a client asks one thing at a time, and waits: the answer finds it so"
_LATE = f"{BOUND}: how late requests may be"
_TAKES_ALL = (
    f"{VARIANT}: a follower takes what its leader took; `producer-copies-kafka-6003`"
    " checks"
)

ARGUMENTS: Mapping[str, Mapping[str, str]] = {
    "delivery-exactly-once": {
        "State.high_watermark: self.follower is None": "a leader without a follower has"
        " none in sync either",
        "State.high_watermark: not self.in_sync": "without it a leader that is alone in"
        " its ISR commits nothing more, so that less is read",
        "produce: it not in state.acknowledged": "without it what is acknowledged"
        " counts as on its way, so that less is sent; what is sent again after it was"
        " acknowledged might have been sent before",
        "produce: len(waiting) < rules.in_flight": "the leader here looks at all it has"
        " for a repeat; that it remembers five batches, and wants no more in flight,"
        " is the matter of `producer-kip-360`",
        "produce: rules.acks is not Acks.NONE": VARIANT,
        "arrive: is_first": "a leader that looks at sequences takes records in order,"
        " whatever overtakes on a connection",
        "takes: rules.acks is Acks.ALL and replicas < rules.min_insync": "what is taken"
        " while the ISR is too small might have been taken, and copied, before: what"
        " counts is that it is not acknowledged",
        "acknowledge: record not in state.acknowledged": "to hear it again changes"
        " nothing",
        "is_written: record in state.leader": "of acks=1, which is another variant's",
        "replicate: state.follower == state.leader": "with min.insync.replicas=2"
        " nothing is acknowledged while the follower is out, so it lacks nothing that"
        " was",
        "consume: has_more": "promises about consumers are about offsets; that only"
        " what is committed is read is promised in `read-committed`",
        "consume: rules.commits is Commits.AFTER": "who commits with what it makes of a"
        " record has nothing left to commit: `state.committed < state.position`",
        "consume: state.committed < state.position": "of commits that come after, which"
        " are another variant's: `rules.commits is Commits.AFTER`",
    },
    "producer-kip-360": {
        "answer: not rules.checks_sequence": VARIANT,
        "answer: producer.epoch == NO_EPOCH": "needed to get on: a producer that is not"
        " known may begin with any batch (KIP-360), and else with its first alone",
        "send: Batch(epoch, n) not in state.answered": "without it what is answered"
        " counts as on its way, so that less is sent",
        "forget: state.forgotten < len(state.log)": "these worlds have nothing"
        " forgotten, or KIP-360 would keep none of the promises; to forget a producer"
        " that is not known changes nothing",
    },
    "producer-kafka-14034": {
        "reset: waiting": "an instance that waits for nothing has nothing to number"
        " anew: it is `start_instance`",
    },
    "init-producer-id": {
        "ask: it.status is Status.READY": "a client that asks twice is given two ids,"
        " and uses the one that it hears of last",
    },
    "producer-copies": {
        "takes_next: rules.trusts_leader or state.knows_producer or is_first": (
            _TAKES_ALL
        ),
        "next_steps: takes_next(rules, state)": _TAKES_ALL,
        "next_steps: state.follower_end > 0": "to lose an empty log changes nothing",
    },
    "producer-copies-kafka-6003": {
        "State.knows_producer: self.follower_start < self.follower_end": "the"
        " promise that it is about, `copies-go-on`, is broken here; without the guard"
        " this is `producer-copies`, which keeps it",
    },
    "add-partitions": {
        "asked_to_add: known is None": "`_refusal` has said so",
        "_refusal: known is None": "who has a producer id has it from a coordinator,"
        " and each that comes after that takes over what it knew: `elected`",
        "_refusal: request.producer != known.producer": "a transactional id keeps its"
        " producer id",
        "_refusal: request.epoch != known.epoch": "the promises here are about who"
        " coordinates; that an older epoch is fenced is one of `transactions-kip-890`",
        "_refusal: known.phase is Phase.PREPARE_ABORT": "an abort that is decided has"
        " an epoch that no client has been given: `request.epoch != known.epoch`",
        "committed: write.metadata.phase is Phase.PREPARE_ABORT": "an abort of a"
        " transaction that nobody asked to abort, as after its time is over",
        "World.ask_for_id: client.status is not Status.READY": CLIENT,
        "World.ask_to_add: client.adding": CLIENT,
        "World.ask_to_add: partition not in client.partitions": CLIENT,
        "World.receive_answers: state.clients[init.client].status is Status.ASKED": (
            _ONE_AT_A_TIME
        ),
        "World.receive_answers: state.clients[add.client].status"
        " is Status.IN_TRANSACTION": _ONE_AT_A_TIME,
        "World.change_leader: broker.leader != number": "the leader is elected again,"
        " in a later epoch: it begins with what its log says",
        "World.change_leader: is_stale": "who follows already has nothing to give up",
        "World.change_leader: number != state.leader": "nobody has a later epoch than"
        " the leader: it is not stale",
        "World.change_leader: not self.rules.unloads": "to resign by half is enough:"
        " `add-partitions-half-resigned` is a model of its own, and holds",
        "World.complete: broker.leader != number": "who follows has forgotten what it"
        " coordinated: `resigned`",
        "World.complete: known": "`is_decided` says it",
    },
    "transactions-kip-890": {
        "Producers._begin: not is_held": "with KIP-890 nothing is in doubt once a"
        " transaction has ended: `told_ended`",
        "Producers._go_on: progress is Progress.NOTHING": "a partition that is added"
        " again is in the transaction already",
        "Producers.told_written: client.progress[request.partition] is Progress.SENT": (
            "who has sent a record and does not wait for it knows that it is written"
        ),
        "Producers._waiting: client.ending is None": "a client that ends waits for all"
        " that it wrote anyway",
        "asked_to_end: rules.bumps_epoch and request.epoch == now.epoch - 1": "the"
        " answer to a repeat might have been that to the first request; without it a"
        " client may wait for ever, which no promise forbids here",
        "asked_to_end: rules.bumps_epoch and request.result is Result.ABORT": "without"
        " it a transaction cannot be aborted before the coordinator has heard of it:"
        " less happens",
        "answer: rules.checks_epoch and request.epoch < producer.epoch": "the leader"
        " asks the coordinator, which refuses earlier epochs; what it had asked before"
        " it forgets with the marker",
        "answer: request.sequence <= last": "the answer to a repeat might have been"
        " that to the first request; it is not the next record, so it is not appended",
        "is_vouched: producer.is_open": "no request has the epoch of no transaction:"
        " `is_same`",
        "takes_marker: rules.checks_epoch and marker.epoch < producer.epoch": "a marker"
        " of an earlier epoch that comes late is one of an earlier coordinator too:"
        " `is_stale`",
        "World.receive_end: not (is_late or self.producers.awaits_end(state,"
        " request))": f"{_LATE}; off, it is as with `late` 2, which these worlds have",
        "World.write_markers: takes_marker(self.rules, self._known(state, partition),"
        " marker)": "the present coordinator's markers are the newest there are",
        "World._may_forget: not known_something": "there is nothing to forget",
        "World._may_forget: self._known(state, partition).is_open": "with KIP-890 a"
        " record of a producer that is not known is verified with the coordinator",
    },
    "transactions-kip-890-part-1": {
        "Producers.awaits_add: any((True for _ in self.told_added(state, request)))": (
            f"{_LATE}; off, it is as with `late` 1"
        ),
        "Producers.awaits_written: any((True for _ in self.told_written(state,"
        " request)))": f"{_LATE}; off, it is as with `late` 1",
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
        "receive: not member.is_verifying": "to look once more before it is written"
        " refuses what would be refused then",
        "write: member.is_verifying": "what verification is there for is in"
        " `transactions-kip-890`; the generation is looked at when it is written",
    },
}
"""Arguments by model and name of the guard."""
