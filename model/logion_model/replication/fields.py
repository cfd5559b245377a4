"""What a number that stands for a state is made of, and tables by parts of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from logion_model.kernel import TooManyValuesError

T = TypeVar("T")


class Values:
    """Values by number, in the order in which they were met; 0 is the blank one."""

    def __init__(self, bits: int, blank: Any) -> None:
        """State how many bits a number may have, and what 0 stands for."""
        self.bits = bits
        self.values = [blank]
        self.numbers = {blank: 0}

    def __len__(self) -> int:
        """Return how many were met."""
        return len(self.values)

    def number(self, value: Any) -> int:
        """Return the number of a value.

        Raises TooManyValuesError if there are more values than fit.
        """
        if value not in self.numbers:
            self.numbers[value] = len(self.values)
            self.values.append(value)
            if len(self.values) > 1 << self.bits:
                raise TooManyValuesError("too large a scope for the fast search")
        return self.numbers[value]


class Field:
    """A part of a number, which stands for one of some values."""

    def __init__(self, shift: int, values: Values) -> None:
        """State where it is, and what it may stand for."""
        self.shift, self.known = shift, values
        self.mask = ((1 << values.bits) - 1) << shift

    def pack(self, value: Any) -> int:
        """Return a number that is 0 but for this field; raises as `Values.number`."""
        return self.known.number(value) << self.shift

    def unpack(self, number: int) -> Any:
        """Return the value of this field of a number."""
        return self.known.values[(number & self.mask) >> self.shift]


class Table(dict[int, T]):
    """What is known by the fields that it depends on, found when first asked for."""

    def __init__(self, find: Callable[[int], T]) -> None:
        """Keep how an entry is found."""
        super().__init__()
        self.find = find

    def __missing__(self, part: int) -> T:
        """Return the entry of these fields, found now."""
        found = self[part] = self.find(part)
        return found
