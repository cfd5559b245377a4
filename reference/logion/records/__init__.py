"""Record formats as bytes: message sets v0 and v1, batches v2, compression, conversion."""
