"""What a search is made of: hooks that a shop writes anew, and the steps from fields to an answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from visualsearch.api.answers import ResultSerializer, answer_with
from visualsearch.api.asking import Asked, Found, find, narrow, read_asked
from visualsearch.api.fields import BoxField
from visualsearch.api.throttling import caller_of as known_caller
from visualsearch.api.views.base import ApiView
from visualsearch.behaviour import count_after, record_after
from visualsearch.behaviour.callers import caller_of
from visualsearch.images import decoding_for
from visualsearch.models import SyncRequest
from visualsearch.presenting import ChoiceFilter, Filter, RangeFilter
from visualsearch.search import Answer, Result
from visualsearch.search.admission import gate
from visualsearch.search.facets import get_facets, objects_near
from visualsearch.search.narrowing import Narrowing
from visualsearch.sources import VisualSource
from visualsearch.sources.hooks import ask, cards_of
from visualsearch.telemetry import observe_search

logger = logging.getLogger(__name__)


class SearchingView(ApiView):
    """A search by photo; every step is a hook."""

    throttle_scope = "search"
    result_serializer_class: type[BaseSerializer[Any]] = ResultSerializer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a search that there is no room for before its photo is read."""
        super().initial(request, *args, **kwargs)
        gate.check()

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Be one of the searches that run, and have what is decoded counted for who asks; raises TooManySearches."""
        with gate.admitted(), decoding_for(known_caller(self.request) or caller_of(self.request)):
            yield

    def get_result_serializer_class(self) -> Any:
        """Return the serializer of one `Result`; its context has `request`, `source` and `cards`."""
        return self.result_serializer_class

    def get_narrowing(self, source: VisualSource, fields: Mapping[str, Any]) -> Narrowing:
        """Return what the filters of the request narrow to; raises ValidationError for wrong ones."""
        return narrow(source, fields.get("filters", {}))

    def get_within(self, source: VisualSource) -> QuerySet[Any] | None:
        """Return the objects to search among, None for all that the source shows.

        With django-filter: `return ProductFilter(self.request.query_params, queryset=source.get_queryset()).qs`.
        """
        return None

    def get_answer_serializer_class(self) -> Any:
        """Return the serializer of an answer, which holds that of a result."""
        return answer_with(self.get_result_serializer_class())

    def find(self, fields: Mapping[str, Any]) -> tuple[dict[str, Any], Asked]:
        """Search, and return the answer as plain values; raises what searching raises."""
        start = perf_counter()
        with observe_search(fields.get("source", "")) as observed:
            found = find(read_asked(fields, self.get_narrowing, self.get_within))
        written = self.written(found, observed.id)
        self.records = [*getattr(self, "records", []), (observed.id, found, (perf_counter() - start) * 1000)]
        return written, found.asked

    def record(self, response: Any) -> Any:
        """Leave a row of every search that this request made, and count its photos, once the answer has gone out."""
        for query_id, found, milliseconds in getattr(self, "records", []):
            seen, source = found.answer.seen, found.asked.source.name
            assert seen is not None  # noqa: S101 - of every search with a photo
            record_after(
                response,
                query_id,
                source=source,
                milliseconds=milliseconds,
                no_match=found.answer.no_match,
                count=len(found.answer),
                fingerprint=seen.fingerprint,
                vector=seen.vector,
            )
            count_after(
                response,
                self.request,
                source=source,
                fingerprint=seen.fingerprint,
                vector=found.answer.unadapted,
            )
        return response

    def written(self, found: Found, query_id: Any) -> dict[str, Any]:
        """Return what was found as plain values."""
        asked, box = found.asked, BoxField()
        size = dict(zip(("width", "height"), asked.size, strict=True)) if asked.size else None
        return {
            "query": {
                "id": str(query_id),
                "token": found.token_of(found.answer, found.box),
                "size": size,
                "box": box.to_representation(found.box) if found.box else None,
                "boxes": [box.to_representation(one) for one in found.boxes],
            },
            "results": self.rows(asked.source, asked.page.cut(found.answer.results)),
            "no_match": found.answer.no_match,
            "objects": [self._object(found, *one) for one in found.objects],
            "facets": self.facets(asked, found.answer),
            "next_offset": asked.page.next_offset(len(found.answer)),
            "index": written_index(found.answer.revision),
        }

    def rows(self, source: VisualSource, results: Sequence[Result]) -> list[Any]:
        """Return results as the shop's serializer writes them."""
        cards = cards_of(source, [result.object for result in results])
        by_key = {result.object.pk: card for result, card in zip(results, cards, strict=True)}
        context = {"request": self.request, "source": source, "cards": by_key}
        return self._rows(source, results, context)

    def _rows(self, source: VisualSource, results: Sequence[Result], context: dict[str, Any]) -> list[Any]:
        """Write the results together, and one by one where that fails: the one at fault is left out."""
        serializer: Any = self.get_result_serializer_class()
        hook = serializer.__name__
        rows = ask(source, hook, lambda: list(serializer(results, many=True, context=context).data), None)
        if rows is not None:
            return rows
        return [] if len(results) < 2 else [row for one in results for row in self._rows(source, [one], context)]

    def facets(self, asked: Asked, answer: Answer) -> list[dict[str, Any]]:
        """Return the filters with what they would leave."""
        if not asked.fields.get("facets", True) or not asked.source.filters:
            return []
        facets = get_facets(asked.narrowing, objects_near(answer, asked.narrowing))
        return [
            {
                **written_filter(facet.filter),
                "values": [
                    {"label": value.label, "filters": value.params, "count": value.count, "selected": value.is_on}
                    for value in facet.values
                ],
            }
            for facet in facets
        ]

    def _object(self, found: Found, box: Any, answer: Answer) -> dict[str, Any]:
        return {
            "box": BoxField().to_representation(box),
            "token": found.token_of(answer, box),
            "results": self.rows(found.asked.source, found.asked.page.cut(answer.results)),
            "no_match": answer.no_match,
        }


def written_filter(part: Filter) -> dict[str, str]:
    """Return name, label and kind of a filter."""
    kind = "choice" if isinstance(part, ChoiceFilter) else "range" if isinstance(part, RangeFilter) else "flag"
    return {"name": part.name, "label": str(part.label), "kind": kind}


def written_index(revision: int) -> dict[str, int]:
    """Return how fresh an answer is."""
    return {"revision": revision, "lag_ms": round(1000 * SyncRequest.objects.lag_seconds(timezone.now()))}
