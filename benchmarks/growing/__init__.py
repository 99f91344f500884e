"""What each index carries, computed from what was measured: from one process to a billion pictures on a cluster."""
