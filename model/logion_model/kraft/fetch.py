"""How a follower copies the leader's log: fetch, answer, append or truncate."""

from __future__ import annotations

from logion_model.kernel import Action
from logion_model.kraft.leader import advanced
from logion_model.kraft.rules import Rules, Steps, World
from logion_model.kraft.state import (
    Broker,
    End,
    Entry,
    Fetch,
    Fetched,
    Fetcher,
    Position,
    Progress,
    Role,
    State,
    Status,
    exchanged,
    received,
    with_broker,
    with_fetcher,
)


def _has_converged(state: State, leader: int, follower: int) -> bool:
    """Return whether a fetch would change nothing: a bound of the explored world."""
    theirs, mine = state.brokers[leader], state.brokers[follower]
    return (
        theirs.end_offset == mine.end_offset
        and theirs.high_watermark == mine.high_watermark
        and theirs.progress[follower] == (mine.end_offset, mine.epoch)
    )


def fetch(state: State) -> Steps:
    """A follower asks whom it takes for the leader for the next record."""
    for index, broker in enumerate(state.brokers):
        leader = broker.view.leader
        if broker.status is not Status.RUNNING or leader in (None, index):
            continue
        position, is_waiting = broker.fetchers[leader]
        if position and not is_waiting and not _has_converged(state, leader, index):
            request = Fetch(
                source=index,
                dest=leader,
                broker_epoch=broker.epoch,
                leader_epoch=broker.view.leader_epoch,
                offset=position.offset,
                last_epoch=position.last_epoch,
            )
            asked = Fetcher(position._replace(is_delayed=False), is_waiting=True)
            after = with_broker(state, index, with_fetcher(broker, leader, asked))
            after = after._replace(messages=state.messages | {request})
            yield Action("fetch", (index, leader)), after


def end_of_epoch(broker: Broker, epoch: int) -> End:
    """Return the largest epoch of its log up to this one, and where that ends.

    It ends where the next one begins; the leader's own epoch and the last one of a log
    end with the log.
    """
    is_leaders = broker.role is Role.LEADER and broker.view.leader_epoch == epoch
    if not broker.log or broker.last_epoch == epoch or is_leaders:
        return End(epoch, broker.end_offset)
    earlier = [entry.epoch for entry in broker.log if entry.epoch <= epoch]
    return End(max(earlier, default=epoch), len(earlier))


def answer_fetch(world: World, state: State) -> Steps:
    """A broker answers a fetch; a leader learns from it how far the follower is."""
    for request in received(state, Fetch):
        leader = state.brokers[request.dest]
        if leader.status is Status.RUNNING:
            action = Action("answer_fetch", (request.dest, request.source))
            yield action, _answered(world, state, request)


def _answered(world: World, state: State, request: Fetch) -> State:
    leader = state.brokers[request.dest]
    answer = Fetched(
        source=request.dest,
        dest=request.source,
        leader_epoch=leader.view.leader_epoch,
        offset=request.offset,
        high_watermark=leader.high_watermark,
    )
    if error := _error(leader, request):
        return exchanged(state, request, answer._replace(error=error))
    end = end_of_epoch(leader, request.last_epoch)
    if end.epoch < request.last_epoch or end.offset < request.offset:
        return exchanged(state, request, answer._replace(diverging=end))
    progress = list(leader.progress)
    progress[request.source] = Progress(request.offset, request.broker_epoch)
    heard = leader._replace(progress=tuple(progress))
    after = advanced(world, with_broker(state, request.dest, heard), request.dest)
    answer = answer._replace(
        high_watermark=after.brokers[request.dest].high_watermark,
        records=leader.log[request.offset : request.offset + 1],
    )
    return exchanged(after, request, answer)


def _error(broker: Broker, request: Fetch) -> str:
    """Return why it does not answer, empty if it does."""
    epoch = broker.view.leader_epoch
    if epoch < request.leader_epoch:
        return "UNKNOWN_LEADER_EPOCH"
    if epoch > request.leader_epoch:
        return "FENCED_LEADER_EPOCH"
    return "" if broker.role is Role.LEADER else "NOT_LEADER_OR_FOLLOWER"


def take_fetched(world: World, state: State) -> Steps:
    """A follower takes an answer: it appends, truncates, or tries again later."""
    for answer in received(state, Fetched):
        follower = state.brokers[answer.dest]
        fetcher = follower.fetchers[answer.source]
        if follower.status is Status.RUNNING and fetcher.is_waiting:
            taken = _taken(world.rules, follower, answer)
            after = with_broker(exchanged(state, answer), answer.dest, taken)
            yield Action("take_fetched", (answer.dest, answer.source)), after


def _is_stale(rules: Rules, follower: Broker, answer: Fetched) -> bool:
    """Return whether the answer is to a fetch of earlier days."""
    position, _ = follower.fetchers[answer.source]
    if position is None:
        return True
    if position.offset != answer.offset and rules.checks_fetch_offset:
        return True
    is_same_epoch = follower.view.leader_epoch == answer.leader_epoch
    return not is_same_epoch and rules.checks_fetch_epoch


def _taken(rules: Rules, follower: Broker, answer: Fetched) -> Broker:
    position, _ = follower.fetchers[answer.source]
    if position is None or _is_stale(rules, follower, answer):
        return with_fetcher(follower, answer.source, Fetcher(position))
    if answer.error:
        delayed = Fetcher(position._replace(is_delayed=True))
        return with_fetcher(follower, answer.source, delayed)
    if answer.diverging:
        end_offset = _truncation_point(follower, answer.diverging)
        cut = follower._replace(log=follower.log[:end_offset])
        at = Position(cut.end_offset, cut.last_epoch)
        return with_fetcher(cut, answer.source, Fetcher(at))
    return _appended(follower, answer, position)


def _truncation_point(follower: Broker, diverging: End) -> int:
    """Return the end of what follower and leader share, as far as they can tell."""
    mine = end_of_epoch(follower, diverging.epoch)
    if mine.epoch != diverging.epoch:
        return mine.offset
    return min(mine.offset, diverging.offset)


def _appended(follower: Broker, answer: Fetched, position: Position) -> Broker:
    """Return the follower with one more record, or none.

    It takes the leader's high watermark, lower or not, if its log reaches there.
    """
    log: tuple[Entry, ...] = (*follower.log, *answer.records)
    is_inside = answer.high_watermark <= len(log)
    high_watermark = answer.high_watermark if is_inside else follower.high_watermark
    last_epoch = answer.records[-1].epoch if answer.records else position.last_epoch
    copied = follower._replace(log=log, high_watermark=high_watermark)
    at = Position(copied.end_offset, last_epoch)
    return with_fetcher(copied, answer.source, Fetcher(at))
