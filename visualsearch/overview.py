"""All that is known of the plug-in's condition, gathered once for the admin and for `visualsearch_status`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from visualsearch.behaviour.usage import Usage, get_usage
from visualsearch.broker import BrokerStatus, ask_broker
from visualsearch.models import current_space
from visualsearch.search.adaptation import Known, get_known
from visualsearch.search.calibration import InUse, in_use
from visualsearch.sources import all_sources
from visualsearch.sync import Progress, Status, get_progress, get_status
from visualsearch.unmet import GROUPS_MOST, Unmet, get_unmet

Counted = tuple[Progress, datetime]
"""Pictures by what has become of them, and when that was so."""

AGE = 20
"""How many times as old as it took to count may a count become: a twentieth of the time at most goes into counting."""

GROUPS_ON_PAGE = 3
"""Groups of searches without a close answer that a page shows which is often reloaded."""

_KEY = "visualsearch.overview.progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The condition of the plug-in at one moment."""

    status: Status
    calibration: dict[str, InUse]
    """By source."""
    adaptation: dict[str, Known]
    """By source."""
    broker: BrokerStatus
    usage: Usage
    unmet: dict[str, Unmet]
    """By source."""
    counted: datetime
    """When the pictures were counted."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; what the status holds stands at the top."""
        return {
            **self.status.as_dict(),
            "calibration": {source: asdict(one) for source, one in self.calibration.items()},
            "adaptation": {source: asdict(one) for source, one in self.adaptation.items()},
            "broker": asdict(self.broker),
            "usage": asdict(self.usage),
            "unmet": {source: one.as_dict() for source, one in self.unmet.items()},
            "counted": self.counted,
        }


def get_overview(*, count_anew: bool = True) -> Overview:
    """Look at everything; raises EmbedderUnavailable and IndexUnavailable.

    Without `count_anew` the pictures of a large shop are counted now and then, and few groups of unmet searches looked
    at: a page that is often reloaded must not keep a process busy.
    """
    progress, counted = _count() if count_anew else _count_now_and_then()
    groups = GROUPS_MOST if count_anew else GROUPS_ON_PAGE
    return Overview(
        status=get_status(progress),
        calibration={source.name: in_use(current_space(source.name)) for source in all_sources()},
        adaptation={source.name: get_known(current_space(source.name)) for source in all_sources()},
        broker=ask_broker(),
        usage=get_usage(),
        unmet={source.name: get_unmet(source, groups) for source in all_sources()},
        counted=counted,
    )


def _count() -> Counted:
    return get_progress(), timezone.now()


def _count_now_and_then() -> Counted:
    """Return a count whose age is at most so many times as long as counting took."""
    known: Counted | None = cache.get(_KEY)
    if known is None:
        start = monotonic()
        known = _count()
        cache.set(_KEY, known, timeout=int(AGE * (monotonic() - start)))
    return known
