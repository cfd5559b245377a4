"""From what clients did and saw to what went wrong: a checker of histories.

`reading` takes a history, `orders` finds the order of each key's values, `direct` and
`cycles` look for the anomalies that `kinds` defines, `report` shows what proves them.
The definitions are those that Jepsen's Kafka workload made known.
"""
