"""Record formats as bytes: message sets v0 and v1, record batches v2.

`batch` looks at stored entries without decoding records: the broker's path.
`record` reads and writes the records themselves, `legacy` those of v0 and v1,
`conversion` turns one format into another, `validation` judges what a client
wants to append.
"""
