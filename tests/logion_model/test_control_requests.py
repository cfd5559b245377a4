from __future__ import annotations

from logion_model.control_requests import (
    BEFORE_KIP_380,
    BEFORE_KIP_570,
    KIP_570,
    Order,
    Rules,
    State,
    arrive,
    newest_counts,
    orders_are_of_this_life,
)

STOP = Order(is_online=False, epoch=0, life=0)
ONLINE = Order(is_online=True, epoch=1, life=0)


def obeyed(rules: Rules, state: State) -> Order | None:
    """Return what the broker obeys once its oldest order has arrived."""
    (_, after), *_ = arrive(rules, state)
    return after.obeyed


def test_a_late_stop_replica_stops_no_newer_replica() -> None:
    late = State((STOP, ONLINE), obeyed=ONLINE, has_newest=True)
    assert obeyed(KIP_570, late) == ONLINE
    stopped = obeyed(BEFORE_KIP_570, late)
    assert stopped == STOP._replace(epoch=1)
    assert newest_counts(late)
    assert not newest_counts(late._replace(obeyed=stopped))


def test_an_order_for_an_earlier_life_is_refused() -> None:
    back = State((STOP,), life=1)
    assert obeyed(KIP_570, back) is None
    assert obeyed(BEFORE_KIP_380, back) == STOP
    assert not orders_are_of_this_life(back._replace(obeyed=STOP))


def test_a_leader_and_isr_request_counts_in_a_newer_epoch_only() -> None:
    assert obeyed(KIP_570, State((ONLINE,), obeyed=STOP)) == ONLINE
    again = State((ONLINE,), obeyed=STOP._replace(epoch=1))
    assert obeyed(KIP_570, again) == STOP._replace(epoch=1)
