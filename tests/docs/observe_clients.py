"""Writes down which API versions each real client speaks with this broker.

    .venv/bin/python -m tests.docs.observe_clients [CLIENT ...]

Each client of `tests/integration` produces and consumes through the recorder's proxy,
with brokers of several releases, idempotently where it can, then in groups: members
join, commit, share, leave, and come back; then in transactions. A request counts if it
was answered, the records came back as they were sent, no rule of groups was broken, and
readers saw what was committed. Takes some minutes.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import trio
from logion.protocol.apis import APIS
from logion_conformance import apache, processes
from logion_traces.format import Direction, Frame
from logion_traces.recorder import record as proxy

from tests.docs import evidence
from tests.integration import brokers, corpus
from tests.integration.build import MissingToolError
from tests.integration.clients_table import CLIENTS, FIRST_STATIC, Client
from tests.integration.exchange import assert_same, expected, has_headers
from tests.integration.groups import FEED_CLIENT_ID, Feed, Group, settings_for
from tests.integration.members import Members
from tests.integration.programs import ClientError, Program, program
from tests.integration.transactions import (
    commit_abort_and_be_fenced,
    read_process_and_write,
)

RELEASES = (
    "0.8.2",
    "0.9.0",
    "0.10.0",
    "0.11.0",
    "1.1",
    "2.1",
    "2.4",
    "2.8",
    "3.9",
    "4.3",
)
FIRST_IDEMPOTENCE = "0.11.0"


class Answered:
    """The requests of a recording that were answered."""

    def __init__(self) -> None:
        self.pairs: set[evidence.Pair] = set()
        self._asked: dict[tuple[int, bytes], evidence.Pair] = {}

    def take(self, frame: Frame) -> None:
        """Take the next frame that passed: its header says what it is, and whose."""
        if frame.direction is Direction.REQUEST:
            key, version, size = (
                int.from_bytes(frame.data[i : i + 2]) for i in (0, 2, 8)
            )
            if frame.data[10 : 10 + size] != FEED_CLIENT_ID.encode():
                self._asked[frame.connection, frame.data[4:8]] = key, version
        elif pair := self._asked.pop((frame.connection, frame.data[:4]), None):
            self.pairs.add(pair)


@contextmanager
def recorded_broker(release: str, home: Path, answered: Answered) -> Iterator[str]:
    """Run a broker that is reached through a recording proxy; yield its address."""
    address = f"127.0.0.1:{processes.free_port()}"
    settings = settings_for(release)
    if release == "0.8.2":
        host, port = address.split(":")
        settings |= {"advertised.host.name": host, "advertised.port": port}
    else:
        settings |= {"advertised.listeners": f"PLAINTEXT://{address}"}
    with brokers.logion(home, release=release, settings=settings) as broker:
        host, port = broker.bootstrap.split(":")
        with proxied((host, int(port)), int(address.split(":")[1]), answered):
            yield address


@contextmanager
def proxied(upstream: tuple[str, int], port: int, answered: Answered) -> Iterator[None]:
    """Run the proxy in a thread of its own."""
    from threading import Event, Thread

    ready, end = Event(), trio.Event()
    token: list[trio.lowlevel.TrioToken] = []

    async def serve() -> None:
        token.append(trio.lowlevel.current_trio_token())
        async with trio.open_nursery() as nursery:
            await nursery.start(partial(proxy, upstream, answered.take, port=port))
            ready.set()
            await end.wait()
            nursery.cancel_scope.cancel()

    thread = Thread(target=trio.run, args=(serve,), daemon=True)
    thread.start()
    assert ready.wait(5), "the proxy did not start"
    try:
        yield
    finally:
        token[0].run_sync_soon(end.set)
        thread.join(5)


def exchange(running: Program, client: Client, bootstrap: str, release: str) -> None:
    """Let a client produce and consume; AssertionError unless the records are equal."""
    records = corpus.records_for(client, headers=has_headers(release, client))
    is_new = apache.version_of(release) >= apache.version_of(FIRST_IDEMPOTENCE)
    for codec in ("none", client.codecs_for(release)[-1]):
        safe = client.idempotent and is_new and codec == "none"
        topic = f"{client.name}-{codec}"
        running.produce(
            bootstrap, topic, records, release=release, codec=codec, idempotent=safe
        )
        got = running.consume(bootstrap, topic, len(records), release=release)
        assert_same(got, expected(records, client, release))


def share(members: Members, client: Client, bootstrap: str, release: str) -> None:
    """Let members of each kind of group share a topic; AssertionError if a rule breaks.

    The kinds are the two protocols: which assignor it is makes no other requests. The
    last to come is a static member where the release and the client have them.
    """
    is_new = apache.version_of(release) >= apache.version_of(FIRST_STATIC)
    feed = Feed(bootstrap, f"shared-{client.name}", release)
    found = client.assignors_for(release)
    server_side = [each for each in found if each.startswith("consumer:")]
    for assignor in (found[0], *server_side[:1]):
        group = Group(assignor.replace(":", "-"), feed, members, (assignor,))
        feed.send(1)
        group.join(client)
        group.get_all()
        group.join(client, "static" if client.static and is_new else None)
        group.settle()
        feed.send(1)
        group.get_all()
        group.commit()
        group.leave()
        group.check()


def transact(running: Program, client: Client, bootstrap: str, release: str) -> None:
    """Let a client work in transactions; AssertionError if readers see what is wrong.

    It does so where the release and the client have them.
    """
    is_new = apache.version_of(release) >= apache.version_of(FIRST_IDEMPOTENCE)
    if not (client.transactional and is_new):
        return
    commit_abort_and_be_fenced(running, bootstrap, release)
    if client.relays_to(release):
        read_process_and_write(running, bootstrap, release)


def observe(client: Client) -> tuple[set[evidence.Pair], list[str]]:
    """Return what brokers of all releases answered a client, and what failed."""
    pairs: set[evidence.Pair] = set()
    problems = []
    with (
        program(client) as running,
        tempfile.TemporaryDirectory() as home,
        ExitStack() as stack,
    ):
        members = Members(stack)
        for release in filter(client.speaks_to, RELEASES):
            answered = Answered()
            folder = Path(home, release)
            try:
                with recorded_broker(release, folder, answered) as bootstrap:
                    exchange(running, client, bootstrap, release)
                    if client.joins(release):
                        share(members, client, bootstrap, release)
                    transact(running, client, bootstrap, release)
            except (ClientError, AssertionError, RuntimeError, KeyError) as reason:
                said = processes.tail(folder / "broker.out")
                problems.append(f"{client.name} {release}: {reason!r}\n{said}")
            else:
                pairs |= answered.pairs
    return {(key, v) for key, v in pairs if v in APIS[key].versions}, problems


def main(names: list[str]) -> int:
    """Observe the named clients, or all; return an exit status."""
    failed = 0
    for client in CLIENTS:
        if names and client.name not in names:
            continue
        try:
            pairs, problems = observe(client)
        except MissingToolError as reason:
            pairs, problems = set(), [f"{client.name}: {reason}"]
        if pairs:
            evidence.record("clients", client.name, pairs)
        failed += len(problems)
        print(client.name, evidence.as_data(pairs), *problems, sep="\n", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
