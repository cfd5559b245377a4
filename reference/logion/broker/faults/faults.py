"""The faults of one broker: which rules are in force, and what they have done.

`Faults` may be used from any thread: a test changes its rules while the broker's own
thread asks it about each request. Without a rule that can still fire, `is_armed` is
False and nothing else is asked.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Condition
from typing import TYPE_CHECKING, NamedTuple

from logion.broker.context import Context
from logion.protocol.apis import APIS
from logion.protocol.errors import Error

if TYPE_CHECKING:  # the modules of rules are loaded with the first rule
    from logion.broker.faults.matching import Asked
    from logion.broker.faults.plan import Given, Plan
    from logion.broker.faults.rule import Rule

log = logging.getLogger(__name__)

FIRED_MAX = 10_000
"""How many of the last firings are kept; all are counted."""

GONE_MAX = 1_000
"""How many of the rules that are out of force are still counted."""


class Fired(NamedTuple):
    """One time that a rule fired."""

    rule: str
    """Name of the rule."""
    api: str
    version: int
    client_id: str
    peer: str
    """Address of the client, `host:port`."""
    correlation_id: int
    time_ms: int
    """When, by the broker's clock: milliseconds since 1970-01-01 UTC."""
    error: Error
    """The error that was answered; NONE if the rule has none."""

    def __str__(self) -> str:
        """Return it as a line for people."""
        said = f": {self.error.name}" if self.error else ""
        client = f"client {self.client_id!r} ({self.peer})"
        request = f"{self.api} v{self.version}, correlation id {self.correlation_id}"
        return f"fault {self.rule} on {request} of {client}{said}"


class Count(NamedTuple):
    """What became of one rule."""

    rule: str
    matched: int
    """Requests that it meant while it was looked at."""
    fired: int


@dataclass(slots=True, eq=False)
class _Live:
    """A rule in force, and how often it has been looked at."""

    rule: Rule
    chance: Random
    matched: int = 0
    fired: int = 0
    held: int = 0
    """How many of those that it fired on have come to where it holds them."""
    released: int = 0
    """How many of those that it fired on are held no longer."""
    waiting: list[Callable[[], object]] = field(default_factory=list)
    """What lets those go on that it holds."""

    @property
    def can_fire(self) -> bool:
        return self.rule.times is None or self.fired < self.rule.times

    @property
    def done(self) -> int:
        """Return how many requests it has done to what it does first."""
        return self.held if self.rule.hold else self.fired

    @property
    def count(self) -> Count:
        return Count(self.rule.name, self.matched, self.fired)

    def fires(self, asked: Asked) -> bool:
        """Count the request if the rule means it; tell whether the rule fires."""
        from logion.broker.faults.matching import is_meant

        if not self.can_fire or not is_meant(self.rule, asked):
            return False
        self.matched += 1
        if self.matched < self.rule.nth:
            return False
        if self.rule.probability < 1 and self.chance.random() >= self.rule.probability:
            return False
        self.fired += 1
        return True

    def firing(self) -> Firing:
        """Return what its latest firing does."""
        errors = self.rule.errors
        error = errors[(self.fired - 1) % len(errors)] if errors else Error.NONE
        return Firing(self.rule, error, self, self.fired)

    def release(self) -> None:
        """Let all go on that it has fired on."""
        self.released = self.fired
        for let_go in self.waiting:
            let_go()
        self.waiting.clear()


class Firing(NamedTuple):
    """What happens to a request now."""

    rule: Rule
    error: Error
    """What this firing answers; NONE if the rule has no error, or lets this pass."""
    live: _Live
    number: int
    """Which of the rule's firings it is, from 1."""


@dataclass(slots=True)
class Faults:
    """The rules in force, in the order in which they are looked at."""

    is_armed: bool = False
    """Whether any rule can still fire."""
    _seed: int = 0
    _live: list[_Live] = field(default_factory=list)
    _gone: deque[_Live] = field(default_factory=lambda: deque(maxlen=GONE_MAX))
    _fired: deque[tuple[_Live, Fired]] = field(
        default_factory=lambda: deque(maxlen=FIRED_MAX)
    )
    _numbered: int = 0
    changed: Condition = field(default_factory=Condition)

    def load(self, plan: Given | Plan) -> None:
        """Put the rules of a plan in place of all; counts and reports begin anew.

        Raises PlanError, and nothing changes, if it is no plan.
        """
        from logion.broker.faults.plan import Plan, read_plan

        read = plan if isinstance(plan, Plan) else read_plan(plan)
        with self.changed:
            self._seed, self._numbered = read.seed, len(read.rules)
            self._drop(list(self._live))
            self._gone.clear()
            self._fired.clear()
            self._live = [self._begun(rule) for rule in read.rules]
            self._arm()

    def add(self, *rules: Given) -> None:
        """Put rules behind those in force; PlanError, and none is, if one is wrong."""
        self._add(rules)

    def clear(self) -> None:
        """Take all rules out of force; what they have done stays told."""
        with self.changed:
            self._drop(list(self._live))

    @contextmanager
    def injected(self, *rules: Given) -> Iterator[Injected]:
        """Keep rules in force for a block, before all others; give what they do."""
        added = self._add(rules, first=True)
        try:
            yield Injected(self, tuple(added))
        finally:
            with self.changed:
                self._drop(added)

    def fired(self) -> list[Fired]:
        """Return each time that a rule fired, the last 10,000, oldest first."""
        with self.changed:
            return [fired for _, fired in self._fired]

    def fired_by(self, rules: Collection[object]) -> list[Fired]:
        """Return each time that one of these rules in force fired, oldest first."""
        with self.changed:
            return [fired for rule, fired in self._fired if rule in rules]

    def counts(self) -> list[Count]:
        """Return how often each rule matched and fired, those out of force too."""
        with self.changed:
            return [it.count for it in (*self._gone, *self._live)]

    def decide(self, context: Context, asked: Asked, time_ms: int) -> Firing | None:
        """Return what happens to a request, None if no rule fires on it."""
        with self.changed:
            for live in self._live:
                if live.fires(asked):
                    break
            else:
                return None
            firing = live.firing()
            self._arm()
            self._note(context, live, firing.error, time_ms)
        return firing

    def hold(self, firing: Firing, let_go: Callable[[], object]) -> None:
        """Have `let_go` called, in any thread, once this request is released."""
        with self.changed:
            firing.live.held += 1
            self.changed.notify_all()
            if firing.number > firing.live.released:
                firing.live.waiting.append(let_go)
            else:
                let_go()

    def release(self, rules: Iterable[_Live] | None = None) -> None:
        """Let every request go on that a rule holds: any, or one of `rules`."""
        with self.changed:
            for live in self._live if rules is None else rules:
                live.release()

    def _add(self, given: tuple[Given, ...], *, first: bool = False) -> list[_Live]:
        from logion.broker.faults.plan import read_rules

        with self.changed:
            rules = read_rules(given, first=self._numbered + 1)
            self._numbered += len(rules)
            added = [self._begun(rule) for rule in rules]
            self._live = added + self._live if first else self._live + added
            self._arm()
        return added

    def _begun(self, rule: Rule) -> _Live:
        return _Live(rule, Random(f"{self._seed}/{rule.name}"))  # noqa: S311

    def _drop(self, leaving: list[_Live]) -> None:
        for live in leaving:
            live.release()
        self._gone += [it for it in self._live if it in leaving]
        self._live = [it for it in self._live if it not in leaving]
        self._arm()

    def _arm(self) -> None:
        self.is_armed = any(live.can_fire for live in self._live)

    def _note(self, context: Context, live: _Live, error: Error, time_ms: int) -> None:
        api = APIS[context.api_key].name
        fired = Fired(
            live.rule.name,
            api,
            context.version,
            context.client_id,
            context.peer,
            context.correlation_id,
            time_ms,
            error,
        )
        self._fired.append((live, fired))
        self.changed.notify_all()
        log.info("%s", fired)


@dataclass(frozen=True, slots=True)
class Injected:
    """Rules that are in force for a block, and what they have done."""

    _faults: Faults
    _rules: tuple[_Live, ...]

    @property
    def count(self) -> int:
        """Return how often they have fired."""
        return sum(it.fired for it in self._rules)

    def fired(self) -> list[Fired]:
        """Return each time that one of them fired, oldest first."""
        return self._faults.fired_by(self._rules)

    def release(self) -> None:
        """Let every request go on that one of them holds."""
        self._faults.release(self._rules)

    def wait(self, count: int = 1, timeout_s: float = 10.0) -> None:
        """Return once they have fired `count` times, and hold what they are to hold.

        Raises TimeoutError if that takes longer than `timeout_s` seconds.
        """
        changed = self._faults.changed
        with changed:
            if not changed.wait_for(lambda: self._done >= count, timeout_s):
                found = f"fired {self._done} times within {timeout_s} s"
                raise TimeoutError(f"{found}; expected {count}")

    @property
    def _done(self) -> int:
        return sum(it.done for it in self._rules)
