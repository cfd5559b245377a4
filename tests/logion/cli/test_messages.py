from __future__ import annotations

import pytest
from logion.cli.messages import (
    UnknownMessage,
    catalogue_lines,
    history_lines,
    message_called,
    shown_lines,
    shown_messages,
    version_of,
)
from logion.protocol.apis import APIS
from logion.protocol.catalogue import all_messages
from logion.protocol.messages.fetch import FetchRequest
from logion.protocol.messages.headers import RequestHeader
from logion.protocol.schema import schema_of


def test_every_message_is_in_the_list() -> None:
    lines = list(catalogue_lines())
    apis = {line.split()[1] for line in lines if line[:1].isdigit()}
    assert apis == {api.name for api in APIS.values()}
    others = {cls.__name__ for cls in all_messages() if schema_of(cls).api is None}
    assert others <= {line.split()[0] for line in lines if line}


@pytest.mark.slow
def test_every_message_can_be_shown_in_all_its_versions_and_in_each_end() -> None:
    for cls in all_messages():
        versions = schema_of(cls).versions
        for version in (None, versions[0], versions[-1]):
            lines = list(shown_lines(cls, version))
            assert lines[0].startswith(cls.__name__)
            assert all(line == line.rstrip() for line in lines)


def test_a_field_is_shown_with_type_versions_meaning_and_default() -> None:
    text = "\n".join(shown_lines(FetchRequest, None))
    assert text.startswith("FetchRequest (API 1), versions 0-18, flexible 12+\n")
    wanted = "clusterId: string, versions 12+, nullable 12+, tag 0 in 12+, default null"
    assert wanted in text
    assert "\n    Cluster the KRaft voter belongs to" in text
    assert "        partition: int32, versions 0+\n" in text


def test_a_version_has_its_own_fields_only() -> None:
    old = "\n".join(shown_lines(FetchRequest, 0))
    assert old.startswith("FetchRequest (API 1), version 0, not flexible\n")
    assert "sessionId" not in old
    assert "topicId" not in old
    new = "\n".join(shown_lines(FetchRequest, 18))
    assert new.startswith("FetchRequest (API 1), version 18, flexible\n")
    assert "topicId: uuid, default AAAAAAAAAAAAAAAAAAAAAA\n" in new
    assert "clusterId: string, nullable, tag 0, default null\n" in new


def test_the_history_of_an_api_is_told() -> None:
    assert any(line.startswith("v12") for line in history_lines(FetchRequest))


def test_the_name_of_an_api_means_both_its_messages() -> None:
    names = [cls.__name__ for cls in shown_messages("Fetch", None)]
    assert names == ["FetchRequest", "FetchResponse"]
    former = [cls.__name__ for cls in shown_messages("GroupCoordinator", 0)]
    assert former == ["FindCoordinatorRequest", "FindCoordinatorResponse"]


def test_messages_of_no_api_are_found() -> None:
    assert message_called("RequestHeader") is RequestHeader


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Fetch", "did you mean FetchRequest or FetchResponse?"),
        ("fetchrequest", "did you mean FetchRequest?"),
        ("FetchReqest", "FetchRequest"),
    ],
)
def test_near_names_are_told(name: str, hint: str) -> None:
    with pytest.raises(UnknownMessage, match=f"'{name}'") as refused:
        message_called(name)
    assert hint in str(refused.value)


def test_a_name_near_nothing_is_refused_without_a_hint() -> None:
    with pytest.raises(UnknownMessage, match=r"no message is called 'q'$"):
        message_called("q")


def test_a_version_that_is_not_there_is_refused_with_those_that_are() -> None:
    assert version_of(FetchRequest, 18) == 18
    with pytest.raises(UnknownMessage, match="FetchRequest has versions 0-18, not 19"):
        version_of(FetchRequest, 19)
    with pytest.raises(UnknownMessage):
        shown_messages("Fetch", 19)
