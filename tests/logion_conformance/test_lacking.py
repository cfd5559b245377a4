"""What an answer lacks is said as cases say it, not as an error of Python."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from logion.client.connection import Exchange
from logion.protocol.messages.list_offsets import ListOffsetsResponse
from logion_conformance.cases import test_offsets
from logion_conformance.expect import Broken, only_leaf
from logion_conformance.group_requests import find_request
from logion_conformance.lacking import judged

from tests.logion.client.small_broker import SmallBroker, serving
from tests.logion_conformance.trying import tried

NOTHING = ListOffsetsResponse(topics=())


class Forgetful(SmallBroker):
    """Answers ListOffsets without the topic that was asked for."""

    async def list_offsets(self, request: Any) -> ListOffsetsResponse:
        return NOTHING


def said(answer: object) -> list[Exchange]:
    return [Exchange(None, 1, 1, answer)]


async def raised(act: Callable[[], Awaitable[None]]) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - any, and it is judged
        await act()
    return only_leaf(caught.value)


async def test_an_answer_without_what_was_asked_for_is_told_as_a_failure() -> None:
    async with serving(Forgetful()) as broker:
        case = test_offsets.test_the_ends_of_a_log_can_be_asked_for
        error = await raised(lambda: tried(broker, case))
    assert isinstance(error, IndexError)
    broken = judged(error, said(NOTHING))
    assert isinstance(broken, Broken)
    assert broken.what.startswith("what was read by `")
    assert "topics[0].partitions[0]" in broken.what
    assert broken.expected == "an entry for what was asked for"
    assert broken.came.startswith("ListOffsetsResponse(")
    assert broken.__traceback__ is error.__traceback__


def test_a_wrong_number_of_entries_says_how_many_were_expected() -> None:
    with pytest.raises(ValueError, match="unpack") as caught:
        find_request(0, "one", "two")
    broken = judged(caught.value, said(NOTHING))
    assert isinstance(broken, Broken)
    assert broken.expected == "1 for what was asked for"
    assert "(key,) = keys" in broken.what


@pytest.mark.parametrize(
    "error", [IndexError("x"), ValueError("no number"), KeyError("k"), OSError()]
)
def test_errors_of_other_code_and_of_other_kinds_stay_as_they_are(
    error: Exception,
) -> None:
    with pytest.raises(type(error)) as caught:
        raise error
    assert judged(caught.value, said(None)) is error
