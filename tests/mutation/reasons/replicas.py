"""Why changes of the rules of replicas are noticed by no test."""

from __future__ import annotations

from collections.abc import Mapping

from tests.mutation.reasons.wording import change

_COUNTED = "`counted = leader.isr | leader.proposed if {} else leader.isr`"
_COMMITTED = "`committed = min([end_offsets.get(broker, {}) for broker in counted])`"
_NEWER = (
    "`if end.epoch == NO_LEADER_EPOCH or end.epoch {} latest_epoch(follower.epochs):`"
)
_JOINS = "`return leader.end_offsets.get(follower, {}) >= wanted`"
_NO_EPOCH = "`if end.epoch {} NO_LEADER_EPOCH:`"
_OWN = "`if own.epoch {} end.epoch:`"
_NAMED = "`if named {} leader.epoch:`"

_FROZEN = "`@dataclass(frozen={}, slots=True)`"

_REFUSED = "nobody is refused at the end"
_WANTED = "the same: any offset is wanted, 0 at least"
_ANSWERED = "the same: its own epoch has been answered"

REASONS: Mapping[str, str] = {
    change("with", _COUNTED, "leader.proposed", "(leader.proposed) or True"): "the same"
    " but for the time: with nobody proposed it is the ISR",
    change("fault_of_epoch", _NAMED, "<", "<="): _ANSWERED,
    change("on_out_of_range", "`if leader_end {} offset:`", "<", "<="): _REFUSED,
    change("on_epoch_end", _NEWER, ">", ">="): "the same: the last epoch of a log ends"
    " with it",
    change("may_join", _JOINS, "-1", "-2"): _WANTED,
    change("NumberReplacer", _JOINS, "-1", "- 2"): _WANTED,
    change("NumberReplacer", "`(({}, 8), KAFKA_0_8),`", "0", " -1"): "the same: no"
    " release is earlier",
    change(
        "ReplaceComparisonOperator_Lt_LtE", "`if leader_end {} offset:`", "<", "<="
    ): (_REFUSED),
    change("ReplaceTrueWithFalse", _FROZEN, "True", "False"): "the same: nobody changes"
    " it in place",
    change("ReplaceComparisonOperator_Eq_LtE", _NO_EPOCH, "==", "<="): "the same: no"
    " epoch is below it",
    change(
        "ReplaceComparisonOperator_NotEq_Lt", _OWN, "!=", "<"
    ): "the same: its own is the largest up to that",
    change("NumberReplacer", _COMMITTED, "0", "-1"): "the same: the high watermark is 0"
    " at least",
    change("ReplaceComparisonOperator_Lt_LtE", _NAMED, "<", "<="): _ANSWERED,
}
