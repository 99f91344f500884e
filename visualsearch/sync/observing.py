"""Who is alive, and how late the search is: noted by workers, read by the admin and by `visualsearch_status`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Q
from django.utils import timezone

from visualsearch.conf import get_settings
from visualsearch.models import Heartbeat, LagSample, SyncRequest
from visualsearch.schedule import OBSERVE_SECONDS

SILENT_SECONDS = 3 * OBSERVE_SECONDS
"""Without a sign of life for so long, a worker or the beat counts as dead."""

BEAT = "beat"
"""The name under which the beat is heard of: a task that only it sends has come through."""

_PAUSE = timedelta(seconds=10)
"""A sign of life is not written again before."""

_KEPT = timedelta(days=2)
QUARTERS = 96
"""Quarters of an hour in a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Somebody's last sign of life."""

    name: str
    at: datetime
    alive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """The lag in one quarter of an hour."""

    at: datetime
    """When it began."""
    seconds: float | None
    """The longest that was seen; None where nobody looked, since no worker or no beat was there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How long saves wait until they are searchable."""

    seconds: float
    """How long the oldest has waited by now."""
    waiting: int
    """Objects that wait."""
    day: tuple[Quarter, ...]
    """The last 24 hours, the oldest first."""


def note_life(name: str) -> None:
    """Note that somebody is alive; costs one small query where that was noted a moment ago."""
    now, own = timezone.now(), get_settings()
    says = {"embedder": own.embedder, "index": own.index} if name != BEAT else {}
    known = Heartbeat.objects.filter(name=name)
    stale = known.filter(Q(at__lt=now - _PAUSE) | ~Q(**says)) if says else known.filter(at__lt=now - _PAUSE)
    if not stale.update(at=now, **says) and not known.exists():
        Heartbeat.objects.bulk_create([Heartbeat(name=name, at=now, **says)], ignore_conflicts=True)


def forget_life(name: str) -> None:
    """Note that somebody has said goodbye, and is not missed."""
    Heartbeat.objects.filter(name=name).delete()


def note_lag() -> None:
    """Note how late the search is now, and forget what is older than two days."""
    now = timezone.now()
    seconds, waiting = _lag_at(now)
    LagSample.objects.create(at=now, seconds=seconds, waiting=waiting)
    LagSample.objects.filter(at__lt=now - _KEPT).delete()
    Heartbeat.objects.filter(at__lt=now - _KEPT).delete()


def get_signs() -> list[Sign]:
    """Return the last sign of life of the beat and of every worker of the last two days, the beat first."""
    silent = timezone.now() - timedelta(seconds=SILENT_SECONDS)
    signs = [Sign(name=name, at=at, alive=at > silent) for name, at in Heartbeat.objects.values_list("name", "at")]
    return sorted(signs, key=lambda sign: (sign.name != BEAT, sign.name))


def living_hosts() -> set[str]:
    """Return the hosts of the workers that are alive, as their names say: Celery calls a worker `name@host`."""
    return {sign.name.partition("@")[2] for sign in get_signs() if sign.alive and "@" in sign.name}


def who_disagrees(setting: Literal["embedder", "index"], name: str) -> list[str]:
    """Return the living workers whose setting names another embedder or index than this, or does not say."""
    silent = timezone.now() - timedelta(seconds=SILENT_SECONDS)
    others = Heartbeat.objects.filter(at__gt=silent).exclude(name=BEAT).exclude(**{setting: name})
    return [f"{one.name} ({getattr(one, setting) or 'not known'})" for one in others.order_by("name")]


def last_seen(role: str) -> datetime | None:
    """Return when a `worker` or the `beat` gave its last sign of life; None if never."""
    signs = Heartbeat.objects.filter(name=BEAT) if role == BEAT else Heartbeat.objects.exclude(name=BEAT)
    return signs.order_by("-at").values_list("at", flat=True).first()


def lag_seconds() -> float:
    """Return how long the oldest save has waited by now; 0.0 when none does."""
    return SyncRequest.objects.lag_seconds(timezone.now())


def get_lag() -> Lag:
    """Return how late the search is, now and through the last day."""
    now = timezone.now()
    seconds, waiting = _lag_at(now)
    return Lag(seconds=seconds, waiting=waiting, day=_day_until(now))


def _lag_at(now: datetime) -> tuple[float, int]:
    waiting = SyncRequest.objects.unseen(now).values("source", "object_key").distinct().count()
    return SyncRequest.objects.lag_seconds(now), waiting


def _day_until(now: datetime) -> tuple[Quarter, ...]:
    length = timedelta(days=1) / QUARTERS
    start = now - QUARTERS * length
    most: dict[int, float] = {}
    for at, seconds in LagSample.objects.filter(at__gt=start, at__lte=now).values_list("at", "seconds").iterator():
        place = min(int((at - start) / length), QUARTERS - 1)
        most[place] = max(most.get(place, 0.0), seconds)
    return tuple(Quarter(at=start + place * length, seconds=most.get(place)) for place in range(QUARTERS))
