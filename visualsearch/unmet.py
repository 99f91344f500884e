"""What shoppers looked for and did not find, each group beside the nearest that the shop has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from visualsearch.behaviour.unmet import UnmetGroup, count_unmet, group_unmet
from visualsearch.indexes.base import Space
from visualsearch.models import current_space
from visualsearch.search import Result
from visualsearch.search.like import find_near
from visualsearch.sources import VisualSource

GROUPS_MOST = 20
"""Groups of a source that are told; each costs a search of the index."""

NEAREST = 4
"""Objects beside a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Searches that look alike, and what the shop has that is nearest."""

    count: int
    last: datetime
    nearest: list[Result]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        nearest = [{"key": one.key, "title": one.title, "score": round(one.score, 4)} for one in self.nearest]
        return {"count": self.count, "last": self.last, "nearest": nearest}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """What is kept of the searches of one source that nothing was close enough to."""

    searches: int
    groups: list[Demand]
    """The largest first."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {"searches": self.searches, "groups": [group.as_dict() for group in self.groups]}


def get_unmet(source: VisualSource, most: int = GROUPS_MOST) -> Unmet:
    """Return at most `most` groups of what is kept; raises EmbedderUnavailable and IndexUnavailable."""
    space = current_space(source.name)
    groups = [_demand(space, group) for group in group_unmet(space, most)]
    return Unmet(searches=count_unmet(space), groups=groups)


def _demand(space: Space, group: UnmetGroup) -> Demand:
    return Demand(count=group.count, last=group.last, nearest=find_near(space, group.vector, limit=NEAREST))
