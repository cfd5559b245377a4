"""The running broker and its clients in one process, the same in every run.

The network is in memory, time is virtual, the disk can lose what was not synced, and a
seed decides the rest. What clients did and saw is judged by `logion_model.history`.
"""
