"""An object's page in the admin: its pictures with their state, and what looks like it."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import unquote
from django.db import connection, transaction
from django.http import HttpRequest

from visualsearch.admin.links import admin_url, search_url
from visualsearch.admin.permissions import may_view
from visualsearch.admin.reindexing import ReindexMixin
from visualsearch.search import Result, find_like
from visualsearch.sources import VisualSource
from visualsearch.sync import PictureStatus, pictures_of

logger = logging.getLogger(__name__)

NEAREST = 8
"""Objects that are shown as looking like the one of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPicture:
    """A picture of the object on its page."""

    status: PictureStatus
    search_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """An object that looks like the one of the page."""

    result: Result
    url: str
    """Its own page in the admin, empty where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What an object's page says of it for one source."""

    source: str
    pictures: list[ShownPicture] | None
    """None where shoppers may not find the object."""
    neighbours: list[Neighbour]
    error: str = ""
    """Why something could not be told."""


class PicturesMixin(ReindexMixin):
    """Gives a registered model's admin, beside the ways to reindex, a panel on each object's page."""

    change_form_template: Any = "admin/visualsearch/pictures_change_form.html"

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """Show the object's page with the panel, where the user may see it."""
        obj = self.get_object(request, unquote(object_id)) if may_view(request) else None  # type: ignore[attr-defined]
        panels = [_panel(source, obj) for source in self._sources()] if obj is not None else []
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "visual_panels": panels})


def _panel(source: VisualSource, obj: Any) -> Panel:
    """Return the panel; whatever fails is told in it, and the page around it stays whole."""
    pictures: list[ShownPicture] | None = []
    neighbours: list[Neighbour] = []
    reason = ""
    try:
        with _savepoint():
            pictures = _pictures(source, obj)
            neighbours = _neighbours(source, obj) if pictures is not None else []
    except Exception as error:  # a hook of the shop, a storage, a model or an index
        logger.warning("The panel of %s %s is not whole: %s", source.name, obj.pk, error)
        reason = str(error) or type(error).__name__
    return Panel(source=source.name, pictures=pictures, neighbours=neighbours, error=reason)


def _pictures(source: VisualSource, obj: Any) -> list[ShownPicture] | None:
    found = pictures_of(source, obj)
    if found is None:
        return None
    return [ShownPicture(status=one, search_url=search_url(source, obj, one.picture.key)) for one in found]


def _neighbours(source: VisualSource, obj: Any) -> list[Neighbour]:
    results = find_like(obj, source=source.name, limit=NEAREST)
    return [Neighbour(result=result, url=admin_url(source.name, str(result.object.pk))) for result in results]


def _savepoint() -> AbstractContextManager[Any]:
    """Keep an error of the database from ending the transaction that the page runs in."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
