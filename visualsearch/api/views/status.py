"""Whether searching is possible, and what may be asked."""

from __future__ import annotations

from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from rest_framework.request import Request
from rest_framework.response import Response

from visualsearch.api import examples
from visualsearch.api.answers import StatusSerializer
from visualsearch.api.requests import BOXES_MOST, EVENTS_MOST, PHOTOS_MOST
from visualsearch.api.schema import Operation
from visualsearch.api.views.base import ApiView
from visualsearch.api.views.searching import written_filter, written_index
from visualsearch.conf import get_settings
from visualsearch.models import Embedding, Journal, current_space
from visualsearch.sources import VisualSource, all_sources


@method_decorator(conditional_page, name="dispatch")
class StatusView(ApiView):
    """Tells a program what there is to search and what it may send."""

    operations = {"GET": Operation(id="status", summary="What can be searched", examples=examples.STATUS)}
    problems = (401, 403, 405, 406, 429, 503)

    def get_answer_serializer_class(self) -> Any:
        """Return the serializer of the answer."""
        return StatusSerializer

    def get(self, request: Request) -> Response:
        """Tell how fresh the index is, which filters the shop has, and the limits of a request."""
        settings = get_settings()
        sources = [_written(source) for source in all_sources()]
        body = {
            "ready": any(source["pictures"] for source in sources),
            "index": written_index(Journal.head()),
            "sources": sources,
            "limits": {
                "photo_bytes": settings.image_bytes_most,
                "photo_pixels": settings.image_pixels_most,
                "photos": PHOTOS_MOST,
                "boxes": BOXES_MOST,
                "results": settings.limit_most,
                "events": EVENTS_MOST,
            },
        }
        return Response(body, headers={"Cache-Control": "private, no-cache"})


def _written(source: VisualSource) -> dict[str, Any]:
    pictures = Embedding.objects.of_space(current_space(source.name)).ready().count()
    filters = [written_filter(part) for part in source.filters]
    return {"name": source.name, "pictures": pictures, "filters": filters}
