"""The log behind a transaction coordinator, whose leader may change (KIP-98).

`logion_model.transaction` takes a coordinator's writes to be done at once. Here each is
first on one broker, then replicated, and a new leader may come in between. Counted by
TLC, too, on the specification that is published in github.com/Vanlightly/kafka-tlaplus,
transactions, diary 02.
"""
