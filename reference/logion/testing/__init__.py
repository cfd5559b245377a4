"""For tests: a broker in a thread, a trio task or an asyncio loop; fakes."""

from logion.testing.broker import Broker

__all__ = ["Broker"]
