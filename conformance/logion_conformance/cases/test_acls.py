"""Rules about access: made, found, deleted, and what they let somebody do (KIP-140).

Judged on a broker of the suite's own: see `guarding`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.fetch import FetchResponse
from logion.protocol.messages.list_offsets import ListOffsetsResponse
from logion.protocol.messages.produce import ProduceResponse

from logion_conformance.access import (
    ALL,
    ANY,
    CLUSTER,
    DENY,
    DESCRIBE,
    GROUP,
    LITERAL,
    MATCH,
    PREFIXED,
    READ,
    TOPIC,
    WRITE,
    Filter,
    Rule,
    allow,
    create_rules,
    delete_rules,
    rules_like,
    topic_refused,
)
from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error, expect_that
from logion_conformance.material import (
    LATEST,
    Topic,
    fetch_partition,
    fetch_request,
    offsets_request,
    produce_request,
)
from logion_conformance.subject import Subject
from logion_conformance.waiting import eventually

EACH = pytest.mark.usefixtures("version", "guarded")

CITES = "KIP-140"

MADE = {"CreateAcls": "0+", "DescribeAcls": "0+", "DeleteAcls": "0+"}
FOUND = {"DescribeAcls": "0+", "CreateAcls": "0+", "DeleteAcls": "0+"}
GONE = {"DeleteAcls": "0+", "CreateAcls": "0+", "DescribeAcls": "0+"}

PREFIXES = {"CreateAcls": "1+", "DescribeAcls": "1+", "DeleteAcls": "1+"}


async def expect_rules(broker: Subject, wanted: Filter, *rules: Rule) -> None:
    """Nothing once a filter finds these rules and no others; Broken if it does not."""

    async def found() -> None:
        expect("the rules", await rules_like(broker, wanted), sorted(rules))

    await eventually(broker, found)


# --- made, found, deleted -------------------------------------------------------------


@EACH
@case("access.rules.created", level=MUST, cites=CITES, apis=MADE)
async def test_a_rule_is_found_as_it_was_made(broker: Subject) -> None:
    """A rule that is made, allowing or denying, is described with the resource, the
    principal, the host and the operation that it was given."""
    name = broker.name_of_its_own()
    rules = [
        Rule(name, READ),
        Rule(name, WRITE, "User:somebody else", DENY, host="10.1.2.3"),
    ]
    await allow(broker, *rules)
    await expect_rules(broker, Filter(name), *rules)


@EACH
@case("access.rules.twice", level=SHOULD, cites=CITES, apis=MADE)
async def test_a_rule_is_there_once_however_often_it_is_made(broker: Subject) -> None:
    """Making a rule again succeeds, and changes nothing."""
    rule = Rule(broker.name_of_its_own(), READ)
    for _ in range(2):
        await allow(broker, rule)
    await expect_rules(broker, Filter(rule.name), rule)


@EACH
@case(
    "access.rules.vague",
    level=MUST,
    cites="KIP-140: ANY is for filters",
    apis=PREFIXES,
)
async def test_a_rule_has_to_say_what_it_is_about(broker: Subject) -> None:
    """A rule whose kind of resource, operation or permission is `any` is refused with
    some error, and is not made."""
    good = Rule(broker.name_of_its_own(), READ)
    vague = [
        good._replace(kind=ANY),
        good._replace(operation=ANY),
        good._replace(permission=ANY),
    ]
    for each in vague:
        (code,) = await create_rules(broker, each)
        holds = code != Error.NONE
        expect_that(f"the code of {each}", holds=holds, expected="an error", came=code)
    await expect_rules(broker, Filter(good.name))


@EACH
@case(
    "access.rules.invalid",
    level=MUST,
    cites="KIP-140; error 42 INVALID_REQUEST",
    apis=MADE,
)
async def test_a_rule_has_to_be_about_something_there_can_be(broker: Subject) -> None:
    """INVALID_REQUEST for a rule that names no resource, or a cluster other than
    kafka-cluster; a rule beside it is made."""
    good = Rule(broker.name_of_its_own(), READ)
    for each in (good._replace(name=""), good._replace(kind=CLUSTER)):
        codes = await create_rules(broker, each, good)
        expect_error(codes[0], Error.INVALID_REQUEST, what=f"the code of {each}")
        expect_error(codes[1], Error.NONE, what="the code of the rule beside it")
    await expect_rules(broker, Filter(good.name), good)


@EACH
@case("access.rules.filters", level=MUST, cites=CITES, apis=FOUND)
async def test_a_filter_finds_what_has_all_that_it_asks_for(broker: Subject) -> None:
    """Filters by name, kind of resource, principal, host, operation and permission, of
    which each leaves out what differs; `any` and null leave out nothing."""
    name = broker.name_of_its_own()
    first = Rule(name, READ)
    other = Rule(name, WRITE, "User:b", DENY, GROUP, host="10.1.2.3")
    await allow(broker, first, other)
    await expect_rules(broker, Filter(name), first, other)
    await expect_rules(broker, Filter(name, kind=TOPIC), first)
    await expect_rules(broker, Filter(name, operation=WRITE), other)
    await expect_rules(broker, Filter(name, principal=first.principal), first)
    await expect_rules(broker, Filter(name, permission=DENY), other)
    await expect_rules(broker, Filter(name, host="*"), first)
    await expect_rules(broker, Filter(name, host="10.1.2.4"))
    await expect_rules(broker, Filter(broker.name_of_its_own()))


@EACH
@case("access.rules.deleted", level=MUST, cites=CITES, apis=GONE)
async def test_deleting_tells_what_is_gone(broker: Subject) -> None:
    """Each filter of DeleteAcls is answered with the rules that it has deleted: none is
    no error. What no filter finds stays."""
    name = broker.name_of_its_own()
    first, second = Rule(name, READ), Rule(name, WRITE)
    stays = Rule(name, DESCRIBE, "User:b")
    await allow(broker, first, second, stays)
    await expect_rules(broker, Filter(name), first, second, stays)
    mine, nobodys = (
        Filter(name, principal=first.principal),
        Filter(name, principal="X:c"),
    )
    gone = await delete_rules(broker, mine, nobodys)
    expect("the rules that are gone", gone, [sorted([first, second]), []])
    await expect_rules(broker, Filter(name), stays)


@EACH
@case(
    "access.rules.patterns",
    level=MUST,
    cites="KIP-290: prefixed patterns, MATCH",
    apis=PREFIXES,
)
async def test_filters_tell_names_from_prefixes(broker: Subject) -> None:
    """LITERAL and PREFIXED find rules of that pattern, ANY those of both, and MATCH the
    rules that apply to a name: its own, and those of its prefixes."""
    prefix = broker.name_of_its_own()
    name = f"{prefix}-and-more"
    literal = Rule(name, READ)
    prefixed = Rule(prefix, READ, pattern=PREFIXED)
    await allow(broker, literal, prefixed)
    await expect_rules(broker, Filter(name, pattern=LITERAL), literal)
    await expect_rules(broker, Filter(prefix, pattern=LITERAL))
    await expect_rules(broker, Filter(prefix, pattern=PREFIXED), prefixed)
    await expect_rules(broker, Filter(name, pattern=ANY), literal)
    await expect_rules(broker, Filter(name, pattern=MATCH), literal, prefixed)
    await expect_rules(broker, Filter(prefix, pattern=MATCH), prefixed)


# --- what they let somebody do --------------------------------------------------------


class Tries:
    """What the stranger may do with a topic, as the broker says when asked."""

    def __init__(self, broker: Subject, stranger: Subject, topic: Topic) -> None:
        """Try things on a topic."""
        self._broker, self._stranger, self._topic = broker, stranger, topic

    async def write(self) -> int:
        """Return the error code of a produce."""
        request = produce_request(self._topic, self._broker.batch(b"x"))
        came = await self._stranger.ask(request, ProduceResponse)
        return came.responses[0].partition_responses[0].error_code

    async def read(self) -> int:
        """Return the error code of a fetch."""
        request = fetch_request(self._topic, fetch_partition(0))
        came = await self._stranger.ask(request, FetchResponse)
        return came.responses[0].partitions[0].error_code

    async def describe(self) -> int:
        """Return the error code of ListOffsets."""
        request = offsets_request(self._topic, LATEST)
        came = await self._stranger.ask(request, ListOffsetsResponse)
        return came.topics[0].partitions[0].error_code

    async def expect(self, act: Callable[[], Awaitable[int]], *, allowed: bool) -> None:
        """Nothing once an act is allowed, or refused; Broken if it never is."""
        wanted = (Error.NONE,) if allowed else topic_refused(self._broker)

        async def answered() -> None:
            name = getattr(act, "__name__", "act")
            expect_error(await act(), *wanted, what=f"the error code of a {name}")

        await eventually(self._broker, answered)


async def tries(broker: Subject, stranger: Subject) -> Tries:
    """Return what tries things on a new topic."""
    return Tries(broker, stranger, await broker.topic())


ONLY_MADE = {"CreateAcls": "0+", "DeleteAcls": "0+"}


@EACH
@case("access.granted", level=MUST, cites="KIP-11: Write on a topic", apis=ONLY_MADE)
async def test_who_is_allowed_to_write_writes_and_does_not_read(
    broker: Subject, stranger: Subject
) -> None:
    """A rule that allows to write lets somebody produce to the topic and describe it,
    not read it, nor write to another."""
    topic, other = await broker.topic(), await tries(broker, stranger)
    act = Tries(broker, stranger, topic)
    await act.expect(act.write, allowed=False)
    await allow(broker, Rule(topic.name, WRITE))
    await act.expect(act.write, allowed=True)
    await act.expect(act.describe, allowed=True)
    await act.expect(act.read, allowed=False)
    await other.expect(other.write, allowed=False)


@EACH
@case("access.granted.read", level=MUST, cites="KIP-11: Read", apis=ONLY_MADE)
async def test_who_is_allowed_to_read_reads_and_does_not_write(
    broker: Subject, stranger: Subject
) -> None:
    """A rule that allows to read lets somebody fetch from the topic and describe it,
    not write to it."""
    topic = await broker.topic()
    act = Tries(broker, stranger, topic)
    await allow(broker, Rule(topic.name, READ))
    await act.expect(act.read, allowed=True)
    await act.expect(act.describe, allowed=True)
    await act.expect(act.write, allowed=False)


@EACH
@case("access.granted.describe", level=MUST, cites="KIP-11: Describe", apis=ONLY_MADE)
async def test_who_is_allowed_to_describe_does_no_more(
    broker: Subject, stranger: Subject
) -> None:
    """A rule that allows to describe lets somebody ask for offsets, neither read nor
    write."""
    topic = await broker.topic()
    act = Tries(broker, stranger, topic)
    await allow(broker, Rule(topic.name, DESCRIBE))
    await act.expect(act.describe, allowed=True)
    await act.expect(act.read, allowed=False)
    await act.expect(act.write, allowed=False)


@EACH
@case("access.granted.all", level=MUST, cites="KIP-11: All", apis=ONLY_MADE)
async def test_who_is_allowed_all_does_all(broker: Subject, stranger: Subject) -> None:
    """A rule about the operation All lets somebody read, write and describe."""
    topic = await broker.topic()
    act = Tries(broker, stranger, topic)
    await allow(broker, Rule(topic.name, ALL))
    for each in (act.write, act.read, act.describe):
        await act.expect(each, allowed=True)


@EACH
@case("access.granted.everybody", level=MUST, cites="KIP-11: User:*", apis=ONLY_MADE)
async def test_a_rule_about_everybody_is_about_each(
    broker: Subject, stranger: Subject
) -> None:
    """A rule about the principal `User:*` lets somebody write whom it does not name."""
    topic = await broker.topic()
    act = Tries(broker, stranger, topic)
    await allow(broker, Rule(topic.name, WRITE, "User:*"))
    await act.expect(act.write, allowed=True)


@EACH
@case("access.denied", level=MUST, cites="KIP-11: Deny before Allow", apis=ONLY_MADE)
async def test_what_one_rule_denies_no_other_allows(
    broker: Subject, stranger: Subject
) -> None:
    """A rule that denies somebody to write stands against all that allow it; once it is
    deleted, they hold again."""
    topic = await broker.topic()
    act = Tries(broker, stranger, topic)
    await allow(broker, Rule(topic.name, ALL), Rule(topic.name, WRITE, "User:*"))
    await act.expect(act.write, allowed=True)
    denial = Rule(topic.name, WRITE, permission=DENY)
    await allow(broker, denial)
    await act.expect(act.write, allowed=False)
    await delete_rules(broker, Filter(*denial))
    await act.expect(act.write, allowed=True)


@EACH
@case("access.granted.elsewhere", level=MUST, cites="KIP-11: Host", apis=ONLY_MADE)
async def test_a_rule_about_another_host_is_about_another(
    broker: Subject, stranger: Subject
) -> None:
    """A rule that allows to write from one address, and to read from any, lets somebody
    at another address read, not write."""
    topic = await broker.topic()
    act = Tries(broker, stranger, topic)
    await allow(
        broker, Rule(topic.name, WRITE, host="10.1.2.3"), Rule(topic.name, READ)
    )
    await act.expect(act.read, allowed=True)
    await act.expect(act.write, allowed=False)


@EACH
@case("access.revoked", level=MUST, cites="KIP-140: DeleteAcls", apis=GONE)
async def test_what_a_rule_allowed_ends_with_it(
    broker: Subject, stranger: Subject
) -> None:
    """Once a rule is deleted, what it alone allowed is refused, on connections too that
    were open before."""
    rule = Rule((topic := await broker.topic()).name, WRITE)
    act = Tries(broker, stranger, topic)
    await allow(broker, rule)
    await act.expect(act.write, allowed=True)
    await delete_rules(broker, Filter(*rule))
    await act.expect(act.write, allowed=False)


@EACH
@case("access.granted.prefix", level=MUST, cites="KIP-290: PREFIXED", apis=PREFIXES)
async def test_a_rule_about_a_prefix_is_about_all_names_with_it(
    broker: Subject, stranger: Subject
) -> None:
    """A rule about names that begin in one way lets somebody write to such a topic; a
    literal rule about the same text does not."""
    topic = await broker.topic()
    start = topic.name[:-1]
    act = Tries(broker, stranger, topic)
    await allow(broker, Rule(start, READ), Rule(topic.name, DESCRIBE))
    await act.expect(act.describe, allowed=True)
    await act.expect(act.read, allowed=False)
    await allow(broker, Rule(start, WRITE, pattern=PREFIXED))
    await act.expect(act.write, allowed=True)
