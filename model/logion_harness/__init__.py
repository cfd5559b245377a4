"""The bridge: holds the reference to the model, step by step."""
