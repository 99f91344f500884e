"""One search."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from visualsearch.api import examples
from visualsearch.api.requests import ReferenceSerializer, SearchSerializer
from visualsearch.api.schema import Operation
from visualsearch.api.views.searching import SearchingView


class SearchView(SearchingView):
    """Answers a photo, or a part of it, with the products that look most like it."""

    operations = {"POST": Operation(id="search", summary="Search by photo", examples=examples.SEARCH)}
    problems = (400, 401, 403, 404, 405, 406, 413, 415, 422, 429, 503)

    def get_request_serializer_class(self) -> Any:
        """Return what may be sent: a photo in a form alone."""
        return {"multipart/form-data": SearchSerializer, "application/json": ReferenceSerializer}

    def post(self, request: Request) -> Response:
        """Find the products that look most like a photo.

        The photo is a file, the address of one, the token of an earlier answer, or one of the shop's own products.
        """
        fields = SearchSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        with self.admitted():
            answer, _ = self.find(fields.validated_data)
        return self.record(Response(answer, headers={"Cache-Control": "no-store"}))  # type: ignore[no-any-return]
