"""Small random histories: possible ones, in which nearly anything may go wrong."""

from __future__ import annotations

from random import Random
from typing import Any

Event = dict[str, Any]

KEYS = ("a", "b")
OPERATIONS_MAX = 8


class Wild:
    """Clients of a log that mostly does what it should."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.trust = self.chance.choice((0.5, 0.9, 1.0))
        """How likely an answer is to be the true one."""
        self.transactions = self.chance.choice((0.2, 0.8))
        self.logs: dict[str, list[int]] = {key: [] for key in KEYS}
        self.ends: dict[tuple[str, str], int] = {}
        self.busy: dict[str, Event] = {}
        self.values = 0
        self.processes = [f"p{n}" for n in range(self.chance.randint(1, 3))]

    def events(self) -> list[Event]:
        """Return a history of a few operations."""
        left, found = self.chance.randint(1, OPERATIONS_MAX), []
        while left or self.busy:
            process = self.chance.choice(self.processes)
            if process in self.busy:
                found.append(self.end(process))
            elif left:
                found.append(self.begin(process))
                left -= 1
            elif self.chance.random() < 0.1:
                break  # the history ends before they do
        return found

    def begin(self, process: str) -> Event:
        """Return how a process begins something."""
        if self.chance.random() < 0.08:
            f = self.chance.choice(("assign", "subscribe"))
            event = {"process": process, "f": f, "value": list(KEYS)}
        else:
            micros = [self.micro()]
            while self.chance.random() < self.transactions and len(micros) < 4:
                micros.append(self.micro())
            f = micros[0][0] if len(micros) == 1 else "txn"
            event = {"process": process, "f": f, "value": micros}
        self.busy[process] = event
        return event | {"type": "invoke"}

    def micro(self) -> list[Any]:
        """Return a poll, or a send of a new value, which takes its place in the log."""
        if self.chance.random() < 0.5:
            return ["poll"]
        key = self.chance.choice(KEYS)
        self.values += 1
        self.logs[key].append(self.values)
        if self.chance.random() > self.trust:
            self.chance.shuffle(self.logs[key])
        return ["send", key, self.values]

    def end(self, process: str) -> Event:
        """Return how a process ends what it began."""
        event = self.busy.pop(process)
        outcome = self.chance.choices(("ok", "fail", "unknown"), (8, 1, 1))[0]
        told: Event = {"type": outcome}
        if outcome == "unknown":
            self.processes[self.processes.index(process)] = f"{process}'"
        if event["f"] in ("assign", "subscribe"):
            return event | told
        told["value"] = [self.answer(process, micro) for micro in event["value"]]
        if outcome != "ok" and self.chance.random() < 0.5:
            told["value"] = self.chance.choice((None, event["value"]))
        if self.chance.random() < 0.1:
            told["rebalanced"] = [self.chance.choice(KEYS)]
        return event | told

    def answer(self, process: str, micro: list[Any]) -> list[Any]:
        """Return how the log answers."""
        if micro[0] == "poll":
            found = {key: self.polled(process, key) for key in KEYS}
            return ["poll", {key: records for key, records in found.items() if records}]
        _, key, value = micro
        offset: int | None = 2 * self.logs[key].index(value)
        if self.chance.random() > self.trust:
            offset = self.chance.choice((None, offset, self.chance.randint(0, 8)))
        return ["send", key, [offset, value]]

    def polled(self, process: str, key: str) -> list[list[int]]:
        """Return some records, from where the process stands."""
        start = self.ends.get((process, key), 0)
        if self.chance.random() > self.trust:
            start = self.chance.randint(0, start)
        end = min(start + self.chance.randint(0, 3), len(self.logs[key]))
        self.ends[process, key] = max(start, end)
        records = [[2 * at, self.logs[key][at]] for at in range(start, end)]
        return [it for it in records if self.chance.random() < self.trust]
