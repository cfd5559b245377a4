"""The console: pages about a running broker, for people, in the broker's own process.

It reads and never writes. Nothing here is imported unless a console was asked for; its
libraries are those of the extra `logion[console]`.
"""
