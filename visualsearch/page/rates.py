"""How often one caller may search on the page."""

from __future__ import annotations

import time

from django.core.cache import cache
from django.http import HttpRequest

from visualsearch.behaviour.callers import cache_key, caller_of
from visualsearch.conf import get_settings

MINUTE = 60


def seconds_to_wait(request: HttpRequest) -> int:
    """Count a search of whoever asks, and return for how many seconds no more is taken, 0 where this one is.

    Counted by the minute of the clock, in Django's default cache, which all processes of the shop should share.
    """
    most = get_settings().page_searches_a_minute
    if most is None:
        return 0
    minute, second = divmod(int(time.time()), MINUTE)
    key = cache_key(f"visualsearch.page.rates.{minute}", caller_of(request))
    cache.add(key, 0, timeout=2 * MINUTE)
    try:
        asked = cache.incr(key)
    except ValueError:  # the cache has forgotten it in between
        return 0
    return MINUTE - second if asked > most else 0
