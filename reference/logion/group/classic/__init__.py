"""The classic group protocol as pure rules: a group and an event in, a step out."""
