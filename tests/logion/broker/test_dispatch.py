"""The dispatch table: which module answers which API."""

from __future__ import annotations

import inspect

import pytest
from logion.broker.dispatch import HANDLERS, handler, served
from logion.protocol.apis import APIS
from logion.protocol.releases import RELEASES, release


@pytest.mark.parametrize("key", HANDLERS)
def test_every_row_names_a_handler_of_that_api(key: int) -> None:
    handle = handler(key)
    assert inspect.iscoroutinefunction(handle)
    name = "".join(word.title() for word in HANDLERS[key].split("_"))
    assert APIS[key].name == name


@pytest.mark.parametrize("name", RELEASES)
def test_what_is_served_is_advertised_by_the_release_unchanged(name: str) -> None:
    advertised = release(name).versions
    found = served(advertised)
    assert found == {key: advertised[key] for key in advertised if key in HANDLERS}
    assert 0 in found


def test_an_old_release_does_not_serve_what_came_later() -> None:
    assert set(served(release("0.8.2").versions)) == {0, 1, 2, 3, 8, 9, 10}
    assert set(served(release("0.9.0").versions)) == {0, 1, 2, 3, *range(8, 17)}
    assert 75 in served(release("4.3").versions)
