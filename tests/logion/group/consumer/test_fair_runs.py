"""Whatever members do and however they take turns: promises hold, and it ends well."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from logion.group.consumer.leaving import on_time
from logion.group.consumer.state import GroupState, Settings
from logion.protocol.errors import ApiError

from tests.logion.group.consumer.grouping import (
    Consumer,
    World,
    cluster,
    without_deadlines,
)

NAMES = ("t", "u", "v")
WISHES = (
    {"subscribed_topic_names": ("t",)},
    {"subscribed_topic_names": ("t", "u")},
    {"subscribed_topic_names": ("u", "gone")},
    {"subscribed_topic_names": ()},
    {"subscribed_topic_names": (), "subscribed_topic_regex": "[tv]"},
    {"subscribed_topic_regex": ".*", "server_assignor": "range"},
)
SETTINGS = (
    Settings(),
    Settings(assignors=("range", "uniform"), has_assignment_epochs=False),
    Settings(has_metadata_hash=False, first_epoch=0, assignment_interval_ms=500),
)


class Members(RuleBasedStateMachine):
    """Members come, go, sleep and change their minds while topics change."""

    @initialize(settings=st.sampled_from(SETTINGS))
    def begin(self, settings: Settings) -> None:
        self.world = World(cluster(t=3, u=2), settings)
        self.consumers: dict[str, Consumer] = {}
        self.epochs: Counter[str] = Counter()
        self.count = 0

    @rule(wish=st.sampled_from(WISHES), static=st.booleans())
    def join(self, wish: dict, static: bool) -> None:
        if len(self.consumers) < 4:
            self.count += 1
            name = f"m{self.count}"
            fields = {**wish, **({"instance_id": f"i-{name}"} if static else {})}
            self.consumers[name] = Consumer(self.world, name, fields=fields)
            self.beat(name)

    def beat(self, name: str) -> None:
        consumer = self.consumers[name]
        if not consumer.epoch or name in self.world.group.members:
            consumer.beat()
            return
        with pytest.raises(ApiError, match="UNKNOWN_MEMBER_ID"):
            consumer.beat()
        consumer.epoch, consumer.owned = 0, frozenset()

    @precondition(lambda self: self.consumers)
    @rule(data=st.data())
    def heartbeat(self, data: st.DataObject) -> None:
        self.beat(data.draw(st.sampled_from(sorted(self.consumers))))

    @precondition(lambda self: self.consumers)
    @rule(data=st.data(), wish=st.sampled_from(WISHES))
    def change_mind(self, data: st.DataObject, wish: dict) -> None:
        name = data.draw(st.sampled_from(sorted(self.consumers)))
        consumer = self.consumers[name]
        instance = {k: v for k, v in consumer.fields.items() if k == "instance_id"}
        consumer.fields = {**wish, **instance}
        consumer.has_said_all = False
        self.beat(name)

    @precondition(lambda self: self.consumers)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.consumers)))
        del self.consumers[name]
        if name in self.world.group.members:
            self.world.leave(name)

    @rule(sizes=st.dictionaries(st.sampled_from(NAMES), st.integers(1, 4)))
    def change_topics(self, sizes: dict[str, int]) -> None:
        self.world.image = cluster(**sizes)

    @rule(seconds=st.sampled_from((1, 30, 46)))
    def wait(self, seconds: int) -> None:
        self.world.now_ms += seconds * 1_000
        outcome, _ = on_time(self.world.group, self.world.moment)
        self.world.take(outcome)

    @invariant()
    def nothing_has_two_owners(self) -> None:
        held = Counter(
            it
            for member in self.world.group.members.values()
            for it in (*member.assigned, *member.revoking)
        )
        assert all(count == 1 for count in held.values())

    @invariant()
    def epochs_never_go_back(self) -> None:
        group = self.world.group
        now = {"": group.epoch} | {
            it.member_id: it.epoch for it in group.members.values()
        }
        assert all(epoch >= self.epochs[name] for name, epoch in now.items())
        self.epochs.update({k: v - self.epochs[k] for k, v in now.items()})
        assert group.target_epoch <= group.epoch

    @invariant()
    def a_group_is_what_its_records_say(self) -> None:
        assert without_deadlines(self.world.group) == self.world.replayed()

    def teardown(self) -> None:
        """Left in peace, every member has its target in the end, and all is given."""
        if not hasattr(self, "world"):
            return
        for _ in range(2):
            self.world.now_ms += 1_000
            for name in list(self.consumers):
                self.beat(name)
        self.world.now_ms += 1_000
        self.world.settle(*self.consumers.values())
        group = self.world.group
        assert group.state in (GroupState.STABLE, GroupState.EMPTY)
        for name, consumer in self.consumers.items():
            assert group.members[name].assigned.keys() == group.target_of(name)
            assert consumer.owned == group.target_of(name)


Members.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
TestMembers = Members.TestCase
