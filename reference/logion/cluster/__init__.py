"""Who leads what: layout of the nodes, image of the cluster, the controller."""
