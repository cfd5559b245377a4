"""One partition under a KRaft controller: brokers, controller, and what they send.

`state` says what everybody knows, `rules` what they check and how large the world is,
`controller`, `lifecycle`, `metadata`, `leader` and `fetch` what may happen, `promises`
what must hold. The protocol is Kafka's of release 3.5, and with KIP-966.
"""
