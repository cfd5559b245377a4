"""Every declared message is found by its name."""

from __future__ import annotations

import pkgutil

import logion.protocol.messages
import pytest
from logion.protocol.apis import APIS
from logion.protocol.catalogue import OTHER_MODULES, all_messages, message_named
from logion.protocol.messages.control_records import LeaderChangeMessage
from logion.protocol.messages.fetch import FetchRequest
from logion.protocol.messages.list_config_resources import ListConfigResourcesRequest
from logion.protocol.schema import schema_of


def test_every_module_of_messages_is_known() -> None:
    found = {m.name for m in pkgutil.iter_modules(logion.protocol.messages.__path__)}
    assert found == {api.module for api in APIS.values()} | set(OTHER_MODULES)


def test_messages_are_found_by_name() -> None:
    assert message_named("FetchRequest") is FetchRequest
    assert message_named("LeaderChangeMessage") is LeaderChangeMessage
    for cls in all_messages():
        assert message_named(cls.__name__) is cls


def test_former_names_lead_to_the_same_message() -> None:
    former = message_named("ListClientMetricsResourcesRequest")
    assert former is ListConfigResourcesRequest


@pytest.mark.parametrize("name", ["", "Request", "NoSuchRequest", "FetchTopic"])
def test_other_names_are_no_messages(name: str) -> None:
    with pytest.raises(KeyError):
        message_named(name)


def test_requests_and_responses_are_those_of_their_api() -> None:
    for cls in all_messages():
        schema = schema_of(cls)
        if schema.api is not None:
            api = APIS[schema.api]
            assert cls.__name__ == api.name + schema.kind.capitalize()
            assert schema.versions == api.versions
            assert (schema.flexible or [None])[0] == api.flexible
