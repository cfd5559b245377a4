"""Miniatures: brokers that are wrong in one way each. They judge the judge.

A miniature is the reference with one defect. `python -m logion_harness.miniatures NAME
--listen 127.0.0.1:0` runs it, `pytest conformance/ --target miniature-NAME` judges it.
Every case of the conformance suite has to fail on one of them at least, and every one
has to fail the cases that it names. `docs/miniatures.md` has the table.

How to add one. Find the module of its area (`fetching`, `producing`, ...; a new one is
named in `catalogue`) and add a line to its `MINIATURES`:

    Miniature(
        "serves-above-high-watermark",
        "reads on to the log end offset, committed or not",
        ("fetch.watermarks",),
        swapped("logion.replica.partition:Partition.visible_end", log_end),
    )

One defect is one rule broken, at the narrowest seam (`seams`): a function of the broker
in place of which another stands (`swapped`), what a handler hears (`hears`), what it
answers (`tells`, `unsaid`). Of a case about an error code: the check is off, as in
`unsaid("Produce", Error.CORRUPT_MESSAGE)`. A miniature that fails more than a tenth of
all cases proves nothing about any of them; it is not counted.
`python -m logion_harness.miniatures --judge NAME` says which cases it fails, and
`make miniatures MINIATURES=NAME` puts it into the table (`MINIATURES=--none`: untried).

The suite runs in the same process when the tests judge: a seam lies in the broker's own
packages (`logion.broker`, `log`, `replica`, `group`, ...), never in those that the
suite uses as well (`logion.client`, `protocol`, `records`).
"""
