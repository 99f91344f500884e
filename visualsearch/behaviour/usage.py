"""What was searched in the last day: how often, how fast, with what success."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from visualsearch.models import Event, SearchRecord

CLICK = "click"
"""What an event calls the click on a result."""

POSITIONS = 10
"""Places of results that clicks are counted at; those further down are counted together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The searches of the last 24 hours that were noted."""

    searches: int
    median: int | None
    """Milliseconds from the request to the answer."""
    p95: int | None
    no_match: float | None
    """Share of searches without anything close enough, 0 to 1."""
    clicks: int
    positions: dict[str, int] = field(default_factory=dict)
    """Clicks by the place of the result, from "1"; "11+" for all further down."""


def get_usage() -> Usage:
    """Count the searches and clicks of the last 24 hours."""
    since = timezone.now() - timedelta(days=1)
    searches = SearchRecord.objects.filter(created__gt=since)
    count = searches.count()
    clicks = Event.objects.filter(action_name=CLICK, created__gt=since)
    return Usage(
        searches=count,
        median=_quantile(searches, count, 0.5),
        p95=_quantile(searches, count, 0.95),
        no_match=searches.filter(no_match=True).count() / count if count else None,
        clicks=clicks.count(),
        positions=_positions(clicks),
    )


def _quantile(searches: QuerySet[SearchRecord], count: int, share: float) -> int | None:
    if not count:
        return None
    place = min(int(share * count), count - 1)
    return searches.order_by("milliseconds").values_list("milliseconds", flat=True)[place]


def _positions(clicks: QuerySet[Event]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    places = clicks.exclude(ordinal=None).values_list("ordinal", flat=True)
    for place in sorted(place for place in places.iterator() if place):
        counts[str(place) if place <= POSITIONS else f"{POSITIONS + 1}+"] += 1
    return dict(counts)
