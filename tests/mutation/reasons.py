"""Why a change of the code is noticed by no test."""

from __future__ import annotations

from collections.abc import Mapping

_TERM = "`if entry.start_offset == end_offset and entry.epoch {} latest_epoch(epochs):`"
_LEADER = "`leader = Leader(broker, epoch, {}, {{broker: end_offset}}, high_watermark)`"
_VERSION = "`transaction_version: int = {},`"

_PART = "`part = stored.assignments.get(member.id, {})`"
_SERVED = "`served = replace(member, assignment=part, is_syncing={})`"


def _change(function: str, line: str, before: str, after: str) -> str:
    return f"{function}: {line.format(before)} -> {line.format(after)}"


REASONS: Mapping[str, str] = {
    _change("with_last_epoch", _TERM, ">", ">="): "the same: `with_epoch` leaves the"
    " latest epoch as it is",
    _change("on_elected", _LEADER, "isr", "None"): "the same: `_with` is given the ISR"
    " itself",
    _change("check_marker", _VERSION, "0", "1"): "the same: both are below"
    " `VERSION_WITH_EPOCHS`",
    **{
        _change("on_assignment_stored", _PART, 'b""', after): "the same: a division"
        " that is written names every member"
        for after in ("", "None", 'b"XXXX"')
    },
    _change(
        "on_assignment_stored", _SERVED, "False", "None"
    ): "the same: no truth value of a field is compared",
}
"""Reasons by what `tests/mutation/code.json` says of a survivor."""


def reason(survivor: str) -> str:
    """Return why it survives, `not examined` if nobody has said."""
    return REASONS.get(survivor, "not examined")
