"""Why changes of consumer groups are noticed by no test."""

from __future__ import annotations

from collections.abc import Mapping

from tests.mutation.reasons.wording import change

_ZIP = "`for partition, epoch in zip(topic.partitions, told, {}):`"
_STATIC = "`{} = None if {{}} else group.static_member(instance_id)`"
_TAKEN = "`taken = self._taken() if {} else frozenset()`"
_KNOWN = "`before = known or Member({})`"
_JOINING = "`return joining(draft, member_id, instance_id, is_classic={})`"
_NEWER = "`if not settings.has_assignment_epochs or epoch {} member.epoch:`"
_NOBODY = '`member = member_of(group, member_id or "{}")`'
_BITS = "`return int.from_bytes(digest.digest(), {}signed=True)`"
_PLACES = "`for member_id, partition in zip(open_places, free, {}):`"
_DIVIDED = "`given = _alike(spec) if {} else _Balance(spec).given()`"
_STAYS = "a consumer member cannot stay in a classic group"
_SPOKEN = "a member that has just spoken the protocol"
_DEFECTS = (
    ("downgraded", '`"{}"`', _STAYS),
    ("protocol", '`assert member.classic is not None, "{}"`', _SPOKEN),
    ("work", '`assert member.classic is not None, "{}"`', _SPOKEN),
)
"""What we assert of ourselves: in which function, the line and its words."""
_ARRIVED = "`if not has_new_subscription and member.is_reconciled_to({}):`"

REASONS: Mapping[str, str] = {
    change("check_epoch", "`epoch {} member.epoch`", "<", "<="): "the same: who is in"
    " the present epoch is let in before",
    change(
        "check_epoch",
        '`how = "greater" if epoch {} member.epoch else "smaller"`',
        *(">", ">="),
    ): "the same: who is in the present epoch is let in before",
    **{
        change(
            *(function, _STATIC.format(found)),
            *("instance_id is None", "(instance_id is None) and False"),
        ): "the same: nobody has its place under None"
        for function, found in (("joining", "before"), ("is_last_consumer", "old"))
    },
    change("sender", _JOINING, "False", "None"): "the same: only its truth is asked",
    change("subscribed", _KNOWN, "wanted.member_id", "None"): "the same: it is asked"
    " what it wants, not who it is",
    change("stepped", _ARRIVED, "group.target_epoch", "None"): "the same but for the"
    " time that it takes: who has arrived stays as it is",
    change(
        "Step._in_the_epoch_of_the_target", _TAKEN, "missing", "(missing) or True"
    ): "the same but for the time that it takes: nothing is missing",
    change("fenced", "`draft = Draft(group, {})`", "moment.settings", "None"): "the"
    " same: of what is written then nothing depends on the release",
    change("check_commit", _NEWER, ">", ">="): "the same: who is in the present epoch"
    " is let in before",
    change("hash", _BITS, '"big", ', ""): "the same: Python takes that unless told",
    change("check_fetch", _NOBODY, "", "XXXX"): "only the text differs: nobody has"
    " either as its id",
    **{
        change(function, line, words, after): "only the words differ in which a defect"
        " of ours would be told"
        for function, line, words in _DEFECTS
        for after in (f"XX{words}XX", words.upper())
    },
    **{
        change("alike", _PLACES, "strict=True", after): "the same: there are as many"
        " places as partitions"
        for after in ("", "strict=False", "strict=None")
    },
    change(
        *("assign_uniformly", _DIVIDED),
        *("len(wishes) == 1", "(len(wishes) == 1) and False"),
    ): "as good a division, which takes more time to find",
    **{
        change("Balance._balanced", "`moved {}`", before, after): "the same, but for"
        " rounds in which nothing moves: nobody asks how much has moved, only whether"
        for before, after in (
            *(("+= 1", "+= 2"), ("+= 1", "-= 1"), ("+= 1", "= 1")),
            ("= 0", "= 1"),
        )
    },
    **{
        change("epochs", _ZIP, "strict=True", after): "the same: both are as long"
        for after in ("", "strict=False", "strict=None")
    },
}
"""How a change is named whose survival has a reason."""
