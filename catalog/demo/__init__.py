"""From an empty folder to a running shop: goods, a worker, a server, and nothing left behind."""
