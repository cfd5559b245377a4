"""The hashed search by several processes: one asks, the others have a part each."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, TypeAlias

from logion_model.kernel.breadth import Watch
from logion_model.kernel.faults import SpecError
from logion_model.kernel.fingerprints import odds_of_collision
from logion_model.kernel.hashed import judged_by, steps_along
from logion_model.kernel.part import Admitted, Expanded, Part
from logion_model.kernel.report import DEADLOCK, Progress, Report, Violation
from logion_model.kernel.spec import Spec

PATIENCE_S = 5.0
"""How long a process may take to end once nobody asks it for more."""


Maker: TypeAlias = Callable[[], Spec[Any]]
"""Makes a specification; it can be pickled, as a specification cannot."""


def _serve(
    link: Connection, make: Maker, names: Sequence[str] | None, index: int, many: int
) -> None:
    """Answer what is asked of one part, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asks
    spec = make()
    part = Part(spec, judged_by(spec, names), index, many)
    with suppress(EOFError):
        while True:
            asked, arguments = link.recv()
            try:
                link.send(getattr(part, asked)(*arguments))
            except SpecError as error:
                link.send(Fault(error))


@contextmanager
def _serving(
    make: Maker, names: Sequence[str] | None, many: int
) -> Iterator[list[Connection]]:
    """Yield the links to processes that have a part each; they end with this."""
    context = get_context("spawn")
    links, processes = [], []
    for index in range(many):
        ours, theirs = context.Pipe()
        given = (theirs, make, names, index, many)
        process = context.Process(target=_serve, args=given, daemon=True)
        process.start()
        theirs.close()
        links.append(ours)
        processes.append(process)
    try:
        yield links
    finally:
        for link, process in zip(links, processes, strict=True):
            link.close()
            process.join(PATIENCE_S)


class Fault(NamedTuple):
    """A specification contradicts itself, in the words of who found that."""

    error: SpecError


@dataclass(slots=True)
class _Asking:
    """The processes' search, as who asks them sees it."""

    spec: Spec[Any]
    links: list[Connection]
    to_the_end: bool
    unreached: set[str]
    distinct: int = 0
    depth: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    found: list[Violation[Any]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Return whether a violation ends the search."""
        return bool(self.found) and not self.to_the_end

    def ask(self, what: str, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Return the answers of all processes; raises what one of them raises.

        Raises ConnectionError if one has ended.
        """
        for link, argument in zip(self.links, arguments, strict=True):
            link.send((what, argument))
        answers = [_answer(link) for link in self.links]
        for answer in answers:
            if isinstance(answer, Fault):
                raise answer.error
        return answers

    def run(self, watch: Watch | None) -> int:
        """Go on level by level; return how many states are left to go on from."""
        nothing = [()] * len(self.links)
        behind: list[Expanded] = self.ask("begin", nothing)
        while size := self._admit(behind):
            progress = Progress(self.distinct, self.taken.total(), self.depth, size)
            if self.is_over or (watch and not watch(progress)):
                return size
            behind = self.ask("expand", nothing)
            for expanded in behind:
                self.taken += expanded.taken
            stuck = [name for expanded in behind for name in expanded.stuck]
            self._blame([(DEADLOCK.name, name) for name in stuck])
            if self.is_over:
                return size
        return 0

    def _admit(self, behind: Sequence[Expanded]) -> int:
        """Let each process admit what falls to it; return the size of the level."""
        inboxes = zip(*(expanded.outbox for expanded in behind), strict=True)
        admitted: list[Admitted] = self.ask("admit", [(inbox,) for inbox in inboxes])
        size = sum(it.size for it in admitted)
        self.distinct += size
        self.depth += bool(size)
        for it in admitted:
            self.unreached &= it.unreached
            self._blame(it.broken)
        return size

    def _blame(self, broken: Sequence[tuple[str, int]]) -> None:
        for name, state in broken:
            if all(name != earlier.broken for earlier in self.found):
                known = (DEADLOCK, *self.spec.invariants)
                source = next(it.source for it in known if it.name == name)
                steps = steps_along(self.spec, self._places_to(state))
                self.found.append(Violation(name, source, steps))

    def _places_to(self, state: int) -> list[int]:
        """Return the places of the steps to a state, by asking whose it is."""
        way = []
        while True:
            number, index = divmod(state, len(self.links))
            self.links[index].send(("came_from", (number,)))
            parent, place = _answer(self.links[index])
            way.append(place)
            if parent == state:
                return way[::-1]
            state = parent

    def report(self, *, complete: bool) -> Report[Any]:
        """Return what was found."""
        return Report(
            spec=self.spec.name,
            distinct=self.distinct,
            generated=self.taken.total(),
            depth=self.depth,
            complete=complete,
            taken=dict.fromkeys(self.spec.actions, 0) | self.taken,
            violations=tuple(self.found),
            unreached=tuple(
                it.name for it in self.spec.sometimes if it.name in self.unreached
            ),
            odds_of_collision=odds_of_collision(self.distinct),
        )


def _answer(link: Connection) -> Any:
    try:
        return link.recv()
    except EOFError:
        raise ConnectionError("a process of the search ended too soon") from None


def explore_shared(
    make: Maker,
    processes: int,
    *,
    invariants: Sequence[str] | None = None,
    to_the_end: bool = False,
    watch: Watch | None = None,
) -> Report[Any]:
    """Visit the reachable states as `explore_hashed` does, with several processes.

    A search that a violation ends has gone through the whole of its level. Raises what
    `explore_hashed` raises, and ValueError for fewer processes than one.
    """
    if processes < 1:
        raise ValueError(f"{processes} processes: at least one does the work")
    spec = make()
    judged_by(spec, invariants)
    unreached = {wanted.name for wanted in spec.sometimes}
    with _serving(make, invariants, processes) as links:
        search = _Asking(spec, links, to_the_end, unreached)
        left = search.run(watch)
        return search.report(complete=not left)
