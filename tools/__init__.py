"""Programs that made what the repository ships; not installed."""
