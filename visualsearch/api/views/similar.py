"""What is like a product."""

from __future__ import annotations

from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from visualsearch.api import examples
from visualsearch.api.answers import LikeSerializer, with_results
from visualsearch.api.asking import Page
from visualsearch.api.requests import PageSerializer
from visualsearch.api.schema import Operation
from visualsearch.api.views.searching import SearchingView, written_index
from visualsearch.models import Journal
from visualsearch.search import find_like
from visualsearch.search.admission import gate
from visualsearch.sources import get_source
from visualsearch.sources.hooks import key_of, object_of


@method_decorator(conditional_page, name="dispatch")
class SimilarView(SearchingView):
    """Answers with the products that look most like one of them, by stored vectors alone."""

    operations = {
        "GET": Operation(
            id="similar", summary="Products like a product", examples=examples.SIMILAR, parameters=[PageSerializer]
        )
    }
    problems = (400, 401, 403, 404, 405, 406, 429, 503)
    throttle_scope = "read"

    def get_answer_serializer_class(self) -> Any:
        """Return the serializer of the answer, which holds that of a result."""
        return with_results(LikeSerializer, self.get_result_serializer_class())

    def get(self, request: Request, key: str) -> Response:
        """Find the products that look most like a product, without itself and its variants."""
        fields = PageSerializer(data=request.query_params)
        fields.is_valid(raise_exception=True)
        page = Page.of(fields.validated_data)
        source = get_source(fields.validated_data.get("source", ""))
        if (obj := object_of(source, key)) is None:
            raise NotFound("There is no such product.")
        with gate.admitted():
            # The revision is read first: the answer is at least as new.
            revision = Journal.head()
            results = find_like(obj, source=source.name, limit=page.limit, within=self.get_within(source))
        body = {
            "product": key_of(source, obj),
            "results": self.rows(source, page.cut(results)),
            "next_offset": page.next_offset(len(results)),
            "index": written_index(revision),
        }
        # Asked anew each time, since a product may be hidden at any moment; an unchanged answer is not sent again.
        return Response(body, headers={"Cache-Control": "private, no-cache"})
