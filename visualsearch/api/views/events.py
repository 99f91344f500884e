"""What shoppers did with an answer."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response

from visualsearch.api import examples
from visualsearch.api.answers import StoredSerializer
from visualsearch.api.parsers import ShortJSONParser
from visualsearch.api.requests import EventPageSerializer, EventSerializer, EventsSerializer
from visualsearch.api.schema import Operation
from visualsearch.api.views.base import ApiView
from visualsearch.models import Event

_CURSOR = OpenApiParameter("cursor", str, description="Stands in `next` of the page before.")


class NewestFirst(CursorPagination):
    """Pages that stay the same while events arrive."""

    page_size = 100
    ordering = "-id"


class EventsView(ApiView):
    """Takes events in the names of User Behavior Insights, and shows them to the shop's own people."""

    parser_classes = (ShortJSONParser,)
    throttle_scope = "events"
    operations = {
        "POST": Operation(id="send_events", summary="Tell what shoppers did", examples=examples.EVENTS),
        "GET": Operation(id="list_events", summary="What shoppers did", parameters=[_CURSOR]),
    }
    pagination_class = NewestFirst

    def get_problems(self) -> tuple[int, ...]:
        """Return the statuses of errors that the description of this method names."""
        sends = self.request.method == "POST"
        return (400, 401, 403, 405, 406, 413, 415, 429, 503) if sends else (401, 403, 404, 405, 406, 429, 503)

    def get_success(self) -> int:
        """Return the status of an answer."""
        return 201 if self.request.method == "POST" else 200

    def get_permission_classes(self) -> list[Any]:
        """Return the API's own for whoever sends, the shop's staff for whoever reads."""
        return [IsAdminUser] if self.request.method == "GET" else super().get_permission_classes()

    def get_request_serializer_class(self) -> Any:
        """Return what may be sent."""
        return {"application/json": EventsSerializer} if self.request.method == "POST" else None

    def get_answer_serializer_class(self) -> Any:
        """Return the serializer of the answer."""
        if self.request.method == "POST":
            return StoredSerializer
        return EventPageSerializer

    def post(self, request: Request) -> Response:
        """Store up to a hundred events, so that the shop can measure what its search is worth.

        The action is `view`, `click`, `add_to_cart` or `purchase`, or a word of the shop's own; `query_id` is
        `query.id` of the answer that led to it. A hundred events count as a hundred requests; they are deleted after
        some days.
        """
        fields = EventsSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        self.charge(len(fields.validated_data["events"]))
        stored = Event.objects.bulk_create([Event(**values) for values in fields.validated_data["events"]])
        return Response({"stored": len(stored)}, status=self.get_success())

    def get(self, request: Request) -> Response:
        """List the events, newest first, to the shop's staff."""
        pages = self.pagination_class()
        events = pages.paginate_queryset(Event.objects.all(), request, view=self)
        response = pages.get_paginated_response(EventSerializer(events, many=True).data)
        response["Cache-Control"] = "no-store"
        return response
