"""The shop's settings without limits on how often one address may ask: its callers all come from this machine."""

from __future__ import annotations

from catalog.settings import *  # noqa: F403
from catalog.settings import REST_FRAMEWORK

REST_FRAMEWORK = {
    **REST_FRAMEWORK,
    "DEFAULT_THROTTLE_RATES": {f"visualsearch-{scope}-address": None for scope in ("search", "events", "read")},
}
