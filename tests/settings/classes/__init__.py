"""What the settings classes of releases before 0.11 define: no request asks for it.

Writes `RELEASE.tsv` of 0.9.0.1 to 0.10.2.2 anew: of what a setting is, its name, type
and default, as a small program finds them in the classes.

    .venv/bin/python -m tests.settings.classes

0.8.2.2 has no table of them: its file was read from the calls in `KafkaConfig` and
`ZKConfig`, with the widths of numbers that they ask for.
"""
