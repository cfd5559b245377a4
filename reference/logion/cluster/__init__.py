"""Who leads what: the layout of the nodes, the picture of the cluster, the controller."""
