from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from logion.group.classic.state import (
    NO_GENERATION,
    TRANSITIONS,
    ClassicGroup,
    Member,
    State,
    entered,
    selected_protocol,
)

from tests.logion.group.classic.playing import Game


def member(id_: str, *protocols: str, instance: str | None = None) -> Member:
    known = tuple((it, it.encode()) for it in protocols)
    return Member(id_, instance, "c", "/h", 6000, 9000, known)


def group(*members: Member, state: State = State.STABLE) -> ClassicGroup:
    return ClassicGroup(
        "g",
        state,
        protocol_type="consumer",
        leader=members[0].id if members else None,
        members={it.id: it for it in members},
    )


def unusual(kind: type[Any], **known: Any) -> Any:
    """Return one whose every field has a value that no other field has."""
    names = [it.name for it in fields(kind) if it.init]
    return kind(**{**{it: f"its {it}" for it in names}, **known})


def test_a_member_that_is_heard_from_has_a_new_deadline_and_no_other_change() -> None:
    known = unusual(Member, protocols=(("range", b"r"),))
    assert known.until(7) == replace(known, deadline_ms=7)


def test_a_group_with_a_member_has_no_other_change() -> None:
    a, b = member("a"), member("b")
    known = unusual(ClassicGroup, members={"a": a})
    assert known.with_member(b) == replace(known, members={"a": a, "b": b})


def test_a_group_without_a_member_does_not_wait_for_its_work() -> None:
    known = replace(group(member("a"), member("b")), unsynced=frozenset({"a"}))
    smaller = replace(known, sync_deadline_ms=7).without("a")
    assert (smaller.unsynced, smaller.sync_deadline_ms) == (frozenset(), None)


def test_whoever_comes_first_into_a_join_phase_brings_the_protocols() -> None:
    assert group(state=State.PREPARING).supports("consumer", (("range", b"r"),))


def test_no_state_but_dead_is_the_last() -> None:
    assert [it for it in State if not TRANSITIONS[it]] == [State.DEAD]


def test_a_step_that_the_table_lacks_is_a_defect() -> None:
    with pytest.raises(AssertionError):
        entered(group(member("a", "range")), State.COMPLETING, 0)


def test_only_protocols_that_all_members_know_are_candidates() -> None:
    known = group(member("a", "x", "range", "rr"), member("b", "rr", "range"))
    assert known.candidates == ("range", "rr")


def test_the_protocol_is_the_one_most_members_like_best() -> None:
    members = [member("a", "range", "rr"), member("b", "rr", "range")]
    assert selected_protocol(group(*members)) == "range"
    assert selected_protocol(group(*members, member("c", "rr", "range"))) == "rr"
    assert selected_protocol(group(*members, member("c", "range", "x"))) == "range"


def test_a_client_fits_if_it_shares_type_and_protocol() -> None:
    known = group(member("a", "range", "rr"))
    assert known.supports("consumer", (("rr", b""),))
    assert not known.supports("connect", (("rr", b""),))
    assert not known.supports("consumer", (("sticky", b""),))
    assert group(state=State.EMPTY).supports("anything", ())


def test_the_rebalance_may_take_as_long_as_the_slowest_member() -> None:
    slow = replace(member("b", "range"), rebalance_timeout_ms=70_000)
    assert group(member("a", "range"), slow).rebalance_timeout_ms == 70_000
    assert group().rebalance_timeout_ms == 0


def test_who_joined_next_leads_when_the_leader_goes() -> None:
    known = group(member("a", "x"), member("b", "x"), member("c", "x"))
    assert known.without("a").leader == "b"
    assert known.without("b").leader == "a"
    assert known.without("a").without("b").without("c").leader is None


def test_a_static_member_is_found_by_its_instance_id() -> None:
    known = group(member("a", "x"), member("b", "x", instance="i"))
    found = known.static_member("i")
    assert found is not None
    assert found.id == "b"
    assert known.static_member("j") is None


def test_metadata_is_what_was_sent_for_the_protocol() -> None:
    assert member("a", "range", "rr").metadata("rr") == b"rr"


def test_a_member_that_waits_for_us_is_not_timed_but_a_new_one_is() -> None:
    quiet = member("a", "x")
    assert quiet.is_timed
    assert not replace(quiet, is_joining=True).is_timed
    assert not replace(quiet, is_syncing=True).is_timed
    assert replace(quiet, is_joining=True, is_new=True).is_timed


def test_somebody_with_a_new_id_is_missing_until_it_joins() -> None:
    game = Game()
    game.join(new="a", must_have_id=True)
    assert not game.group.have_all_joined


def test_a_group_that_has_not_begun_is_in_generation_minus_one() -> None:
    assert NO_GENERATION == -1


def test_a_member_that_syncs_again_is_waited_for_no_more_than_before() -> None:
    known = replace(group(member("a"), member("b")), unsynced=frozenset({"b"}))
    assert known.synced("a").unsynced == {"b"}
    assert known.synced("b").unsynced == frozenset()


def test_metadata_is_found_by_the_protocols_name_whoever_read_it() -> None:
    """Equal names that were read twice are two objects."""
    read = "".join(["ran", "ge"])
    assert member("a", "range", "sticky").metadata(read) == b"range"
