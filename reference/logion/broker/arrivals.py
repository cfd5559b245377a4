"""How often connections may come (KIP-612).

Whoever comes while `max.connection.creation.rate` is exceeded is not heard for a
while, nor is anybody behind it at that listener. One over the quota of its address is
held as long, and closed without having been heard.
"""

from __future__ import annotations

import trio

from logion.broker.state import BrokerState
from logion.protocol.releases import release

RATE = "max.connection.creation.rate"
RATE_SINCE = release("2.7")


async def wait_for_turn(broker: BrokerState) -> None:
    """Return when the connection that has just come may be heard."""
    if broker.release < RATE_SINCE:
        return
    limit = broker.cluster.config.integer(RATE)
    if pause_ms := broker.quotas.book.connect(limit, broker.clock.time_ms()):
        await trio.sleep(pause_ms / 1000)


def refusal_ms(broker: BrokerState, peer: str) -> int:
    """Return for how long a connection is held before it is closed, in ms.

    0 if it is heard. `peer` is its address, `host:port`.
    """
    host = peer.rpartition(":")[0]
    return broker.quotas.book.connect_from(host, broker.clock.time_ms())
