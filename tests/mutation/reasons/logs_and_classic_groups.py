"""Why changes of logs, leaders, quotas and classic groups are noticed by no test."""

from __future__ import annotations

from collections.abc import Mapping

from tests.mutation.reasons.wording import TRUTH, change, changes

_TERM = "`if entry.start_offset == end_offset and entry.epoch {} latest_epoch(epochs):`"
_VERSION = "`transaction_version: int = {},`"

_FIRST = (
    "`range(count), offset, key=lambda number: _read(file, number, {})[0].last_offset`"
)
_READ = "`yield from _read(file, number, min(READ_AT_ONCE, count {} number))`"

_COUNT = "`count = max({}, end_offset {} start_offset)`"
_NEEDED = "`needed = count + (count {}) + {}`"
_SLOTS = "`self._slots = max({}, min(limits.size_max // SLOT_SIZE, needed))`"
_TURN = "`at = at + 2 if at + {} < end else 0`"
_ROOM = "the same but for the room that the table takes"

_BOUNDS = "`bounds = replace(bounds, at_least_one={})`"
_PART = "`part = stored.assignments.get(member.id, {})`"
_SERVED = "`served = replace(member, assignment=part, is_syncing={})`"


_CLEAN = "`if facts.end_offset {} start or facts.base_offset >= end:`"
_ENTRIES = "`for entry in self._entries(segment,{}):`"
_CLEARED = '`cleared = replace(member, assignment=b"", is_syncing={})`'
_DEFECTS = (
    (
        *("on_join_deadline", "phase is not None"),
        "only a join phase has a join deadline",
    ),
    (
        *("selected_protocol", "candidates"),
        "a member without a common protocol is never taken in",
    ),
)
"""What we assert of ourselves: in which function, what, and its words."""
_LEADS = '`if not group.members[group.leader or "{}"].is_joining:`'
_SPANNED = "`spanned = batch.last_offset {} batch.base_offset + 1`"
_HEADS = "`(number, number {}, it.timestamp, it.offset, it.key, it.value is not None)`"
_SPAN = "`span = now_ms - self._samples[0].began_ms if self._samples else {}`"
_SAMPLE = "`samples.append(_Sample(now_ms, {}))`"
_OLD = "`self._is_old_segment = {}`"


_ROOMS = (
    *changes("OffsetMap.__init", _COUNT, ("0", "-"), ("0", "+"), ("1", "-")),
    *changes(
        *("OffsetMap.__init", _NEEDED, (">> 1", "2")),
        *((">> 1", "3"), ("<< 1", "2"), (">> 2", "2")),
    ),
    change("OffsetMap.__init", _SLOTS, "1", "2"),
)


_ASKS_NO_RULES = (
    (
        "on_assignment_stored",
        "`return prepare_rebalance(group, {}, now).before(*effects)`",
    ),
    ("on_join", "`return _turn_away(group, join, {}, now)`"),
    (
        "on_join",
        "`return _join_again(group, group.members[join.member_id], join, {}, now)`",
    ),
    (
        "turn_away",
        "`step = complete_if_all_joined(group.without(join.member_id), {}, now)`",
    ),
    ("join_first", "`return _replace_static(group, known, join, {}, now)`"),
    (
        "join_again",
        "`return rebalance(group.with_member(_joining(member, join)), {}, now)`",
    ),
    ("replace_static", "`return prepare_rebalance(renamed, {}, now).before(*fenced)`"),
    (
        "replace_static",
        "`return complete_if_all_joined(renamed, {}, now).before(*fenced)`",
    ),
)
"""Where a member is left in the group: its rules make no difference."""


REASONS: Mapping[str, str] = {
    change("with_last_epoch", _TERM, ">", ">="): "the same: `with_epoch` leaves the"
    " latest epoch as it is",
    change("aborted_since", _FIRST, "1", "2"): "the same: the second is not looked at",
    change("aborted_since", _READ, "-", "+"): "the same: nothing is read behind the"
    " end of a file",
    change("check_marker", _VERSION, "0", "1"): "the same: both are below"
    " `VERSION_WITH_EPOCHS`",
    change("read_for_version", _BOUNDS, "False", "None"): TRUTH,
    **{
        change(function, line, "rules", "None"): "the same: rules are asked of a group"
        " without members"
        for function, line in _ASKS_NO_RULES
    },
    "on_due: `return complete_if_all_joined(group.without(due.member_id), rules, now)`"
    " -> `return complete_if_all_joined(group.without(due.member_id), None, now)`": ""
    "the same: a join phase that nobody is in is over at once; rules are asked then",
    "read_converted: `stored = found if isinstance(found, bytes) else found.read()` ->"
    " `stored = found if (isinstance(found, bytes)) and False else found.read()`": (
        "the same: bytes are an answer to who names the epoch of its last record, and"
        " none of these versions does"
    ),
    **dict.fromkeys(_ROOMS, _ROOM),
    **{
        change(f"OffsetMap.{it}", _TURN, "2", "3"): "the same: both ends are even"
        for it in ("latest", "put")
    },
    **{
        change("on_assignment_stored", _PART, 'b""', after): "the same: a division"
        " that is written names every member"
        for after in ("", "None", 'b"XXXX"')
    },
    change("on_assignment_stored", _SERVED, "False", "None"): TRUTH,
    "Compaction._newest_deletable_ms: `return 0` -> `return 1`": "the same: no file is"
    " of the first millisecond of 1970",
    **dict.fromkeys(
        (
            change("Compaction._learn", _CLEAN, "<=", "<"),
            "Compaction._learn: `first = segment.find(start)` -> `first = None`",
            *changes(
                "Compaction._learn",
                _ENTRIES,
                (" first.position if first else 0",),
                (" ",),
                (" first.position if (first) and False else 0",),
            ),
        ),
        "the same but for the time that it takes: keys below the first dirty offset are"
        " not taken in",
    ),
    change(
        "Compaction._learn",
        _ENTRIES,
        *(f" first.position if first else {it}" for it in "01"),
    ): "the same: a segment that is dirty from an offset on has an entry there",
    change(
        "Compaction._is_step_full", "`if self._cost {} STEP_COST_MAX:`", "<", "<="
    ): ("the same: such sums are never just that"),
    "Compaction._renew: `cleaned.create(log.directory.clock.time_ms())` ->"
    " `cleaned.create(None)`": "the same: only the segment that grows is asked its age",
    **dict.fromkeys(
        changes(
            "Compaction._finish",
            "`return FlushPlan({}, files, (log.path,), log.directory.disk)`",
            ("0, 0",),
            *(("None, 0",), ("0, None",), ("1, 0",), ("0, 1",)),
        ),
        "the same: it is only run, and nobody asks up to where",
    ),
    "header: `return entry.batch if isinstance(kept, memoryview) else"
    " parse_batch(kept)` -> `return entry.batch if (isinstance(kept, memoryview)) and"
    " False else parse_batch(kept)`": "the same but for the time that it takes",
    change(
        "java_hash",
        '`encoded = text.encode("{}", "surrogatepass")`',
        *("utf-16-be", "UTF-16-BE"),
    ): "the same: names of encodings are read without their case",
    change("refuse_syncs", _CLEARED, "False", "None"): TRUTH,
    change("on_join_deadline", "`is_growing={},`", "False", "None"): TRUTH,
    **{
        change(function, f'`assert {what}, "{{}}"`', words, after): "only the words"
        " differ in which a defect of ours would be told"
        for function, what, words in _DEFECTS
        for after in (f"XX{words}XX", words.upper())
    },
    "become_empty: `leader=None,` -> ``": "the same: the last member takes the lead"
    " with it",
    change("complete_join", _LEADS, "", "XXXX"): "the same: a group with members has a"
    " leader",
    change("told_to_leader", '`protocol = group.protocol or "{}"`', "", "XXXX"): (
        "the same: a generation has a protocol"
    ),
    change("check_batch", _SPANNED, "-", "+"): "the same: a batch whose base offset is"
    " not 0 has been refused",
    change("Filter.__init", _OLD, "False", "None"): TRUTH,
    "Filter._is_last_of_producer: `self._producers.get(batch.producer_id) if"
    " batch.producer_id >= 0 else None` -> `self._producers.get(batch.producer_id) if"
    " (batch.producer_id >= 0) or True else None`": "the same: nobody has the id -1",
    "Filter._kept_of_legacy: `options = _options(entry.batch)._replace("
    "base_offset=None, last_offset=None)` -> `options = _options(entry.batch)"
    "._replace(base_offset=None, )`": "the same: an old format has no place for a last"
    " offset",
    **{
        change("legacy_heads", _HEADS, "+ 1", after): "the same: nobody asks where a"
        " record of an old format ends"
        for after in ("+ 2", "- 1")
    },
    change("Rate._span_ms", _SPAN, "0", "1"): "the same: nothing was used, however"
    " long the time is",
    change("Rate.record", _SAMPLE, "now_ms", "None"): "the same: it is set before"
    " anybody looks",
    "pause_ms: `return PAUSE_MS_MAX if pause >= PAUSE_MS_MAX else max(0,"
    " math.floor(pause + 0.5))` -> `return PAUSE_MS_MAX if pause > PAUSE_MS_MAX else"
    " max(0, math.floor(pause + 0.5))`": "the same: it rounds to the same",
}
