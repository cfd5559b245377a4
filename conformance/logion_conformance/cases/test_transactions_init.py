"""InitProducerId with a transactional id: who gets which epoch, and who is fenced."""

from __future__ import annotations

from logion.protocol.errors import Error

from logion_conformance.case import MUST, case
from logion_conformance.expect import (
    expect,
    expect_error,
    expect_success,
    expect_that,
)
from logion_conformance.subject import Subject
from logion_conformance.transactions import (
    new_transactional_id,
    new_transactional_producer,
)

KIP = "KIP-98"
INIT = {"InitProducerId": "0+", "FindCoordinator": "1+"}

TIMEOUT_TOO_LONG_MS = 2**31 - 1


@case(
    "transactions.init.epochs",
    level=MUST,
    cites=f"{KIP}: the epoch grows with each InitProducerId of a transactional id",
    apis=INIT,
)
async def test_each_producer_of_an_id_has_the_next_epoch(
    broker: Subject, version: int
) -> None:
    """The first producer of a transactional id has epoch 0, the next one the same
    producer id and epoch 1."""
    first = await new_transactional_producer(broker)
    second = await first.begun()
    expect("the epochs", (first.epoch, second.epoch), (0, 1))
    expect("the producer id of the second", second.producer_id, first.producer_id)
    expect("the version asked in", broker.version("InitProducerId"), version)


@case(
    "transactions.init.timeout",
    level=MUST,
    cites=f"{KIP}: error 50 INVALID_TRANSACTION_TIMEOUT",
    apis=INIT,
)
async def test_a_timeout_out_of_bounds_is_refused(
    broker: Subject, version: int
) -> None:
    """A timeout of no milliseconds, or above the broker's largest, is refused, and no
    producer id is given."""
    broker.need_bound("transaction.max.timeout.ms")
    asked = await new_transactional_id(broker)
    for timeout_ms in (0, -1, TIMEOUT_TOO_LONG_MS):
        came = await asked.init(timeout_ms=timeout_ms)
        expect_error(came.error_code, Error.INVALID_TRANSACTION_TIMEOUT)
        expect("id and epoch", (came.producer_id, came.producer_epoch), (-1, -1))
    expect("the version asked in", broker.version("InitProducerId"), version)


@case(
    "transactions.init.empty",
    level=MUST,
    cites=f"{KIP}: a transactional id is not empty",
    apis=INIT,
)
async def test_an_empty_transactional_id_is_refused(
    broker: Subject, version: int
) -> None:
    """The empty transactional id is an INVALID_REQUEST, whatever the timeout."""
    asked = await new_transactional_id(broker)
    nameless = type(asked)(broker, asked.connection, "")
    for timeout_ms in (60_000, 0):
        came = await nameless.init(timeout_ms=timeout_ms)
        expect_error(came.error_code, Error.INVALID_REQUEST)
    expect("the version asked in", broker.version("InitProducerId"), version)


@case(
    "transactions.init.known",
    level=MUST,
    cites="KIP-360: a producer that knows its epoch gets the next one",
    apis={**INIT, "InitProducerId": "3+"},
)
async def test_who_knows_its_epoch_gets_the_next_and_may_ask_again(
    broker: Subject, version: int
) -> None:
    """A producer that tells its id and epoch gets the next epoch; asked again with the
    old one, the answer is the same. After another producer came it is fenced."""
    producer = await new_transactional_producer(broker)
    for _ in range(2):
        came = await producer.init(knows=True)
        expect_success(came.error_code)
        expect("the epoch", came.producer_epoch, 1)
        expect("the producer id", came.producer_id, producer.producer_id)
    other = await producer.begun()
    expect("the epoch of another producer", other.epoch, 2)
    fenced = Error.PRODUCER_FENCED if version >= 4 else Error.INVALID_PRODUCER_EPOCH
    for epoch in (0, 1, 7):
        came = await producer.at(epoch).init(knows=True)
        expect_error(came.error_code, fenced)
    expect("the version asked in", broker.version("InitProducerId"), version)


@case(
    "transactions.init.known.other-id",
    level=MUST,
    cites="KIP-360: the id must be the one that the coordinator knows",
    apis={**INIT, "InitProducerId": "3+"},
)
async def test_who_tells_another_producers_id_is_fenced(
    broker: Subject, version: int
) -> None:
    """A producer that tells an id that is not its transactional id's is fenced; one
    that tells only id or epoch is an INVALID_REQUEST."""
    producer = await new_transactional_producer(broker)
    other = type(producer)(
        broker, producer.connection, producer.id, producer.producer_id + 1, 0
    )
    came = await other.init(knows=True)
    fenced = Error.PRODUCER_FENCED if version >= 4 else Error.INVALID_PRODUCER_EPOCH
    expect_error(came.error_code, fenced)
    came = await producer.at(-1).init(knows=True)
    expect_error(came.error_code, Error.INVALID_REQUEST)
    expect("the version asked in", broker.version("InitProducerId"), version)


@case(
    "transactions.init.fences",
    level=MUST,
    cites=f"{KIP}: InitProducerId aborts what the producer before left open",
    apis={**INIT, "AddPartitionsToTxn": "0-3", "EndTxn": "0-4"},
)
async def test_a_producer_that_comes_fences_the_one_before(
    broker: Subject, version: int
) -> None:
    """While a transaction is open, the next producer first hears
    CONCURRENT_TRANSACTIONS; the transaction is aborted, and whoever began it can
    neither add to it nor commit it."""
    topic = await broker.topic()
    zombie = await new_transactional_producer(broker)
    expect("the answer to the partition", await zombie.add(topic, 0), [0])
    came = await zombie.init()
    expect_error(came.error_code, Error.CONCURRENT_TRANSACTIONS)
    later = await zombie.begun()
    expect_that(
        "the epoch of the next producer",
        holds=later.epoch > zombie.epoch + 1,
        expected="more than one later",
        came=later.epoch,
    )
    fenced = (Error.PRODUCER_FENCED, Error.INVALID_PRODUCER_EPOCH)
    (code,) = await zombie.add(topic, 0)
    expect_error(code, *fenced)
    expect_error((await zombie.end(commit=True)).error_code, *fenced)
    expect("the end offset: one marker", await broker.end_offset(topic), 1)
    expect("the version asked in", broker.version("InitProducerId"), version)
