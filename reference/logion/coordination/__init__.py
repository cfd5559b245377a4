"""The role ZooKeeper plays: a tree of versioned nodes, ephemerals and watches."""
