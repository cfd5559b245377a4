"""Of groups, classic ones and those of KIP-848."""

from __future__ import annotations

from collections.abc import Mapping

from logion_model.mutants.arguments.reasons import BOUND, CLIENT, VARIANT

_BEFORE_IT_WAITED = (
    "a session that ends while its member waits might have ended before that had asked"
)
_NOTHING_IS_DONE = (
    "where there is nothing to complete, `reconciled` and `left` change nothing"
)
_ASKED_BEFORE = "`receive_heartbeat` has asked whether it is a member"
_STABLE_SAYS_IT = (
    "in a stable group every member has come to its epoch: `stable-is-settled`"
)

ARGUMENTS: Mapping[str, Mapping[str, str]] = {
    "group-classic": {
        "Coordinator.membership: not (self.is_static(sender)"
        " and group.occupant(sender.seat))": "who is unknown would be told that it is"
        " fenced: it is refused either way",
        "Coordinator.takes_commit: group.phase is not Phase.COMPLETING": "while work is"
        " divided nobody has been told that it owns the partition in this generation:"
        " `_may_commit`",
        "Coordinator.takes_sync: group.phase in ACTIVE": "who asks for its work in a"
        " join phase is told nothing: it only shows that it knows its id",
        "Coordinator.synced: group.phase is Phase.COMPLETING"
        " and group.member(member_id)": "who is not known to wait asks again, and gets"
        " its work then",
        "Coordinator.failed: write.replaced is None or write.by is None": "without it a"
        " static member whose new id was not written never has its old one again",
        "Coordinator.ended: it.is_joining": "the leader may be a static member that is"
        " absent: it divides the work when it is back",
        "Member.may_expire: self.waits in (Waits.NOTHING, Waits.FIRST_JOIN)": (
            _BEFORE_IT_WAITED
        ),
        "Group.have_all_joined: not self.pending": "without it join phases end before"
        " those have joined that were just told their id: they begin another one",
        "Group.have_all_joined: all((it.is_joining for it in self.members))": "without"
        " it join phases end at once: who has not joined is out, as when the time is"
        " over, which may be at any moment here",
        "generations: state.group.generation > 0": "before the first generation nobody"
        " is a member of one, so nobody speaks of an earlier one",
        "World.may_send: who in state.used": "without it clients forget their ids:"
        " those that are out fall silent",
        "World.may_send: who.life + 1 < state.given[who.seat]": CLIENT,
        "World.may_send: not member.is_joining": CLIENT,
        "World.senders: self.may_send(state, who)": CLIENT,
        "World.is_within_scope: state.phases < last or (state.phases == last"
        " and (not is_preparing))": BOUND,
        "World.may_begin: is_static or not (is_in and latest in state.used)": CLIENT,
        "World._join_first: group.phase is Phase.STABLE": "in other phases `returned`"
        " and `returned_otherwise` say the same: all have to join",
        "World.commit: state.group.phase is Phase.EMPTY": "who is in no group commits"
        " what is committed, or the first offset, as it might have before there was a"
        " group",
        "World.leave: who in state.group.ids | state.group.pending": "nobody leaves:"
        " at most a join phase begins, as it always may",
        "World.pass_time: member.may_expire": _BEFORE_IT_WAITED,
        "World.pass_time: group.unsynced": "a join phase for no reason: a coordinator"
        " may begin one at any time",
        "World.expire_offsets: state.offset": "there is nothing to forget",
        "World._stored: state.stored.members and (not self.rules.loads_last)": VARIANT,
        "World._replaced: not (is_stable and member and member.is_joining"
        " and write.replaced)": "in these worlds nothing happens to a member while its"
        " new id is written; at 1,1,2,2,2,0 it narrows: who has to join again would be"
        " answered before, and no promise breaks",
    },
    "kip-848": {
        "follows: before is after or before in _MAY_FOLLOW[after]": "it judges, and is"
        " never false: `transitions-are-legal`",
        "_told_nothing_new: client.target == client.owned": "a client that has what it"
        " shall have became stable by the heartbeat that is answered here:"
        " `_next_status`",
        "_reconciling: client.reconciling is not None": "without it a change that is"
        " under way gives way to the next one at once: fewer are seen under way",
        "reconciled: client.reconciling is None": "`World.work` has asked",
        "reconciled: epoch != client.epoch": "who comes into another epoch while it"
        " reconciles has nothing to give up, so what it was changing to is a part of"
        " its next target: without it that is done first, and the rest after it",
        "is_unknown: not group.member(heartbeat.member_id)": "a member that is taken"
        " for unknown joins anew, as after its session has ended",
        "is_leaving: bool(group.member(heartbeat.member_id))": _ASKED_BEFORE,
        "is_leaving: heartbeat.epoch == LEAVES": "a member that is taken for one that"
        " leaves is out, as after its session has ended",
        "is_fenced: member is None": _ASKED_BEFORE,
        "is_fenced: member.epoch != heartbeat.epoch": "a member that is fenced without"
        " need gives up what it has and joins anew",
        "Answer.is_error: self.is_unknown or self.is_fenced": "a client that takes"
        " itself for fenced gives up what it has and joins anew",
        "Coordinator._turned: not leaving": "a member with nothing to give up says so"
        " with one heartbeat more",
        "Coordinator._free: not self.rules.awaits_release": VARIANT,
        "is_converged: group.status is not GroupStatus.STABLE": "a group all of whose"
        " members are stable in its epoch is stable: `_settled`",
        "is_converged: len(reached) == len(group.members)": _STABLE_SAYS_IT,
        "World.expire_dead_member: is_another": "sessions of the living may end too",
        "World.expire_dead_member: client.status is not ClientStatus.JOINING": "in"
        " these worlds a client that joins has no member id yet: it is no other one",
        "World.send_heartbeat: is_converged(state)": f"{BOUND}: a heartbeat that"
        " changes nothing is not sent",
        "World.work: client.reconciling is not None": _NOTHING_IS_DONE,
        "World.work: client.is_giving_up": _NOTHING_IS_DONE,
        "World.perturb: client.epoch > 0": "a client that is not in may leave or crash"
        " as well",
        "World.perturb: client.status not in OUT": "who leaves already is giving up"
        " what it has: it begins nothing new",
    },
    "consumer-group-kip-848": {
        "beaten: seat.epoch == state.target_epoch and seat.assigned == target": "who is"
        " there has nothing to give up and nothing to get: to move on changes nothing",
        "divisions: seat.is_in": "what falls to an empty place is told to nobody, and"
        " is divided again once somebody joins",
        "next_steps: seat.is_in": "a heartbeat from an empty place is a way to join: it"
        " is given what is free",
        "next_steps: seat.told != seat.owned": "to do what is done changes nothing",
    },
}
"""Arguments by model and name of the guard."""
