"""Quotas: what is held to a rate, by whose name, and how long who is over it waits.

Pure: the time is an argument, and what was set comes in as plain values.
"""
