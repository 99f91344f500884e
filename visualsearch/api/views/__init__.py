"""The addresses of the API; a shop subclasses them and puts its own into its urls."""

from __future__ import annotations

from visualsearch.api.views.base import ApiView
from visualsearch.api.views.batch import BatchView
from visualsearch.api.views.events import EventsView
from visualsearch.api.views.missing import MissingView
from visualsearch.api.views.search import SearchView
from visualsearch.api.views.similar import SimilarView
from visualsearch.api.views.status import StatusView

__all__ = ["ApiView", "BatchView", "EventsView", "MissingView", "SearchView", "SimilarView", "StatusView"]
