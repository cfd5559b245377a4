"""Replication of one partition: a base, and one small module per protocol variant.

The variants that lost data are kept: each is a rule that Kafka once had, and the
catalogue says which promise it breaks and how quickly.
"""
