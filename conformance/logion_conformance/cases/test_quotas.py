"""AlterClientQuotas, DescribeClientQuotas, and what they do to who is over a quota."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, TypeVar

import pytest
import trio
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.alter_client_quotas import (
    AlterClientQuotasRequest,
    AlterClientQuotasRequestEntryData,
    AlterClientQuotasResponse,
    AlterClientQuotasResponseEntryData,
    EntityData,
    OpData,
)
from logion.protocol.messages.create_topics import (
    CreatableTopic,
    CreateTopicsRequest,
    CreateTopicsResponse,
)
from logion.protocol.messages.describe_client_quotas import (
    ComponentData,
    DescribeClientQuotasRequest,
    DescribeClientQuotasResponse,
)
from logion.protocol.messages.fetch import FetchResponse
from logion.protocol.messages.produce import ProduceResponse

from logion_conformance import material
from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import (
    Broken,
    expect,
    expect_error,
    expect_success,
    expect_that,
    expect_wait,
)
from logion_conformance.subject import Subject

EXACT, BY_DEFAULT, SPECIFIED = range(3)
"""How a component of a filter is meant."""

ATTEMPTS_MAX = 40
PAUSE_BETWEEN_S = 0.05

Parts = tuple[tuple[str, str | None], ...]
Told = dict[Parts, dict[str, float]]


async def altered(
    broker: Subject,
    parts: Parts,
    *edits: tuple[str, float | None],
    validate_only: bool = False,
) -> AlterClientQuotasResponseEntryData:
    """Return the result of changes for one entity; None removes a quota."""
    entry = AlterClientQuotasRequestEntryData(
        entity=tuple(EntityData(entity_type=k, entity_name=n) for k, n in parts),
        ops=tuple(
            OpData(key=key, value=limit or 0.0, remove=limit is None)
            for key, limit in edits
        ),
    )
    request = AlterClientQuotasRequest(entries=(entry,), validate_only=validate_only)
    answer = await broker.ask(request, AlterClientQuotasResponse)
    return answer.entries[0]


async def limit(broker: Subject, parts: Parts, *edits: tuple[str, float]) -> None:
    """Set quotas of an entity until the end of the case."""
    removals = [(key, None) for key, _ in edits]
    broker.afterwards(partial(_forget, broker, parts, removals))
    expect_success((await altered(broker, parts, *edits)).error_code)


async def _forget(
    broker: Subject, parts: Parts, removals: list[tuple[str, None]]
) -> None:
    await altered(broker, parts, *removals)


def filter_of(
    *components: tuple[str, int, str | None], strict: bool = False
) -> DescribeClientQuotasRequest:
    """Return a request for the entities with these parts."""
    return DescribeClientQuotasRequest(
        components=tuple(
            ComponentData(entity_type=kind, match_type=match, match=name)
            for kind, match, name in components
        ),
        strict=strict,
    )


async def told(broker: Subject, asked: DescribeClientQuotasRequest) -> Told:
    """Return the quotas of the entities asked for."""
    answer = await broker.ask(asked, DescribeClientQuotasResponse)
    expect_success(answer.error_code)
    return {
        tuple(sorted((it.entity_type, it.entity_name) for it in entry.entity)): {
            it.key: it.value for it in entry.values
        }
        for entry in answer.entries or ()
    }


async def becomes(
    broker: Subject, asked: DescribeClientQuotasRequest, expected: Told
) -> None:
    """See that certain quotas come to be told, at once or soon."""

    async def look() -> None:
        now = await told(broker, asked)
        if now != expected:
            raise ApiError(Error.REQUEST_TIMED_OUT, f"expected {expected}, told {now}")

    await broker.cluster.retry(look)


@case(
    "quotas.set",
    level=MUST,
    cites="KIP-546: AlterClientQuotas and DescribeClientQuotas",
    apis={"AlterClientQuotas": "0+", "DescribeClientQuotas": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_quotas_are_set_told_and_removed(broker: Subject) -> None:
    """An entity has the quotas that were set, and no longer those removed."""
    parts: Parts = (("user", broker.name_of_its_own()),)
    asked = filter_of(("user", EXACT, parts[0][1]), strict=True)
    edits = (("producer_byte_rate", 5000.0), ("request_percentage", 12.5))
    await limit(broker, parts, *edits)
    await becomes(broker, asked, {parts: dict(edits)})
    came = await altered(broker, parts, ("producer_byte_rate", None))
    expect(
        "the entity", [(e.entity_type, e.entity_name) for e in came.entity], [*parts]
    )
    await becomes(broker, asked, {parts: {"request_percentage": 12.5}})
    await altered(broker, parts, ("request_percentage", None))
    await becomes(broker, asked, {})


@case(
    "quotas.matching",
    level=MUST,
    cites="KIP-546: match types and strict filters",
    apis={"DescribeClientQuotas": "0+", "AlterClientQuotas": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_filters_match_by_the_parts_of_an_entity(broker: Subject) -> None:
    """Exactly, by default, any; strictly: without further parts."""
    user = broker.name_of_its_own()
    alone: Parts = (("user", user),)
    both: Parts = (("client-id", "a/b c"), ("user", user))
    default: Parts = (("client-id", None), ("user", user))
    for parts in (alone, both, default):
        await limit(broker, parts, ("consumer_byte_rate", 7.0))
    quota = {"consumer_byte_rate": 7.0}
    exact = ("user", EXACT, user)
    every = {alone: quota, both: quota, default: quota}
    await becomes(broker, filter_of(exact), every)
    expect("strict", await told(broker, filter_of(exact, strict=True)), {alone: quota})
    by_default = filter_of(exact, ("client-id", BY_DEFAULT, None))
    expect("the default", await told(broker, by_default), {default: quota})
    named = filter_of(exact, ("client-id", SPECIFIED, None))
    expect("any", await told(broker, named), {both: quota, default: quota})


@case(
    "quotas.validated",
    level=MUST,
    cites="AlterClientQuotasRequest.ValidateOnly",
    apis={"AlterClientQuotas": "0+", "DescribeClientQuotas": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_quotas_are_only_checked(broker: Subject) -> None:
    """With validate_only nothing is set."""
    parts: Parts = (("user", broker.name_of_its_own()),)
    came = await altered(broker, parts, ("producer_byte_rate", 5.0), validate_only=True)
    expect_success(came.error_code)
    expect("quotas", await told(broker, filter_of(("user", EXACT, parts[0][1]))), {})


@case(
    "quotas.refused",
    level=SHOULD,
    cites="KIP-546: entities and keys",
    apis={"AlterClientQuotas": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_what_is_no_quota_is_refused(broker: Subject) -> None:
    """INVALID_REQUEST for an unknown kind or key, an empty name, a broken number."""
    user: Parts = (("user", broker.name_of_its_own()),)
    rate = ("producer_byte_rate", 5.0)
    nobody: Parts = ()
    wrong: tuple[tuple[Parts, tuple[str, float]], ...] = (
        (nobody, rate),
        ((("nope", "x"),), rate),
        ((("user", ""),), rate),
        (user, ("nope", 5.0)),
        (user, ("connection_creation_rate", 5.0)),
        (user, ("producer_byte_rate", 1.5)),
    )
    for parts, edit in wrong:
        came = await altered(broker, parts, edit)
        expect_error(came.error_code, Error.INVALID_REQUEST, what=f"{parts}, {edit}")


@case(
    "quotas.filters.refused",
    level=SHOULD,
    cites="KIP-546: filters",
    apis={"DescribeClientQuotas": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_what_is_no_filter_is_refused(broker: Subject) -> None:
    """INVALID_REQUEST for an empty kind or one named twice; unknown: UNSUPPORTED."""
    any_user = ("user", SPECIFIED, None)
    wrong = (
        (filter_of(("", SPECIFIED, None)), Error.INVALID_REQUEST),
        (filter_of(any_user, any_user), Error.INVALID_REQUEST),
        (filter_of(("nope", SPECIFIED, None)), Error.UNSUPPORTED_VERSION),
    )
    for asked, error in wrong:
        came = await broker.ask(asked, DescribeClientQuotasResponse)
        expect_error(came.error_code, error)
        expect("the entries", came.entries, None)


class Throttled(Protocol):
    """An answer that can tell a pause."""

    @property
    def throttle_time_ms(self) -> int:
        """Return the pause, 0 if there is none."""


T = TypeVar("T", bound=Throttled)


async def told_to_pause(act: Callable[[], Awaitable[T]]) -> tuple[T, float]:
    """Do something until the answer tells a pause; return it, and how long it took.

    Brokers on ZooKeeper hear of a new quota a little after it is set.
    """
    for _ in range(ATTEMPTS_MAX):
        begun = trio.current_time()
        answer = await act()
        if answer.throttle_time_ms:
            return answer, trio.current_time() - begun
        await trio.sleep(PAUSE_BETWEEN_S)
    raise Broken("the pause", expected="one, in the end", came="none")


@case(
    "quotas.produce",
    level=MUST,
    cites="KIP-13, KIP-219: throttle time, and the connection rests",
    apis={"Produce": "6+", "AlterClientQuotas": "0+"},
)
async def test_who_produces_too_much_pauses(broker: Subject) -> None:
    """The answer comes at once and tells a pause, for which nothing more is heard."""
    topic = await broker.topic()
    client: Parts = (("client-id", broker.cluster.options.client_id),)
    request = material.produce_request(topic, broker.batch(bytes(30_000)))
    await limit(broker, client, ("producer_byte_rate", 2700.0))

    async def produce() -> ProduceResponse:
        return await broker.ask_leader(topic, request, ProduceResponse)

    answer, took_s = await told_to_pause(produce)
    expect_success(answer.responses[0].partition_responses[0].error_code)
    pause_ms = answer.throttle_time_ms
    expect_that(
        "the pause",
        holds=pause_ms > 400,
        expected="about 1.1 s: 30,000 bytes, where 27,000 are allowed at first",
        came=pause_ms,
    )
    answered = trio.current_time()
    expect_wait(took_s, ms_max=pause_ms)
    await broker.end_offset(topic)
    waited_ms = (trio.current_time() - answered) * 1000
    expect_that(
        "what was asked next",
        holds=waited_ms > pause_ms * 0.8,
        expected="answered after the pause",
        came=f"answered after {waited_ms:.0f} ms",
    )


@case(
    "quotas.fetch",
    level=SHOULD,
    cites="KIP-219: a fetch over its quota is answered without records",
    apis={"Fetch": "8+", "AlterClientQuotas": "0+"},
)
async def test_who_fetches_too_much_gets_nothing_for_a_while(broker: Subject) -> None:
    """Of fetches that are too much together the last one gives nothing."""
    topic = await broker.topic()
    await broker.append(topic, bytes(20_000))
    connection = await broker.connect_to_leader(topic)  # which rests, and no other
    client: Parts = (("client-id", broker.cluster.options.client_id),)
    await limit(broker, client, ("consumer_byte_rate", 3800.0))
    request = material.fetch_request(topic, material.fetch_partition(0))

    async def fetch() -> FetchResponse:
        return await connection.call(request, FetchResponse)

    answer, took_s = await told_to_pause(fetch)
    expect_wait(took_s, ms_max=answer.throttle_time_ms)
    expect("what is given", answer.responses, ())


@case(
    "quotas.mutations",
    level=MUST,
    cites="KIP-599: THROTTLING_QUOTA_EXCEEDED",
    apis={"CreateTopics": "6+", "AlterClientQuotas": "0+"},
)
async def test_topics_are_refused_to_who_makes_too_many(broker: Subject) -> None:
    """Once the tokens are used up topics are refused, and the pause is told."""
    connection = await broker.connect_to_controller()  # which rests, and no other
    client: Parts = (("client-id", broker.cluster.options.client_id),)
    await limit(broker, client, ("controller_mutation_rate", 1.0))

    async def make() -> CreateTopicsResponse:
        request = _six_partitions(broker.new_name())
        return await connection.call(request, CreateTopicsResponse)

    answer, _ = await told_to_pause(make)
    expect_error(answer.topics[0].error_code, Error.THROTTLING_QUOTA_EXCEEDED)


def _six_partitions(name: str) -> CreateTopicsRequest:
    topic = CreatableTopic(
        name=name,
        num_partitions=6,
        replication_factor=1,
        assignments=(),
        configs=(),
    )
    return CreateTopicsRequest(topics=(topic,), timeout_ms=5000)
