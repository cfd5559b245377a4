"""The rules of consumer groups (KIP-848): the broker divides the work.

Pure: a group is a frozen value, and a rule takes it with a request and gives an
`Outcome`: the next group, the records that lead to it, the answer. What a group is
follows from its records alone, except for its deadlines.
"""
