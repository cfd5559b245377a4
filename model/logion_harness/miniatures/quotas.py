"""Quotas: told, set, and held to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from logion.protocol.errors import Error

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import always, hears, swapped, unsaid


def no_rest(_: Any) -> Callable[..., Any]:
    """Tell a pause, and make none."""

    async def wrong(*_: Any) -> None:
        """Return at once."""

    return wrong


def given_all_the_same(_: Any) -> Callable[..., Any]:
    """Give a fetch its records though it is over its quota."""
    return lambda self, request, response: response  # noqa: ARG005


def never_strict(mutations: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse no change of topics, whatever its client has used up."""
    return lambda self, context, strict_since: mutations(  # noqa: ARG005
        self, context, strict_since=None
    )


MINIATURES = (
    Miniature(
        "never-takes-quotas-back",
        "keeps a quota that is to be removed",
        ("quotas.set",),
        hears(
            "AlterClientQuotas",
            "entries.ops",
            lambda ops: tuple(it for it in ops if not it.remove),
        ),
    ),
    Miniature(
        "never-strict-about-quotas",
        "tells of quotas with further parts where none were to have any",
        ("quotas.matching",),
        hears("DescribeClientQuotas", "strict", always(value=False)),
    ),
    Miniature(
        "sets-quotas-to-be-checked",
        "sets quotas that were only to be checked",
        ("quotas.validated",),
        hears("AlterClientQuotas", "validate_only", always(value=False)),
    ),
    Miniature(
        "takes-any-quota",
        "says that a quota is set which cannot be",
        ("quotas.refused",),
        unsaid("AlterClientQuotas", Error.INVALID_REQUEST),
    ),
    Miniature(
        "takes-any-filter",
        "finds nothing, and no fault, by a filter that cannot be",
        ("quotas.filters.refused",),
        unsaid("DescribeClientQuotas", Error.INVALID_REQUEST),
    ),
    Miniature(
        "never-rests",
        "tells a client to pause, and serves it all the same",
        ("quotas.produce",),
        swapped("logion.broker.connection:rest", no_rest),
    ),
    Miniature(
        "gives-over-quota",
        "gives a fetch its records though it is over its quota",
        ("quotas.fetch",),
        swapped("logion.broker.throttling:Meter._without_records", given_all_the_same),
    ),
    Miniature(
        "makes-topics-over-quota",
        "makes topics for a client that has used its quota up",
        ("quotas.mutations",),
        swapped("logion.broker.quotas:Quotas.mutations", never_strict),
    ),
)
