"""Writes docs/clients.md: which client was shown to do what with this broker.

    .venv/bin/python -m tests.docs.clients_page > docs/clients.md

Every mark stands for a test of `tests/integration` that runs with it: the page is made
from the tables that those tests are made from.
"""

from __future__ import annotations

from importlib.metadata import version

from tests.integration.build import SOURCES
from tests.integration.clients_table import CLIENTS as ALL_CLIENTS
from tests.integration.clients_table import TRANSACTIONAL, Client
from tests.integration.test_exactly_once import UNDER_FIRE
from tests.integration.test_groups import MIXED, OLD_RELEASES, newest_for
from tests.integration.test_transactions import RELEASES

HEAD = """# Clients

Written by `make status`, never by hand; a test compares. Unmodified clients, each
driven by a small program (`tests/integration/clients`), work with this broker as the
tables say. Every mark is a test that `make integration` runs or, where it has no time
for every codec with every acks mode and for every assignor in every story, `make
verify` (`LOGION_EFFORT=1`, `LOGION_GROUPS=all`). Whether a test or the broker is at
fault, Apache Kafka can say: `LOGION_INTEGRATION_TARGET=apache` runs the same tests on
its release that stands for the one asked for.
"""

RECORDS = """## Producing and reading by assignment

Each client's records are read back by itself and by another client, byte for byte, with
each codec and each acks mode that it has (`test_clients.py`), and with brokers that
answer as old releases did (`test_old_releases.py`).
"""

GROUPS = """## Consuming in groups

What the members themselves told, with the time of each event, is judged by the rules of
`group_rules.py`: every record told; none twice in a generation; no gap and no
repetition while a partition is owned; no partition with two owners at once; and each
owner begins where the one before had committed.

- *come and go*: two members share a topic, a third joins, one leaves, one is killed
  (kill -9) and its partitions move when its session has expired.
- *restarts*: the broker is stopped and started, then killed and started; members go on.
  Then all members leave without a commit, the broker is killed once more, and a new
  member begins at exactly what was committed.
- *static*: a member with a `group.instance.id` is closed, then killed; each time it
  comes back to the same partitions, and the other member is told nothing. (Not killed
  with `consumer:`, where its name is free only when its session has expired.)
- *shared with*: members of these clients in one group.
- Several groups of a client read the same topic at once, and each gets all of it.
"""

TRANSACTIONS = """## Transactions

- *commit, abort, fencing*: transactions are committed and aborted, a second producer
  with the same transactional id fences the first, and readers of committed records see
  what was committed (`test_transactions.py`).
- *read, process, write*: a topic is copied in transactions that also commit how far
  the group has read.
- *under fire*: the same, while `kill -9` takes now the broker and now the job: each
  input comes out once (`test_exactly_once.py`; `LOGION_FIRE_SECONDS` is how long).
  Five minutes of it, one broker as 4.3 on two cores (else busy, but
  for the last of each client):

  | job | kills of the broker | of the job | inputs | twice | missing | date, commit |
  | --- | --- | --- | --- | --- | --- | --- |
  | java-3.9.1 | 26 | 34 | 34,485 | 0 | 0 | 2026-11-29, a4f377f |
  | java-3.9.1 | 27 | 23 | 33,201 | 0 | 0 | 2026-11-29, 6f1c757 |
  | java-3.9.1 | 61 | 63 | 76,573 | 0 | 0 | 2026-11-29, bdcc1ff |
  | confluent-kafka | 34 | 40 | 40,904 | 0 | 0 | 2026-11-29, a4f377f |
  | confluent-kafka | 25 | 29 | 31,713 | 0 | 0 | 2026-11-29, a4717be |
  | confluent-kafka | 68 | 68 | 88,207 | 0 | 0 | 2026-11-29, bdcc1ff |

- A hanging transaction is found, described and aborted by Apache Kafka's own tool
  (`test_hanging_transactions.py`), and data folders change hands in the middle of one,
  from Apache Kafka 3.9.1 and to it (`test_transaction_folders.py`): one transaction
  committed, one aborted, one open with a record and an offset of a group.
  `__transaction_state`, `.txnindex` and `.snapshot` are those that the other wrote;
  the other commits what is open, and the same producer goes on.
- kafka-python, aiokafka and franz-go test transactions themselves:
  [client-suites.md](client-suites.md).

All releases with `LOGION_TRANSACTIONS=all`, by turns without it. Brokers before 2.5 do
not take a group's offsets from the Java clients of 2.5 and later that say for which
member they commit (KIP-447).
"""

NOTES = """Notes

- `consumer:` is the protocol of KIP-848, in which the broker shares the partitions out;
  the rest are assignors of the client, by the names in which they agree.
- kcat commits by itself, so what a restart may repeat is bounded, not exact. kafkajs is
  told of a revocation too late to commit, and commits after each batch; its round robin
  has a protocol name of its own, which no other client offers.
- Two members of kafka-python 3.0.12 that begin together as 0.10.0, before they know the
  topic, stop for ever one time in twelve: the leader's SyncGroup is answered, and it
  asks no more. One after the other they never did.
- A static member of franz-go leaves by KIP-848 with epoch -2 but without its
  `group.instance.id` (1.21.7 to 1.22.3), to which this broker and Apache Kafka 4.3.0
  answer INVALID_REQUEST: it counts as a member until its session has ended, and so long
  nobody else gets its name. A test holds that it is so.
- `Commit` of sarama's session tells nobody that the coordinator was away or still
  loading: its program asks what is committed, and commits again until it is so. A test
  has the first commit of every client refused.
- java-0.10.0.1, kcat and kafkajs do not tell generations: there the times of the events
  decide alone.
"""

PACKAGES = {
    "confluent-kafka": "confluent-kafka",
    "kafka-python": "kafka-python",
    "aiokafka": "aiokafka",
}
GO_MODULES = {"franz-go": "github.com/twmb/franz-go", "sarama": "github.com/IBM/sarama"}


def library(client: Client) -> str:
    """Return a client with the version that is pinned, where its name has none."""
    if package := PACKAGES.get(client.name):
        return f"{client.name} {version(package)}"
    if module := GO_MODULES.get(client.name):
        lines = (SOURCES / "go/go.mod").read_text().splitlines()
        pinned = next(line for line in lines if line.startswith(f"\t{module} v"))
        return f"{client.name} {pinned.split()[1].removeprefix('v')}"
    if client.name == "kafkajs":
        return "kafkajs 2.2.4"
    return client.name


def row(*cells: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table."""
    line = row(*("---" for _ in head))
    return "\n".join((row(*head), line, *(row(*each) for each in rows)))


def yes(holds: bool) -> str:
    """Return a mark."""
    return "yes" if holds else ""


def records_rows() -> list[tuple[str, ...]]:
    """Return what each client produces and reads."""
    return [
        (
            library(it),
            ", ".join(it.codecs),
            ", ".join(map(str, it.acks)),
            yes(it.idempotent),
            yes(it.headers),
            f"{it.oldest} to {newest_for(it)}",
        )
        for it in ALL_CLIENTS
    ]


def shared_with(client: Client, assignor: str) -> str:
    """Return with which clients a client shared a group."""
    names = MIXED.get(assignor, ())
    return (
        ", ".join(it for it in names if it != client.name)
        if client.name in names
        else ""
    )


def releases_of(client: Client, assignor: str) -> str:
    """Return the releases whose groups a client took part in, with an assignor."""
    newest = newest_for(client)
    first = assignor == client.assignors[0]
    old = [it for it in OLD_RELEASES if first and it != newest and client.joins(it)]
    return ", ".join([*old, newest])


def groups_rows() -> list[tuple[str, ...]]:
    """Return what each client was shown to do in groups."""
    return [
        (
            it.name,
            assignor,
            "yes",
            "yes",
            yes(assignor in it.static_assignors_for(newest_for(it))),
            shared_with(it, assignor),
            releases_of(it, assignor),
        )
        for it in ALL_CLIENTS
        for assignor in it.assignors_for(newest_for(it))
    ]


def transactions_rows() -> list[tuple[str, ...]]:
    """Return what each client was shown to do in transactions."""
    return [
        (
            it.name,
            ", ".join(spoken),
            ", ".join(each for each in spoken if it.relays_to(each)),
            yes(it.name in UNDER_FIRE),
        )
        for it in TRANSACTIONAL
        for spoken in ([each for each in RELEASES if it.speaks_to(each)],)
    ]


def page() -> str:
    """Return the page."""
    records = table(
        ("client", "codecs", "acks", "idempotent", "headers", "releases"),
        records_rows(),
    )
    heads = ("client", "assignor", "come and go", "restarts", "static", "shared with")
    groups = table((*heads, "as releases"), groups_rows())
    marks = ("client", "commit, abort, fencing", "read, process, write", "under fire")
    parts = (HEAD, RECORDS, records, "", GROUPS, groups, "", TRANSACTIONS)
    return "\n".join((*parts, table(marks, transactions_rows()), "", NOTES))


if __name__ == "__main__":
    print(page(), end="")
