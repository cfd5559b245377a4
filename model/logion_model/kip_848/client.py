"""What a client does: heartbeats, and what it makes of the answers."""

from __future__ import annotations

from logion_model.kip_848.state import (
    JOINS,
    LEAVES,
    NOBODY,
    NOTHING,
    Answer,
    Client,
    ClientStatus,
    Heartbeat,
)

_S = ClientStatus
_MAY_FOLLOW: dict[ClientStatus, tuple[ClientStatus, ...]] = {
    _S.STABLE: (_S.JOINING, _S.ACKNOWLEDGING, _S.RECONCILING),
    _S.RECONCILING: (_S.STABLE, _S.JOINING, _S.ACKNOWLEDGING),
    _S.ACKNOWLEDGING: (_S.RECONCILING,),
    _S.FENCED: (
        _S.JOINING,
        _S.STABLE,
        _S.RECONCILING,
        _S.ACKNOWLEDGING,
        _S.PREPARE_LEAVING,
        _S.LEAVING,
    ),
    _S.JOINING: (_S.FENCED, _S.UNSUBSCRIBED),
    _S.PREPARE_LEAVING: (
        _S.JOINING,
        _S.STABLE,
        _S.RECONCILING,
        _S.ACKNOWLEDGING,
        _S.UNSUBSCRIBED,
        _S.FENCED,
    ),
    _S.LEAVING: (_S.PREPARE_LEAVING,),
    _S.UNSUBSCRIBED: (_S.FENCED, _S.LEAVING),
}
"""By status, those that it may come after."""

OUT = (_S.UNSUBSCRIBED, _S.PREPARE_LEAVING, _S.LEAVING)
"""Where a client does not mind what it is assigned."""


def follows(before: ClientStatus, after: ClientStatus) -> bool:
    """Return whether a client in one status may come into the other."""
    return before is after or before in _MAY_FOLLOW[after]


def moved(client: Client, status: ClientStatus) -> Client:
    """Return the client in another status, an illegal one if there is no such step."""
    after = status if follows(client.status, status) else _S.ILLEGAL
    return client._replace(status=after)


def beating(
    number: int, client: Client, subscribed: frozenset[int], connection: int
) -> tuple[Client, Heartbeat]:
    """Return a client that has sent a heartbeat, and the heartbeat.

    It says what it owns if that has changed, or is not what it shall be.
    """
    speaks = client.last_sent != client.owned or client.owned != client.target
    heartbeat = Heartbeat(
        number,
        connection,
        client.member_id,
        client.epoch,
        subscribed,
        client.owned if speaks else None,
    )
    after = client._replace(
        status=_next_status(client),
        subscribed=subscribed,
        last_sent=client.owned if speaks else client.last_sent,
        connection=connection,
        is_waiting=True,
    )
    if after.status is _S.UNSUBSCRIBED:
        after = after._replace(member_id=NOBODY, epoch=JOINS)
    return after, heartbeat


def _next_status(client: Client) -> ClientStatus:
    match client.status:
        case _S.UNSUBSCRIBED:
            return _S.JOINING
        case _S.ACKNOWLEDGING:
            is_done = client.target == client.owned
            return _S.STABLE if is_done else _S.RECONCILING
        case _S.LEAVING:
            return _S.UNSUBSCRIBED
        case status:
            return status


def told_that_it_is_out(client: Client) -> Client:
    """Return a client once it has heard an error: it joins anew, unless it leaves."""
    if client.status is _S.UNSUBSCRIBED:
        return client._replace(is_waiting=False)
    fenced = moved(client, _S.FENCED)._replace(
        member_id=NOBODY,
        epoch=JOINS,
        is_waiting=False,
        owned=NOTHING,
        target=NOTHING,
        last_sent=None,
    )
    return moved(fenced, _S.UNSUBSCRIBED if client.status in OUT else _S.JOINING)


def told(client: Client, answer: Answer) -> Client:
    """Return a client once its heartbeat was answered: it may have to reconcile."""
    heard = client._replace(is_waiting=False)
    if client.status in OUT:
        return heard
    heard = heard._replace(member_id=answer.member_id, epoch=answer.epoch)
    if answer.assignment is None:
        return _told_nothing_new(heard)
    if answer.assignment == client.owned:
        is_under_way = client.status in (_S.JOINING, _S.RECONCILING)
        return moved(heard, _S.STABLE) if is_under_way else heard
    return _reconciling(heard._replace(target=answer.assignment))


def _told_nothing_new(client: Client) -> Client:
    if client.target == client.owned:
        return moved(client, _S.STABLE)
    is_stuck = client.status is _S.RECONCILING and client.reconciling is None
    return _reconciling(client) if is_stuck else client


def _reconciling(client: Client) -> Client:
    """Return a client that begins to change what it owns, unless it is at it."""
    if client.reconciling is not None:
        return client
    begun = (client.epoch, client.target)
    return moved(client, _S.RECONCILING)._replace(reconciling=begun)


def reconciled(client: Client) -> Client:
    """Return a client whose change is done; it counts only if it is still wanted."""
    after = client._replace(reconciling=None)
    if client.reconciling is None or client.status is not _S.RECONCILING:
        return after
    epoch, owned = client.reconciling
    if epoch != client.epoch:
        return after
    return moved(after, _S.ACKNOWLEDGING)._replace(owned=owned)


def leaving(client: Client) -> Client:
    """Return a client that begins to give up its partitions, so that it may leave."""
    return moved(client, _S.PREPARE_LEAVING)._replace(is_giving_up=True)


def left(client: Client) -> Client:
    """Return a client that has given up everything, and says so by its heartbeat."""
    after = client._replace(is_giving_up=False)
    if client.status is not _S.PREPARE_LEAVING:
        return after
    return moved(after, _S.LEAVING)._replace(
        epoch=LEAVES,
        subscribed=frozenset(),
        owned=NOTHING,
        target=NOTHING,
        last_sent=None,
    )
