---------------------------- MODULE Replication ----------------------------
(* One partition, its replicas, and a controller that remembers the quorum.  *)
(*                                                                           *)
(* The same specification as model/logion_model/replication/base.py with the *)
(* rules of kip_320.py, so that two checkers can vouch for each other: equal *)
(* numbers of distinct states and equal depths. Names are those of the       *)
(* Python text. Epoch -1 is "none yet", replica -1 is "nobody".              *)

EXTENDS Integers, Sequences, FiniteSets

CONSTANTS N,        \* replicas are 0 .. N-1
          LogSize,  \* records that fit in one log
          Records,  \* records that producers write in all
          Epochs    \* the highest leader epoch

VARIABLES replicas, nextRecord, nextEpoch, requests, quorum

vars == <<replicas, nextRecord, nextEpoch, requests, quorum>>

Nobody == -1
Everyone == 0 .. N - 1

Init ==
    /\ replicas = [r \in Everyone |->
          [log |-> <<>>, hw |-> 0, epoch |-> -1, leader |-> Nobody, isr |-> {}]]
    /\ nextRecord = 0
    /\ nextEpoch = 0
    /\ requests = {}
    /\ quorum = [leader |-> Nobody, epoch |-> -1, isr |-> Everyone]

Min(a, b) == IF a < b THEN a ELSE b
End(r) == Len(replicas[r].log)
Leads(r) == replicas[r].leader = r
TrulyLeads(r) ==
    Leads(r) /\ quorum.leader = r /\ quorum.epoch = replicas[r].epoch

SameEpoch(l, f) ==
    /\ Leads(l)
    /\ replicas[f].leader = l
    /\ replicas[f].epoch = replicas[l].epoch

\* The high watermark has reached the leader's own epoch (KAFKA-7128).
HasCommittedInItsEpoch(l) ==
    LET hw == replicas[l].hw
    IN IF hw = End(l) THEN TRUE
       ELSE replicas[l].log[hw + 1].epoch = replicas[l].epoch

\* The offset after the last record that both logs hold at the same place.
Shared(l, f) ==
    LET same == {o \in 1 .. Min(End(l), End(f)) :
                    replicas[l].log[o] = replicas[f].log[o]}
    IN IF same = {} THEN 0 ELSE CHOOSE o \in same : \A p \in same : p <= o

Decide(leader, isr) ==
    /\ nextEpoch <= Epochs
    /\ nextEpoch' = nextEpoch + 1
    /\ quorum' = [leader |-> leader, epoch |-> nextEpoch, isr |-> isr]
    /\ requests' = requests \cup {quorum'}
    /\ UNCHANGED <<replicas, nextRecord>>

ElectLeader == \E r \in quorum.isr \ {quorum.leader} : Decide(r, quorum.isr)

ShrinkIsr == \E r \in quorum.isr :
    Decide(IF r = quorum.leader THEN Nobody ELSE quorum.leader,
           IF quorum.isr = {quorum.leader} THEN quorum.isr ELSE quorum.isr \ {r})

Become(r, q, log, hw) ==
    /\ replicas' = [replicas EXCEPT ![r] =
          [log |-> log, hw |-> hw, epoch |-> q.epoch, leader |-> q.leader,
           isr |-> q.isr]]
    /\ UNCHANGED <<nextRecord, nextEpoch, requests, quorum>>

BecomeLeader == \E q \in requests :
    /\ q.leader # Nobody
    /\ q.epoch > replicas[q.leader].epoch
    /\ Become(q.leader, q, replicas[q.leader].log, replicas[q.leader].hw)

BecomeFollower == \E q \in requests, r \in Everyone :
    /\ q.leader \notin {Nobody, r}
    /\ q.epoch > replicas[r].epoch
    /\ Leads(q.leader) /\ replicas[q.leader].epoch = q.epoch
    /\ LET end == Shared(q.leader, r)
       IN Become(r, q, SubSeq(replicas[r].log, 1, end), Min(end, replicas[r].hw))

Write == \E r \in Everyone :
    /\ Leads(r) /\ End(r) < LogSize /\ nextRecord < Records
    /\ replicas' = [replicas EXCEPT ![r].log =
          Append(@, [record |-> nextRecord, epoch |-> replicas[r].epoch])]
    /\ nextRecord' = nextRecord + 1
    /\ UNCHANGED <<nextEpoch, requests, quorum>>

ChangeIsr(l, isr) ==
    /\ replicas' = [replicas EXCEPT ![l].isr = isr]
    /\ quorum' = [quorum EXCEPT !.isr = isr]
    /\ UNCHANGED <<nextRecord, nextEpoch, requests>>

LeaderShrinkIsr == \E l \in Everyone : \E f \in replicas[l].isr \ {l} :
    /\ TrulyLeads(l)
    /\ ~SameEpoch(l, f) \/ End(f) < End(l)
    /\ ChangeIsr(l, replicas[l].isr \ {f})

LeaderExpandIsr == \E l \in Everyone : \E f \in Everyone \ replicas[l].isr :
    /\ TrulyLeads(l)
    /\ SameEpoch(l, f)
    /\ End(f) >= replicas[l].hw
    /\ HasCommittedInItsEpoch(l)
    /\ ChangeIsr(l, replicas[l].isr \cup {f})

AdvanceHighWatermark == \E l \in Everyone :
    /\ Leads(l) /\ replicas[l].hw < LogSize
    /\ \A f \in replicas[l].isr : SameEpoch(l, f) /\ End(f) > replicas[l].hw
    /\ replicas' = [replicas EXCEPT ![l].hw = @ + 1]
    /\ UNCHANGED <<nextRecord, nextEpoch, requests, quorum>>

Replicate == \E l \in Everyone, f \in Everyone :
    /\ SameEpoch(l, f) /\ End(f) < End(l)
    /\ replicas' = [replicas EXCEPT
          ![f].log = Append(@, replicas[l].log[End(f) + 1]),
          ![f].hw = Min(replicas[l].hw, End(f) + 1)]
    /\ UNCHANGED <<nextRecord, nextEpoch, requests, quorum>>

Next ==
    \/ ElectLeader \/ ShrinkIsr \/ BecomeLeader \/ BecomeFollower \/ Write
    \/ LeaderShrinkIsr \/ LeaderExpandIsr \/ AdvanceHighWatermark \/ Replicate

Spec == Init /\ [][Next]_vars

ExposedAreOn(l, isr) == \A m \in isr : \A o \in 1 .. replicas[l].hw :
    /\ o <= End(l) /\ o <= End(m)
    /\ replicas[l].log[o] = replicas[m].log[o]

WeakIsr == \A l \in Everyone : Leads(l) => ExposedAreOn(l, replicas[l].isr)
StrongIsr == \A l \in Everyone : Leads(l) => ExposedAreOn(l, quorum.isr)
LeaderInIsr == quorum.leader = Nobody \/ quorum.leader \in quorum.isr
=============================================================================
