"""The commands of `logion model`, a module each: `add` its arguments, `run` it."""
