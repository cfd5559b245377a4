"""Two brokers asked the same, answer by answer: `python -m logion_conformance.compare`.

A probe is a small script of requests. Both brokers get it in each version that both
speak; what they answer, where they close the connection and where they are silent is
compared field by field. What differs is a deviation that `known` lists, or a defect.
"""
