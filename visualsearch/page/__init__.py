"""From an address to what the shop-by-photo page shows."""
