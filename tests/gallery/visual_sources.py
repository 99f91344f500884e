"""The gallery takes part with attributes alone."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from tests.gallery.models import Poster
from visualsearch import VisualSource, register


@register(Poster)
class PosterSource(VisualSource):
    """Posters that hang."""

    picture_fields = ("picture",)

    def get_queryset(self) -> QuerySet[Any]:
        """Return the posters that hang."""
        return Poster.objects.filter(hangs=True)
