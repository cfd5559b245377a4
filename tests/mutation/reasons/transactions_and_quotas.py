"""Why changes of transactions, quotas and their like are noticed by no test."""

from __future__ import annotations

from collections.abc import Mapping

from tests.mutation.reasons.wording import change

_ENCODED = (
    '`return DEFAULT if name is None else quote(name, safe="{}").replace("~", "%7E")`'
)
_WHOLE = (
    "`whole = int(limit + WHOLE_EPSILON) if math.isfinite(limit) else LONG_MAX + {}`"
)
_METER = '`rate = self._rate((Quota.CONNECTION, ("{}", address)), now_ms)`'
_ROUND = "`if partition > {} and partition % count == 0:`"
_LATER = "`if mine[group_id, partition].position {} position:`"

REASONS: Mapping[str, str] = {
    change("encoded", _ENCODED, "", "XXXX"): "the same: a letter is never encoded",
    change("limit_text", _WHOLE, "1", "2"): "the same: both are too large",
    change("QuotaBook._connections", _METER, "", "XXXX"): "the same: no other meter of"
    " connections is named after a user",
    change("rounds", _ROUND, "0", "1"): "the same: it is another round only of one"
    " broker, which nobody follows",
    change("OpenOffsets.supersede", _LATER, "<", "<="): "the same: no two batches of a"
    " partition end at one offset",
}
