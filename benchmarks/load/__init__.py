"""Many clients at once against the running API."""
