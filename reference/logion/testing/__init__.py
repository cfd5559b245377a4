"""For tests: a broker in a thread, a trio task or an asyncio loop; fakes."""
