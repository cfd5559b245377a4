"""The hashed search by several processes: one asks, the others have a part each."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, Protocol, TypeAlias

from logion_model.kernel.breadth import Watch, looking_for_no_cycles
from logion_model.kernel.faults import SpecError
from logion_model.kernel.fingerprints import odds_of_collision
from logion_model.kernel.hashed import judged_by, steps_along
from logion_model.kernel.locality import deciding_part
from logion_model.kernel.part import Part, Piece, Round, Told, Waiting
from logion_model.kernel.report import DEADLOCK, Progress, Report, Violation
from logion_model.kernel.spec import Spec

PATIENCE_S = 5.0
"""How long a process may take to end once nobody asks it for more."""

AHEAD = 2
"""Rounds that each process is given at a time: while it is at one, the answers to what
it asked in the one before are on their way."""

Question: TypeAlias = tuple[str, tuple[Any, ...], dict[str, Any]]
"""What a process is asked: a method of its part, and what the method is given."""

Maker: TypeAlias = Callable[[], Spec[Any]]
"""Makes a specification; it can be pickled, as a specification cannot."""


class Work(NamedTuple):
    """What every process of a search is told."""

    make: Maker
    names: Sequence[str] | None
    """Of the invariants to be judged, None for all."""
    many: int
    """How many processes there are."""

    def part(self, index: int) -> Part[Any]:
        """Return the part of the process of this number."""
        spec = self.make()
        unbroken = judged_by(spec, self.names)
        return Part(spec, unbroken, index, self.many)


def _serve(link: Connection, work: Work, index: int) -> None:
    """Answer what is asked of one part, until nobody asks any more."""
    inbox = SimpleQueue[Question | None]()
    Thread(target=_listen, args=(link, inbox), daemon=True).start()
    part = work.part(index)
    with suppress(ConnectionError), looking_for_no_cycles():
        while question := inbox.get():
            what, arguments, options = question
            try:
                link.send(getattr(part, what)(*arguments, **options))
            except SpecError as error:
                link.send(Fault(error))


def _listen(link: Connection, inbox: SimpleQueue[Question | None]) -> None:
    """Take in what is asked, so that who asks never has to wait until it is heard."""
    with suppress(EOFError, OSError):
        while True:
            inbox.put(link.recv())
    inbox.put(None)


@contextmanager
def _serving(work: Work) -> Iterator[list[Connection]]:
    """Yield the links to processes that have a part each; they end with this."""
    context = get_context("spawn")
    links, processes = [], []
    for index in range(work.many):
        ours, theirs = context.Pipe()
        given = (theirs, work, index)
        process = context.Process(target=_serve, args=given, daemon=True)
        with _deaf_to_ctrl_c():
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


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Let processes that are started in this never hear Ctrl-C: it is for who asks.

    Where they are started it is heard when this ends.
    """
    resource_tracker.ensure_running()  # or `start` does, and hears Ctrl-C behind it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Fault(NamedTuple):
    """A specification contradicts itself, in the words of who found that."""

    error: SpecError


class Link(Protocol):
    """The way to a process and back."""

    def send(self, question: Question, /) -> None:
        """Ask the process for what a method of its part returns."""

    def recv(self) -> Any:
        """Return the answer; raises EOFError once there is no process."""


Mail: TypeAlias = list[tuple[tuple[bytes, ...], tuple[bytes, ...]]]
"""For each process what the others ask it, and what they answer it."""


_SAVED = (
    *("to_the_end", "unreached", "depth", "sizes", "left", "following"),
    *("taken", "stuck", "broken", "found"),
)


@dataclass(slots=True)
class SharedSearch:
    """The processes' search under way, as who asks them sees it."""

    spec: Spec[Any]
    links: Sequence[Link]
    to_the_end: bool
    unreached: set[str]
    depth: int = 0
    sizes: list[int] = field(default_factory=list)
    """How many states each level has, up to the one that is gone on from."""
    left: list[int] = field(default_factory=list)
    """How many states of the level each process has yet to go on from."""
    open: list[int] = field(default_factory=list)
    """How many states each process has asked the others about, without answer yet."""
    following: list[int] = field(default_factory=list)
    """How many of the following level each process has found."""
    mail: list[Mail] = field(default_factory=list)
    """What processes have told each other and not been given, by rounds."""
    taken: Counter[str] = field(default_factory=Counter)
    stuck: list[tuple[str, int]] = field(default_factory=list)
    """Deadlocks in the level."""
    broken: list[tuple[str, int]] = field(default_factory=list)
    """Properties broken in the following level."""
    found: list[Violation[Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Let nothing be on its way."""
        nothing = (b"",) * len(self.links)
        self.mail = [[(nothing, nothing)] * len(self.links)] * AHEAD

    @property
    def is_over(self) -> bool:
        """Return whether a violation ends the search."""
        return bool(self.found) and not self.to_the_end

    @property
    def progress(self) -> Progress:
        """Return how far the search has come."""
        behind = sum(self.following)
        waiting = sum(self.left) + behind
        distinct, generated = sum(self.sizes) + behind, self.taken.total()
        return Progress(distinct, generated, self.depth, waiting)

    def run(self, watch: Watch | None = None) -> Report[Any]:
        """Go on to the end, or until `watch` says to stop: it is told of each round."""
        while not self.is_over:
            if not any(self.left):
                self._descend()
            if not any(self.left) or self.is_over:
                break
            if not self._go_on(watch):
                break
        return self.report()

    def begin(self) -> None:
        """Let the processes find the initial states, as if behind a level of none."""
        many = len(self.links)
        deciding = deciding_part(self.spec, many) if many > 1 else None
        self._note(self._ask("begin", [(deciding,)] * many))

    def _go_on(self, watch: Watch | None) -> bool:
        """Go on from the level to its end; False if `watch` says to stop before."""
        if watch is None or watch(self.progress):
            if self._take_rounds(watch, expands=True):
                return True
            self._take_rounds(None, expands=False)  # what was asked is answered
        return False

    def _take_rounds(self, watch: Watch | None, *, expands: bool) -> bool:
        """Let the processes take rounds until nothing is left to do, or to answer.

        Returns False if `watch` says to stop before.
        """
        is_wanted = True
        while is_wanted and ((expands and any(self.left)) or any(self.open)):
            for mail in self.mail:
                self._tell("round", mail, expands=expands)
            self.mail = []
            self._hear_round()
            is_wanted = watch is None or watch(self.progress)
        while len(self.mail) < AHEAD:
            self._hear_round()
        return is_wanted

    def _hear_round(self) -> None:
        rounds: list[Round] = self._hear()
        asked = zip(*(it.asked for it in rounds), strict=True)
        answered = zip(*(it.answered for it in rounds), strict=True)
        self.mail.append(list(zip(asked, answered, strict=True)))
        self._note([it.told for it in rounds])
        for it in rounds:
            self.taken += it.taken
            self.stuck += [(DEADLOCK.name, name) for name in it.stuck]

    def _note(self, told: Sequence[Told]) -> None:
        self.left = [it.left for it in told]
        self.open = [it.open for it in told]
        self.following = [it.following for it in told]
        for it in told:
            self.unreached &= it.unreached
            self.broken += it.broken

    def _descend(self) -> None:
        """Go to the next level; a violation that ends the search gives the depth."""
        self._blame(self.stuck + self.broken)
        self.stuck, self.broken = [], []
        if any(self.following):
            self.sizes.append(sum(self.following))
            self.depth += 1
        if self.is_over:
            self.depth = self.found[0].length
        self._ask_all("descend")
        self.left, self.following = self.following, [0] * len(self.links)
        self._make_even()

    def saved(self) -> dict[str, Any]:
        """Return what the search needs to go on, but for the states that wait."""
        kept = {name: getattr(self, name) for name in _SAVED}
        return kept | {"parts": self._ask_all("saved")}

    def pieces(self) -> Iterator[tuple[int, Waiting[Any]]]:
        """Yield the states that wait, some at a time, each with its process."""
        for index in range(len(self.links)):
            place = 0
            while waiting := self._ask_one(index, "waiting", place):
                yield index, waiting
                place += 1

    def resume(
        self, saved: dict[str, Any], pieces: Iterable[tuple[int, Waiting[Any]]]
    ) -> None:
        """Take up a saved search instead of beginning one.

        Raises ValueError if it was shared among more processes, or fewer.
        """
        saved_by, many = len(saved["parts"]), len(self.links)
        if saved_by != many:
            raise ValueError(f"shared among {saved_by} processes, not {many}")
        for name in _SAVED:
            setattr(self, name, saved[name])
        self._ask("resume", [(part,) for part in saved["parts"]])
        for index, waiting in pieces:
            self._ask_one(index, "wait", waiting)

    def _make_even(self) -> None:
        """Let processes that have more than their share of the level hand it over."""
        share = -(-sum(self.left) // len(self.links))
        surplus = [(max(0, left - share),) for left in self.left]
        taken = [list[Piece]() for _ in self.links]
        for index, given in enumerate(self._ask("give", surplus)):
            self.left[index] -= sum(piece.size for piece in given)
            for piece in given:
                least = self.left.index(min(self.left))
                self.left[least] += piece.size
                taken[least].append(piece)
        self._ask("take", [(pieces,) for pieces in taken])

    def _ask_all(self, what: str) -> list[Any]:
        return self._ask(what, [()] * len(self.links))

    def _ask(self, what: str, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Return the answers of all processes; raises what one of them raises.

        Raises ConnectionError if one has ended.
        """
        self._tell(what, arguments)
        return self._hear()

    def _tell(
        self, what: str, arguments: Sequence[tuple[Any, ...]], **options: object
    ) -> None:
        for link, argument in zip(self.links, arguments, strict=True):
            with _ended_named():
                link.send((what, argument, options))

    def _hear(self) -> list[Any]:
        with _ended_named():
            answers = [link.recv() for link in self.links]
        for answer in answers:
            if isinstance(answer, Fault):
                raise answer.error
        return answers

    def _ask_one(self, index: int, what: str, *arguments: object) -> Any:
        with _ended_named():
            self.links[index].send((what, arguments, {}))
            return self.links[index].recv()

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
            parent, place = self._ask_one(index, "came_from", number)
            way.append(place)
            if parent == state:
                return way[::-1]
            state = parent

    def report(self) -> Report[Any]:
        """Return what was found so far."""
        progress = self.progress
        return Report(
            spec=self.spec.name,
            distinct=progress.distinct,
            generated=progress.generated,
            depth=self.depth,
            complete=not progress.queue and not self.is_over,
            taken=dict.fromkeys(self.spec.actions, 0) | self.taken,
            violations=tuple(self.found),
            unreached=tuple(
                it.name for it in self.spec.sometimes if it.name in self.unreached
            ),
            odds_of_collision=odds_of_collision(progress.distinct),
        )


@contextmanager
def _ended_named() -> Iterator[None]:
    """Say in words that a process at the other end of a link is gone."""
    try:
        yield
    except (EOFError, ConnectionError):
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
    with shared_among(
        make, processes, invariants=invariants, to_the_end=to_the_end
    ) as search:
        search.begin()
        return search.run(watch)


@contextmanager
def shared_among(
    make: Maker,
    processes: int,
    *,
    invariants: Sequence[str] | None = None,
    to_the_end: bool = False,
) -> Iterator[SharedSearch]:
    """Yield a search by several processes that has visited nothing.

    The processes end with this. Raises what `explore_shared` raises.
    """
    if processes < 1:
        raise ValueError(f"{processes} processes: at least one does the work")
    spec = make()
    judged_by(spec, invariants)
    unreached = {wanted.name for wanted in spec.sometimes}
    with _serving(Work(make, invariants, processes)) as links:
        yield SharedSearch(spec, links, to_the_end, unreached)
