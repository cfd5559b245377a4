"""Why changes of the other tool's sample are noticed by no test."""

from __future__ import annotations

from collections.abc import Mapping

from tests.mutation.reasons.wording import change, changes

_ENUM = "the same: a member of an enumeration is one object"
_ROOM = "the same but for the room that the table takes"
_PACE = "the same but for the pace: how much is read, done or written at a time"
_ALONE = "the same: it is called with its names"
_UNSET = "the same: it is set before anybody looks"

_COMPARISON = "ReplaceComparisonOperator_"
_NUMBER = "NumberReplacer"

_IS_OPEN = (
    "`return known.state {} State.ONGOING and known.partitions.issuperset(partitions)`"
)
_ENUMS = (
    (
        *("Is_Eq", "`is_completing = group.state {} State.COMPLETING`"),
        *("is", "=="),
    ),
    ("IsNot_NotEq", "`if error {} Error.NONE:`", "is not", "!="),
    ("IsNot_Gt", "`if error {} Error.NONE:`", "is not", ">"),
    (
        "Is_Eq",
        _IS_OPEN,
        *("is", "=="),
    ),
    (
        "Is_Eq",
        "`if version < VERSION_WITH_ZSTD and rules.codec {} Codec.ZSTD:`",
        *("is", "=="),
    ),
    (
        "Is_GtE",
        "`if batch.timestamp_type {} TimestampType.LOG_APPEND_TIME:`",
        *("is", ">="),
    ),
)

_FIRST = (
    "`range(count), offset, key=lambda number: _read(file, number, {})[{}].last_offset`"
)
_SLOTS = "`self._slots = max({}, min(limits.size_max {} SLOT_SIZE, needed))`"
_NEEDED = "`needed = count + (count >> {}) {} 2`"
_COSTS = "`RECORD_COST, BYTE_COST = 1 / {}, 1 / 1_000_000`"
_PLAN = "`return FlushPlan(0, {}, files, (log.path,), log.directory.disk)`"
_HEADS = (
    "`(number, number {} 1, it.timestamp, it.offset, it.key, it.value is not None)`"
)
_WRITTEN = (
    "`def end(self, end_offset: int, producer_id: int, {}, is_commit: bool) -> None:`"
)


REASONS: Mapping[str, str] = {
    **{change(f"{_COMPARISON}{it[0]}", *it[1:]): _ENUM for it in _ENUMS},
    change(f"{_COMPARISON}Lt_NotEq", "`if magic {} rules.magic:`", "<", "!="): (
        "the same: no version of Fetch asks for a newer format than the log's"
    ),
    change(f"{_COMPARISON}Eq_GtE", "`if epoch {} latest_epoch(epochs):`", "==", ">="): (
        "the same: a later epoch was answered before"
    ),
    change(f"{_COMPARISON}Eq_LtE", "`if entry.batch.count {} 0:`", "==", "<="): (
        "the same: no batch has fewer records than none"
    ),
    change(
        f"{_COMPARISON}LtE_Is",
        "`if self._latest.end_offset {} self._dirty.first_dirty:`",
        *("<=", "is"),
    ): "the same but for the time that it takes: a log that has no dirty part is not"
    " cleaned",
    change("ReplaceBinaryOperator_Mul_Div", "`{},`", "*", "/"): _ALONE,
    change("ReplaceBinaryOperator_Mul_Div", _WRITTEN, "*", "/"): _ALONE,
    change(
        "ReplaceTrueWithFalse", "`@dataclass(frozen=True, slots={})`", "True", "False"
    ): "the same but for the memory that it takes",
    "RemoveDecorator: `; ; @lru_cache(maxsize=KEYS_REMEMBERED)` -> ``": "the same but"
    " for the time that it takes",
    change(_NUMBER, "`READ_AT_ONCE = {}`", "64", "65"): _PACE,
    change(_NUMBER, _COSTS, "500", "499"): _PACE,
    change(_NUMBER, "`STEP_COST_MAX = {}`", "1.0", "2.0"): _PACE,
    change(_NUMBER, "`WRITE_SIZE = {} * 1024`", "1024", "1025"): _PACE,
    **dict.fromkeys(
        changes(_NUMBER, _FIRST, ("1", "0"), ("1", " -1"), ("2", "0")),
        "the same: the entry that is looked at is the first of those that are read",
    ),
    change(_NUMBER, _PLAN, "0", "1"): "the same: it is only run, and nobody asks up to"
    " where",
    change(_NUMBER, "`return {}`", "0", "-1"): "the same: the largest of several counts"
    " or times is taken, and another is 0 or more",
    change("ReplaceBinaryOperator_Add_Sub", _HEADS, "+", "-"): "the same: nobody asks"
    " where a record of an old format ends",
    **dict.fromkeys(
        (
            *changes(_NUMBER, _NEEDED, ("1", "+"), ("2", "+")),
            *changes(
                "ReplaceBinaryOperator_Add_BitOr", _NEEDED, ("1", "+"), ("1", "|")
            ),
            *changes(_NUMBER, _SLOTS, ("1", "//"), (" 0", "//")),
            *changes(
                "ReplaceBinaryOperator_FloorDiv_LShift",
                _SLOTS,
                *(("1", "//"), ("1", "<<")),
            ),
            change(_NUMBER, "`size_max: int = 128 * 1024 * {}`", "1024", "1023"),
        ),
        _ROOM,
    ),
    change(
        _NUMBER,
        "`remaining_ms=max(phase.remaining_ms - rules.initial_delay_ms, {}),`",
        *("0", "-1"),
    ): "the same: nothing is left to wait for either way",
    **dict.fromkeys(
        (
            *(
                change(_NUMBER, "`deadline_ms: int = {}`", "0", it)
                for it in ("-1", "1")
            ),
            change(_NUMBER, "`remaining_ms: int = {}`", "0", "-1"),
            change(_NUMBER, "`since_ms: int = {}`", "-1", "- 2"),
        ),
        _UNSET,
    ),
    **dict.fromkeys(
        (
            change(_NUMBER, "`if batches[{}].magic != 2:`", "0", " -1"),
            change(
                _NUMBER,
                '`text = f"magic {{batches[{}].magic}};'
                ' Produce {{produce_version}} brings magic 2"`',
                *("0", " -1"),
            ),
        ),
        "the same: there is one batch, or it has been refused",
    ),
    change(_NUMBER, "`NEVER = 2**63 - {}`", "1", "2"): "the same: no record is so far"
    " from now",
    change(_NUMBER, "`message_size_max: int = 1024 * 1024 + {}`", "12", "13"): _UNSET,
}
