from __future__ import annotations

import pytest
from logion.coordination.tree import (
    Change,
    Check,
    CommitError,
    Create,
    Delete,
    Event,
    EventType,
    Fault,
    Operation,
    SetData,
    Tree,
    Watches,
    check_path,
    events,
    join,
    split,
)

NOW_MS = 1000


def tree_with(*paths: str) -> Tree:
    tree = Tree()
    tree.open_session(1)
    tree.commit(1, [Create(path) for path in paths], NOW_MS)
    return tree


def refusal(tree: Tree, *operations: Operation, session: int = 1) -> tuple[Fault, int]:
    before = (
        dict(tree.nodes),
        tree.zxid,
        {k: set(v) for k, v in tree.sessions.items()},
    )
    with pytest.raises(CommitError) as caught:
        tree.commit(session, operations, NOW_MS)
    assert before == (tree.nodes, tree.zxid, tree.sessions)
    return caught.value.fault, caught.value.index


def test_a_created_node_has_version_zero_and_its_data() -> None:
    tree = tree_with()
    committed = tree.commit(1, [Create("/a", b"x")], NOW_MS)
    node = tree.node("/a")
    assert (node.data, node.version, node.stat.ctime_ms) == (b"x", 0, NOW_MS)
    assert node.stat.czxid == node.stat.mzxid == committed.zxid == tree.zxid
    assert tree.node("/").children == {"a"}


def test_setting_data_raises_the_version_and_keeps_the_birth() -> None:
    tree = tree_with("/a")
    born = tree.node("/a").stat.czxid
    tree.commit(1, [SetData("/a", b"y", 0)], NOW_MS + 1)
    tree.commit(1, [SetData("/a", None)], NOW_MS + 2)
    node = tree.node("/a")
    assert (node.data, node.version, node.stat.mtime_ms) == (None, 2, NOW_MS + 2)
    assert (node.stat.czxid, node.stat.mzxid) == (born, tree.zxid)


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        (Create("/a/b/c"), Fault.NO_NODE),
        (Create("/a"), Fault.NODE_EXISTS),
        (Create("a"), Fault.BAD_ARGUMENTS),
        (Create("/a/"), Fault.BAD_ARGUMENTS),
        (Create("/a/.."), Fault.BAD_ARGUMENTS),
        (Delete("/"), Fault.BAD_ARGUMENTS),
        (Delete("/x"), Fault.NO_NODE),
        (Delete("/p"), Fault.NOT_EMPTY),
        (Delete("/a", 5), Fault.BAD_VERSION),
        (SetData("/x", b""), Fault.NO_NODE),
        (SetData("/a", b"", 1), Fault.BAD_VERSION),
        (Check("/a", 1), Fault.BAD_VERSION),
        (Check("/x"), Fault.NO_NODE),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    operation: Operation, fault: Fault
) -> None:
    assert refusal(tree_with("/a", "/p", "/p/q"), operation) == (fault, 0)


def test_a_commit_happens_whole_or_not_at_all() -> None:
    tree = tree_with("/a")
    first = (Create("/b", is_ephemeral=True), SetData("/a", b"new"), Delete("/a"))
    assert refusal(tree, *first, Create("/a/c")) == (Fault.NO_NODE, 3)
    tree.commit(1, [*first, Create("/a", b"again")], NOW_MS)
    assert tree.node("/a").data == b"again"
    assert tree.node("/a").stat.czxid == tree.node("/b").stat.czxid == tree.zxid


def test_sequential_names_count_the_children_there_ever_were() -> None:
    tree = tree_with("/q")
    made = tree.commit(1, [Create("/q/n_", is_sequential=True)] * 2, NOW_MS).paths
    assert made == ("/q/n_0000000000", "/q/n_0000000001")
    tree.commit(1, [Delete(path) for path in made], NOW_MS)
    again = tree.commit(1, [Create("/q/", is_sequential=True)], NOW_MS).paths
    assert again == ("/q/0000000002",)


def test_cversion_counts_children_that_came_and_went() -> None:
    tree = tree_with("/a", "/a/b", "/a/c")
    assert tree.node("/a").cversion == 2
    tree.commit(1, [Delete("/a/b")], NOW_MS)
    assert tree.node("/a").cversion == 3
    assert tree.node("/a").stat.pzxid == tree.zxid


def test_ephemeral_nodes_go_with_their_session() -> None:
    tree = tree_with("/ids")
    tree.open_session(2)
    tree.commit(1, [Create("/ids/1", is_ephemeral=True)], NOW_MS)
    tree.commit(2, [Create("/ids/2", is_ephemeral=True)], NOW_MS)
    changes = tree.close_session(1, NOW_MS).changes
    assert [change.path for change in changes] == ["/ids/1", "/ids"]
    assert tree.node("/ids").children == {"2"}
    assert refusal(tree, Create("/e", is_ephemeral=True)) == (Fault.SESSION_EXPIRED, 0)


def test_an_ephemeral_node_deleted_by_hand_is_no_longer_owned() -> None:
    tree = tree_with()
    tree.commit(1, [Create("/e", is_ephemeral=True), Delete("/e")], NOW_MS)
    tree.commit(1, [Create("/e")], NOW_MS)
    tree.close_session(1, NOW_MS)
    assert tree.node("/e").data == b""


def test_ephemeral_nodes_have_no_children() -> None:
    tree = tree_with()
    tree.commit(1, [Create("/e", is_ephemeral=True)], NOW_MS)
    fault = Fault.NO_CHILDREN_FOR_EPHEMERALS
    assert refusal(tree, Create("/e/child")) == (fault, 0)


def test_a_walk_meets_parents_before_their_children() -> None:
    tree = tree_with("/b", "/a", "/a/c")
    assert [path for path, _ in tree.walk()] == ["/", "/a", "/a/c", "/b"]
    assert [path for path, _ in tree.walk("/a")] == ["/a", "/a/c"]
    assert list(tree.walk("/nowhere")) == []


def test_events_tell_creation_data_children_and_end() -> None:
    tree = tree_with()
    changes: list[Change] = []
    for operation in (Create("/a"), SetData("/a", b"1"), Delete("/a")):
        changes += tree.commit(1, [operation], NOW_MS).changes
    assert list(events(changes)) == [
        Event(EventType.CREATED, "/a"),
        Event(EventType.CHILDREN_CHANGED, "/"),
        Event(EventType.DATA_CHANGED, "/a"),
        Event(EventType.DELETED, "/a"),
        Event(EventType.CHILDREN_CHANGED, "/"),
    ]


def test_a_watch_is_good_for_one_event() -> None:
    watches = Watches()
    watches.of_data["/a"] = {2, 1}
    watches.of_children["/a"] = {3, 1}
    gone, set_ = Event(EventType.DELETED, "/a"), Event(EventType.DATA_CHANGED, "/a")
    more = Event(EventType.CHILDREN_CHANGED, "/a")
    assert watches.fire([set_, set_]) == [(1, set_), (2, set_)]
    assert watches.fire([more, gone]) == [(1, more), (3, more)]
    watches.of_data["/a"], watches.of_children["/a"] = {1}, {1, 2}
    watches.forget(2)
    assert watches.fire([gone]) == [(1, gone)]


def test_paths_are_split_and_joined() -> None:
    assert split("/a") == ("/", "a")
    assert split("/a/b") == ("/a", "b")
    assert (join("/", "a"), join("/a", "b")) == ("/a", "/a/b")
    check_path("/a/", is_prefix=True)
    with pytest.raises(CommitError):
        check_path("/a\0")
