"""Settings that a broker takes while it runs (KIP-226): which of them act."""

from __future__ import annotations

import pytest
from logion.settings import broker_settings, group_settings, topic_settings

from tests.docs.test_deviations_of_topics import source_of_what_acts, without_effect

OF_WHAT_IS_NOT_BUILT = ("ssl.", "sasl.", "remote.", "principal.builder.class")
"""With what the names of settings begin of which none has an effect while it runs."""

LIMITS = "log.message.timestamp."
"""What begins so acts by way of what a topic's settings tell."""


def changeable() -> list[str]:
    """Return the settings of brokers that some release lets change while it runs."""
    return [
        name
        for name, it in broker_settings().items()
        if not name.startswith((*OF_WHAT_IS_NOT_BUILT, LIMITS))
        and any(not it.is_read_only_in(r) for r in ("1.1", "2.8", "3.9", "4.0", "4.3"))
    ]


CHECKED_ONLY = {
    *("background.threads", "num.replica.fetchers"),
    *("advertised.listeners", "listener.security.protocol.map"),
}
"""Of threads there are none, and of listeners the row speaks as a whole."""


@pytest.mark.parametrize("name", changeable())
def test_what_may_change_while_it_runs_acts_or_is_said_not_to(name: str) -> None:
    defaults_of = [
        it.name for it in topic_settings().values() if name in it.synonyms
    ] + [it.name for it in group_settings().values() if name in it.synonyms]
    source = source_of_what_acts()
    acts = [it for it in (name, *defaults_of) if f'"{it}"' in source]
    is_named = {name, *defaults_of} & {*without_effect()}
    assert acts or is_named or name in CHECKED_ONLY
