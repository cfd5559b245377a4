"""FindCoordinator: which broker a group talks to."""

from __future__ import annotations

from logion.protocol.errors import Error
from logion.protocol.messages.find_coordinator import (
    Coordinator,
    FindCoordinatorResponse,
)

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error, expect_in
from logion_conformance.group_requests import (
    SHARE,
    TRANSACTION,
    coordinators,
    find_request,
)
from logion_conformance.groups import find_coordinator
from logion_conformance.subject import Subject

UNKNOWN_TYPE = 7


async def asked(broker: Subject, *keys: str, key_type: int) -> list[Coordinator]:
    """Return what is said of the coordinators of some keys."""
    version = broker.version("FindCoordinator")
    request = find_request(version, *keys, key_type=key_type)
    return coordinators(version, await broker.ask(request, FindCoordinatorResponse))


@case(
    "coordinators.group",
    level=MUST,
    cites="Kafka protocol guide, FindCoordinator",
    apis={"FindCoordinator": "0+"},
)
async def test_a_group_has_a_coordinator_among_the_brokers(
    broker: Subject, version: int
) -> None:
    """The coordinator of a group is one of the brokers that Metadata names, at the
    address it has there; asked again it is the same one."""
    name = broker.name_of_its_own()
    found = [await find_coordinator(broker, name) for _ in range(2)]
    nodes = {
        (node.node_id, node.host, node.port)
        for node in broker.cluster.picture.nodes.values()
    }
    for each in found:
        expect_in("the coordinator", (each.node_id, each.host, each.port), nodes)
        expect_in("the text beside success", each.error_message, ("", "NONE", None))
    expect("the second answer", found[1].node_id, found[0].node_id)
    expect("the version asked in", broker.version("FindCoordinator"), version)


@case(
    "coordinators.several",
    level=MUST,
    cites="KIP-699: FindCoordinator of several keys",
    apis={"FindCoordinator": "4+"},
)
async def test_several_coordinators_are_found_at_once(
    broker: Subject, version: int
) -> None:
    """From version 4 on any number of keys is answered, each key with its own result,
    in the order asked; none with none."""
    first = broker.name_of_its_own()
    await find_coordinator(broker, first)
    keys = (first, broker.name_of_its_own(), broker.name_of_its_own())
    found = await asked(broker, *keys, key_type=0)
    expect("the keys", tuple(it.key for it in found), keys)
    for each in found:
        expect_error(each.error_code, Error.NONE)
    expect("the answer to no keys", await asked(broker, key_type=0), [])
    expect("the version asked in", broker.version("FindCoordinator"), version)


@case(
    "coordinators.type.unknown",
    level=SHOULD,
    cites="Apache Kafka: error 42 INVALID_REQUEST",
    apis={"FindCoordinator": "3+"},  # of 2.4; before, the connection ends
)
async def test_only_kinds_that_exist_have_coordinators(
    broker: Subject, version: int
) -> None:
    """A kind of key that does not exist is an INVALID_REQUEST; share groups have their
    own kind from version 6 on, and none before. No broker is named."""
    kinds = [UNKNOWN_TYPE] if version >= 6 else [UNKNOWN_TYPE, SHARE]
    for kind in kinds:
        (came,) = await asked(broker, "key", key_type=kind)
        expect_error(came.error_code, Error.INVALID_REQUEST)
        expect("the broker", (came.node_id, came.host, came.port), (-1, "", -1))


@case(
    "coordinators.transaction",
    level=MUST,
    cites="KIP-98: FindCoordinator of a transactional id",
    apis={"FindCoordinator": "1+", "AddPartitionsToTxn": "0+"},
)
async def test_a_transactional_id_has_a_coordinator(
    broker: Subject, version: int
) -> None:
    """A key of type 1 is a transactional id, whose coordinator is found or not there
    yet; the kind is known."""
    (came,) = await asked(broker, broker.name_of_its_own(), key_type=TRANSACTION)
    expect_error(came.error_code, Error.NONE, Error.COORDINATOR_NOT_AVAILABLE)
    expect("the version asked in", broker.version("FindCoordinator"), version)
