--------------------------- MODULE TwoPhaseCommit ---------------------------
(* Two-phase commit of N resource managers, as in the tests of the checker:  *)
(* 288, 1568, 8832 and 50816 distinct states for 3, 4, 5 and 6 of them.      *)

EXTENDS Integers

CONSTANT N

VARIABLES managers, coordinator, prepared, messages

Managers == 0 .. N - 1

Init ==
    /\ managers = [m \in Managers |-> "working"]
    /\ coordinator = "init"
    /\ prepared = {}
    /\ messages = {}

Commit ==
    /\ coordinator = "init" /\ prepared = Managers
    /\ coordinator' = "committed"
    /\ messages' = messages \cup {<<"commit", 0>>}
    /\ UNCHANGED <<managers, prepared>>

Abort ==
    /\ coordinator = "init"
    /\ coordinator' = "aborted"
    /\ messages' = messages \cup {<<"abort", 0>>}
    /\ UNCHANGED <<managers, prepared>>

Heard == \E m \in Managers :
    /\ coordinator = "init" /\ <<"prepared", m>> \in messages
    /\ prepared' = prepared \cup {m}
    /\ UNCHANGED <<managers, coordinator, messages>>

Prepare == \E m \in Managers :
    /\ managers[m] = "working"
    /\ managers' = [managers EXCEPT ![m] = "prepared"]
    /\ messages' = messages \cup {<<"prepared", m>>}
    /\ UNCHANGED <<coordinator, prepared>>

Becomes(m, word) ==
    /\ managers' = [managers EXCEPT ![m] = word]
    /\ UNCHANGED <<coordinator, prepared, messages>>

ChooseAbort == \E m \in Managers : managers[m] = "working" /\ Becomes(m, "aborted")
ToldCommit == <<"commit", 0>> \in messages /\ \E m \in Managers : Becomes(m, "committed")
ToldAbort == <<"abort", 0>> \in messages /\ \E m \in Managers : Becomes(m, "aborted")

Next ==
    \/ Commit \/ Abort \/ Heard \/ Prepare
    \/ ChooseAbort \/ ToldCommit \/ ToldAbort

Consistent == ~\E a, b \in Managers : managers[a] = "aborted" /\ managers[b] = "committed"
=============================================================================
