from __future__ import annotations

import pytest
from logion.broker import dispatch
from logion.protocol.errors import Error
from logion.protocol.messages.delete_groups import (
    DeletableGroupResult,
    DeleteGroupsResponse,
)
from logion_harness.miniatures.seams import (
    always,
    changed,
    instead,
    swapped,
    together,
    values,
    without_error,
)

TARGET = "logion.broker.dispatch:served"


def results(*errors: int) -> DeleteGroupsResponse:
    return DeleteGroupsResponse(
        throttle_time_ms=7,
        results=tuple(
            DeletableGroupResult(group_id=str(at), error_code=error)
            for at, error in enumerate(errors)
        ),
    )


def test_what_is_swapped_is_as_before_afterwards() -> None:
    before = dispatch.served
    with swapped(TARGET, instead(5)).put_in():
        assert dispatch.served({}) == 5
    assert dispatch.served is before
    with pytest.raises(ZeroDivisionError), swapped(TARGET, instead(5)).put_in():
        _ = 1 / 0
    assert dispatch.served is before


def test_a_method_can_be_swapped() -> None:
    target = "logion.broker.dispatch:BrokerState.check_storage"
    with swapped(target, instead(3)).put_in():
        assert dispatch.BrokerState.check_storage(None) == 3


def test_what_is_not_there_cannot_be_swapped() -> None:
    with pytest.raises(KeyError, match="nothing"):
        swapped("logion.broker.dispatch:nothing", instead(1)).put_in().__enter__()


def test_several_defects_go_together_and_end_together() -> None:
    other = "logion.broker.dispatch:handler"
    with together(swapped(TARGET, instead(1)), swapped(other, instead(2))).put_in():
        assert (dispatch.served({}), dispatch.handler(0)) == (1, 2)
    assert dispatch.served({}) == {}


def test_a_field_is_changed_in_every_element() -> None:
    found = changed(results(1, 2), ("results", "error_code"), lambda it: it + 10)
    assert found == results(11, 12)
    assert changed(found, ("throttle_time_ms",), always(7)) == found


def test_one_error_is_left_out_wherever_it_is() -> None:
    found = without_error(results(68, 69, 68), Error.NON_EMPTY_GROUP, Error.NONE)
    assert found == results(0, 69, 0)


def test_a_field_is_found_in_every_element() -> None:
    assert list(values(results(1, 0, 2), ("results", "error_code"))) == [1, 0, 2]
    assert list(values(results(), ("throttle_time_ms",))) == [7]
