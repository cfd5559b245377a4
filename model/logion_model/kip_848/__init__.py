"""Consumer groups of KIP-848 with their clients and the messages between them.

`logion_model.consumer_group` is what a coordinator decides, in the words of our code.
Here is the protocol around it: heartbeats that cross, clients that reconcile, leave,
crash and come back, members that expire. Counted by TLC, too, on the specification
that is published in github.com/Vanlightly/kafka-tlaplus, groupprotocol, version 2.
"""
