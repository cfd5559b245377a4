"""Say what is wrong with a history, with the few operations that prove it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logion_model.history.check import Verdict
from logion_model.history.kinds import MEANING, Anomaly
from logion_model.history.operations import Operation, Records, Value

RECORDS_MAX = 6
"""So many records of one key are shown of one poll."""


def text_of(verdict: Verdict, *, examples: int, is_strict: bool = False) -> str:
    """Return the report, with up to `examples` of each kind."""
    blocks = [_head(verdict, is_strict=is_strict)]
    for kind, anomalies in verdict.anomalies.items():
        blocks.append(f"{kind}: {_counted(anomalies)}: {MEANING[kind]}")
        blocks += [
            "\n".join(_shown(verdict, anomaly))
            for anomaly in _foremost(anomalies)[:examples]
        ]
    return "\n\n".join(blocks)


def json_of(
    verdict: Verdict, *, examples: int, is_strict: bool = False
) -> dict[str, object]:
    """Return the report as an object for JSON."""
    return {
        "valid": not verdict.judged(is_strict=is_strict),
        "operations": len(verdict.history.operations),
        "anomalies": {
            str(kind): {
                "count": len(anomalies),
                "tolerated": sum(it.is_tolerated for it in anomalies),
                "examples": [
                    _as_json(verdict, anomaly)
                    for anomaly in _foremost(anomalies)[:examples]
                ],
            }
            for kind, anomalies in verdict.anomalies.items()
        },
    }


def _foremost(anomalies: Sequence[Anomaly]) -> list[Anomaly]:
    """Return those first that are not tolerated."""
    return sorted(anomalies, key=lambda it: it.is_tolerated)


def _head(verdict: Verdict, *, is_strict: bool) -> str:
    operations = f"{len(verdict.history.operations):,} operations"
    if judged := verdict.judged(is_strict=is_strict):
        kinds = len({it.kind for it in judged})
        return f"{operations}: {len(judged):,} anomalies of {kinds} kinds"
    if verdict.anomalies:
        return f"{operations}: nothing but what Kafka may show"
    return f"{operations}: nothing is wrong"


def _counted(anomalies: Sequence[Anomaly]) -> str:
    tolerated = sum(it.is_tolerated for it in anomalies)
    if not tolerated:
        return f"{len(anomalies):,}"
    if tolerated == len(anomalies):
        return f"{tolerated:,}, tolerated"
    return f"{len(anomalies):,}, {tolerated:,} of them tolerated"


def _shown(verdict: Verdict, anomaly: Anomaly) -> Iterator[str]:
    yield f"  {anomaly.what}" + (" (tolerated)" if anomaly.is_tolerated else "")
    for place, index in enumerate(anomaly.operations):
        operation = verdict.history.operations[index]
        wanted = _wanted(anomaly, place)
        yield f"    {_lines(operation)}: {described(operation, *wanted)}"
        if anomaly.cycle:
            edge = anomaly.cycle[place]
            target = verdict.history.operations[edge.target]
            yield f"      {edge} {_lines(target)}"


def _wanted(anomaly: Anomaly, place: int) -> tuple[set[str], set[Value]]:
    """Return the keys and values for which an operation stands in a proof."""
    if not anomaly.cycle:
        return {anomaly.key}, set(anomaly.values)
    around = (anomaly.cycle[place], anomaly.cycle[place - 1])
    values = {value for edge in around for value in edge.values}
    return {edge.key for edge in around if edge.key}, values


def _lines(operation: Operation) -> str:
    if operation.completed is None:
        return f"line {operation.invoked}"
    return f"lines {operation.invoked}-{operation.completed}"


def described(operation: Operation, keys: set[str], values: set[Value]) -> str:
    """Return what an operation did to `keys`, around `values`; the rest as dots."""
    parts = []
    for send in operation.sends:
        if send.key in keys and send.value in values:
            at = "" if send.offset is None else f" at {send.offset}"
            parts.append(f"send {send.key} {send.value!r}{at}")
    for poll in operation.polls:
        parts += [
            f"poll {key} {_around(poll, key, values)}"
            for key in poll
            if key in keys and poll[key]
        ]
    everything = len(operation.sends) + sum(len(poll) or 1 for poll in operation.polls)
    if len(parts) < everything:
        parts.append("...")
    did = "; ".join(parts)
    return f"process {operation.process} {operation.f} {operation.outcome}: {did}"


def _around(poll: Records, key: str, values: set[Value]) -> str:
    """Return records of a poll: those of the values, and what is next to them."""
    records = poll[key]
    places = [at for at, (_, value) in enumerate(records) if value in values]
    if len(records) <= RECORDS_MAX:
        chosen = list(range(len(records)))
    else:
        near = {at + by for at in places or [0] for by in (-1, 0, 1)}
        chosen = sorted(near & set(range(len(records))))[:RECORDS_MAX]
    words, last = [], -1
    for at in chosen:
        words += ["..."] * (at != last + 1)
        offset, value = records[at]
        words.append(f"{value!r}@{offset}")
        last = at
    return " ".join(words + ["..."] * (last + 1 < len(records)))


def _as_json(verdict: Verdict, anomaly: Anomaly) -> dict[str, object]:
    operations = [verdict.history.operations[index] for index in anomaly.operations]
    found: dict[str, object] = {
        "what": anomaly.what,
        "tolerated": anomaly.is_tolerated,
        "operations": [
            {
                "process": operation.process,
                "f": operation.f,
                "outcome": operation.outcome,
                "invoked": operation.invoked,
                "completed": operation.completed,
            }
            for operation in operations
        ],
    }
    if anomaly.key:
        found |= {"key": anomaly.key, "values": list(anomaly.values)}
    if anomaly.cycle:
        found["cycle"] = [
            {"relation": it.relation, "key": it.key, "values": list(it.values)}
            for it in anomaly.cycle
        ]
    return found
