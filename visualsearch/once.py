"""What fails for one object after the other is logged once in a while, and not for each of them."""

from __future__ import annotations

from collections.abc import Hashable
from logging import Logger
from time import monotonic

AGAIN_SECONDS = 60.0
"""After so long the same is logged again: whoever looks later must see it too."""

_MOST = 1_000
"""Things that are remembered."""

_logged: dict[Hashable, float] = {}


def log_once(logger: Logger, what: Hashable, message: str, *args: object) -> None:
    """Log an exception that is being handled, unless the same, by `what`, was logged a moment ago."""
    now = monotonic()
    if now < _logged.get(what, now):
        return
    if len(_logged) >= _MOST:
        _logged.clear()
    _logged[what] = now + AGAIN_SECONDS
    logger.exception(message, *args)
