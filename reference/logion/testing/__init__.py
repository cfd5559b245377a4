"""For tests: a broker in a thread, a trio task or an asyncio loop; pytest fixtures.

`Broker` is imported when it is asked for: pytest loads `logion.testing.plugin` in every
run, and those that use no broker should not wait for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logion.testing.broker import Broker

__all__ = ["Broker"]


def __getattr__(name: str) -> object:
    """Import the broker; AttributeError for any other name."""
    if name != "Broker":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from logion.testing.broker import Broker

    return Broker
