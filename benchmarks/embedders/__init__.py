"""Pictures to vectors by this package against the obvious way, with the same weights."""
