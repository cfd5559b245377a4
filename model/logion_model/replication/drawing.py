"""How replication is drawn: a producer, a lane for each broker, the controller."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from logion_model.kernel import Action
from logion_model.pictures.scene import Blame, Cell, Drawing, Event, Lane, Message
from logion_model.replication.base import NO_EPOCH, Isr, Replica, State

PRODUCER, CONTROLLER = "producer", "controller"


def broker(index: int) -> str:
    """Return the name of a broker's lane."""
    return f"broker {index}"


def _lanes(state: State) -> tuple[Lane, ...]:
    return (
        Lane(PRODUCER),
        *(_replica(index, it) for index, it in enumerate(state.replicas)),
        _controller(state),
    )


def _replica(index: int, replica: Replica) -> Lane:
    cells = tuple(Cell(f"r{it.record}", f"e{it.epoch}", it.epoch) for it in replica.log)
    lines = [_role(index, replica)]
    if replica.leader == index:
        lines.append(f"ISR {_isr(replica.isr)}")
    lines.append(f"high watermark {replica.high_watermark}")
    return Lane(broker(index), tuple(lines), cells, replica.high_watermark)


def _role(index: int, replica: Replica) -> str:
    if replica.epoch == NO_EPOCH or replica.leader is None:
        return "knows of no leader"
    if replica.leader == index:
        return f"leads in epoch {replica.epoch}"
    return f"follows {replica.leader} in epoch {replica.epoch}"


def _isr(isr: Iterable[int]) -> str:
    return f"{{{', '.join(map(str, sorted(isr)))}}}"


def _controller(state: State) -> Lane:
    leader, epoch, isr = state.quorum
    led = "no leader" if leader is None else f"leader {leader}, epoch {epoch}"
    return Lane(CONTROLLER, (led, f"ISR {_isr(isr)}"))


def _event(action: Action, before: State, after: State) -> Event:
    teller = _TELLERS.get(action.name)
    if teller is None:
        return Event(str(action))
    return teller(before, after, *action.arguments)


def _elect(_: State, after: State, chosen: int) -> Event:
    return _decided(after, f"elects {chosen}, epoch {after.quorum.epoch}")


def _shrink(_: State, after: State, gone: int) -> Event:
    return _decided(after, f"drops {gone}, epoch {after.quorum.epoch}")


def _decided(after: State, text: str) -> Event:
    """Return a decision: brokers hear of it at any time, or never."""
    own = Message(CONTROLLER, CONTROLLER, text)
    return Event(f"The controller {text}", (own,), _sent_at(after.quorum.epoch))


def _sent_at(epoch: int) -> str:
    return f"epoch {epoch}"


def _lead(_: State, _after: State, index: int, epoch: int) -> Event:
    sentence = f"Broker {index} is told that it leads in epoch {epoch}"
    text = f"lead in epoch {epoch}"
    told = Message(CONTROLLER, broker(index), text, _sent_at(epoch))
    return Event(sentence, (told,))


def _follow(before: State, after: State, index: int, leader: int, epoch: int) -> Event:
    sentence = f"Broker {index} is told to follow {leader} in epoch {epoch}"
    text = f"follow {leader} in epoch {epoch}"
    told = Message(CONTROLLER, broker(index), text, _sent_at(epoch))
    cut = _cut(before, after, index)
    if not cut:
        return Event(sentence, (told,))
    own = Message(broker(index), broker(index), cut)
    return Event(f"{sentence}, and {cut}", (told, own))


def _cut(before: State, after: State, index: int) -> str:
    """Return what a broker did to its log, nothing if it has kept all."""
    end = after.replicas[index].end_offset
    was = before.replicas[index].end_offset
    return f"cuts its log from {was} to {end}" if end < was else ""


def _write(before: State, _: State, index: int) -> Event:
    text = f"r{before.next_record}"
    message = Message(PRODUCER, broker(index), text)
    return Event(f"The producer writes {text} to broker {index}", (message,))


def _change_isr(_: State, after: State, index: int, follower: int) -> Event:
    isr = after.replicas[index].isr
    change = "lets {} into the ISR" if follower in isr else "takes {} out of the ISR"
    message = Message(broker(index), CONTROLLER, f"ISR {_isr(isr)}")
    return Event(f"Broker {index} {change.format(follower)}", (message,))


def _commit(before: State, after: State, index: int) -> Event:
    offset = after.replicas[index].high_watermark - 1
    log = before.replicas[index].log
    what = f"r{log[offset].record}" if offset < len(log) else "what it does not have"
    text = f"commits {what} at {offset}"
    own = Message(broker(index), broker(index), text)
    return Event(f"Broker {index} {text}", (own,))


def _replicate(_: State, after: State, follower: int, leader: int) -> Event:
    replica = after.replicas[follower]
    record = f"r{replica.log[-1].record}"
    text = f"{record}, high watermark {replica.high_watermark}"
    message = Message(broker(leader), broker(follower), text)
    return Event(f"Broker {follower} copies {record} from {leader}", (message,))


def _truncate(before: State, after: State, follower: int, leader: int) -> Event:
    cut = _cut(before, after, follower) or "keeps its log"
    message = Message(broker(leader), broker(follower), "the logs differ")
    return Event(f"Broker {follower} {cut}, as {leader} tells it", (message,))


def _lose_power(_: State, _after: State, index: int, end_offset: int) -> Event:
    text = f"loses power, and what is from {end_offset} on"
    own = Message(broker(index), broker(index), text)
    return Event(f"Broker {index} {text}", (own,))


_TELLERS: dict[str, Callable[..., Event]] = {
    "elect_leader": _elect,
    "elect_unclean_leader": _elect,
    "lose_power": _lose_power,
    "shrink_isr": _shrink,
    "become_leader": _lead,
    "become_follower": _follow,
    "write": _write,
    "leader_shrink_isr": _change_isr,
    "leader_expand_isr": _change_isr,
    "advance_high_watermark": _commit,
    "replicate": _replicate,
    "truncate": _truncate,
}
"""Action, to what it tells."""


def _blame(broken: str, state: State) -> Blame | None:
    """Find a leader that has exposed what a member of the ISR lacks."""
    for index, leader in enumerate(state.replicas):
        isr = _isr_of(broken, state, index)
        for member in sorted(isr - {index}):
            found = _lacks(leader, state.replicas[member])
            if found is not None:
                sentence = (
                    f"broker {member} is in the ISR of broker {index} and lacks what"
                    f" that has committed at offset {found}"
                )
                return Blame(frozenset(map(broker, (index, member))), sentence)
    return None


def _isr_of(broken: str, state: State, index: int) -> Isr:
    """Return whom the property looks at beside a leader; nobody if it leads not."""
    if state.replicas[index].leader != index:
        return frozenset()
    if broken == "weak-isr":
        return state.replicas[index].isr
    return state.quorum.isr if broken == "strong-isr" else frozenset()


def _lacks(leader: Replica, member: Replica) -> int | None:
    """Return the first exposed offset of a leader at which a member differs."""
    for offset in range(leader.high_watermark):
        own, its = leader.log[offset:][:1], member.log[offset:][:1]
        if not own or own != its:
            return offset
    return None


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn."""
