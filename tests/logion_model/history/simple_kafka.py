"""A broker as simple as it is correct, its clients, and the history that they make.

Records of transactions become visible when it commits; polls return what is committed
and below every open transaction. Clients lose answers, abort, and come back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

Event = dict[str, Any]

POLL_MAX = 20
"""Records of a key that one poll returns."""


@dataclass
class Log:
    """One key: records and control records, which ones are aborted, who is writing."""

    entries: list[int | None] = field(default_factory=list)
    """Values; None for what nobody may see."""
    open: dict[str, list[int]] = field(default_factory=dict)
    """Process, to the offsets of its transaction."""

    def end(self, process: str, *, is_committed: bool) -> None:
        """End a transaction; its marker takes an offset."""
        offsets = self.open.pop(process, None)
        if offsets is not None:
            self.entries.append(None)
            for offset in offsets if not is_committed else ():
                self.entries[offset] = None

    def read(self, start: int, count: int) -> tuple[list[list[int]], int]:
        """Return stable records from an offset on, and where to go on."""
        stable = min((it[0] for it in self.open.values()), default=len(self.entries))
        end = max(start, min(stable, start + count))
        found = [[at, self.entries[at]] for at in range(start, end)]
        return [it for it in found if it[1] is not None], end


@dataclass
class Client:
    """A process: what it is doing, and where it stands."""

    name: str
    positions: dict[str, int]
    event: Event | None = None
    micros: list[Any] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    before: dict[str, int] = field(default_factory=dict)
    """Where it stood when it began."""


class SimpleKafka:
    """The broker and its clients, driven by chance."""

    def __init__(
        self, seed: int, *, keys: int = 3, clients: int = 4, reads: int = 3
    ) -> None:
        """Let each client read so many keys, and write to all."""
        self.chance = Random(seed)
        self.reads = reads
        self.logs = {f"key-{n}": Log() for n in range(keys)}
        self.keys = list(self.logs)
        self.values = 0
        self.names = 0
        self.clients = [self.client() for _ in range(clients)]

    def client(self, positions: dict[str, int] | None = None) -> Client:
        """Return a new process."""
        self.names += 1
        chosen = self.chance.sample(self.keys, self.reads)
        return Client(f"p{self.names}", positions or dict.fromkeys(chosen, 0))

    def events(self, operations: int) -> Iterator[Event]:
        """Yield a history of so many operations, and polls of all there is."""
        while operations or any(client.event for client in self.clients):
            index = self.chance.randrange(len(self.clients))
            client = self.clients[index]
            if client.event is None:
                if operations:
                    operations -= 1
                    yield self.begin(client)
            elif len(client.answers) < len(client.micros):
                client.answers.append(self.step(client, client.micros))
            else:
                yield self.end(index, client)
        yield from self.last_polls()

    def begin(self, client: Client) -> Event:
        """Return how a client begins something."""
        client.before = dict(client.positions)
        client.answers = []
        if self.chance.random() < 0.01:
            client.micros = []
            for key in client.positions:
                back = self.chance.randrange(10)
                client.positions[key] = max(0, client.positions[key] - back)
            event = {"process": client.name, "f": "assign"}
            event["value"] = list(client.positions)
        else:
            is_txn = self.chance.random() < 0.3
            count = self.chance.randint(1, 4) if is_txn else 1
            client.micros = [self.micro() for _ in range(count)]
            f = "txn" if is_txn else client.micros[0][0]
            event = {"process": client.name, "f": f, "value": client.micros}
        client.event = event
        return event | {"type": "invoke"}

    def micro(self) -> list[Any]:
        if self.chance.random() < 0.4:
            return ["poll"]
        self.values += 1
        return ["send", self.chance.choice(self.keys), self.values]

    def step(self, client: Client, micros: list[Any]) -> list[Any]:
        """Do the next micro-operation; return its answer."""
        micro = micros[len(client.answers)]
        if micro[0] == "poll":
            found = {}
            for key, position in client.positions.items():
                records, end = self.logs[key].read(position, POLL_MAX)
                client.positions[key] = end
                if records:
                    found[key] = records
            return ["poll", found]
        _, key, value = micro
        log, offset = self.logs[key], len(self.logs[key].entries)
        log.entries.append(value)
        if client.event["f"] == "txn":
            log.open.setdefault(client.name, []).append(offset)
        return ["send", key, [offset, value]]

    def end(self, index: int, client: Client) -> Event:
        """Return how a client ends what it began; one that crashes is replaced."""
        event, client.event = client.event, None
        outcomes = ("ok", "fail", "unknown")
        f = event["f"]
        outcome = self.chance.choices(outcomes, (95, 3 if f == "txn" else 0, 2))[0]
        if f == "assign":
            return event | {"type": "ok"}
        is_committed = outcome == "ok"
        if outcome == "unknown":
            is_committed = self.chance.random() < 0.5
            self.clients[index] = self.client(client.before)
        for log in self.logs.values():
            log.end(client.name, is_committed=is_committed)
        if outcome == "fail" and self.chance.random() < 0.5:
            client.positions = client.before
        value = (
            client.answers if outcome == "ok" or self.chance.random() < 0.5 else None
        )
        return event | {"type": outcome, "value": value}

    def last_polls(self) -> Iterator[Event]:
        """Yield polls from the beginning to the end of each key."""
        reader = self.client(dict.fromkeys(self.keys, 0))
        for key, log in self.logs.items():
            while reader.positions[key] < len(log.entries):
                position = reader.positions[key]
                records, reader.positions[key] = log.read(position, 500)
                polled = [["poll", {key: records} if records else {}]]
                event = {"process": reader.name, "f": "poll"}
                yield event | {"type": "invoke", "value": [["poll"]]}
                yield event | {"type": "ok", "value": polled}
