"""Who leads what: layout of the nodes, picture of the cluster, the controller."""
