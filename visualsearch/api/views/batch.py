"""Several photos in one call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from visualsearch.api import examples
from visualsearch.api.answers import ProblemSerializer
from visualsearch.api.problems import Problem, told_problem_of
from visualsearch.api.requests import PHOTOS_MOST, PhotosSerializer, ReferenceSerializer, SearchesSerializer
from visualsearch.api.schema import Operation
from visualsearch.api.views.searching import SearchingView
from visualsearch.outages import is_outage


class BatchView(SearchingView):
    """Answers up to ten photos in one call, failures beside successes."""

    operations = {"POST": Operation(id="search_batch", summary="Search by several photos", examples=examples.BATCH)}
    problems = (400, 401, 403, 405, 406, 413, 415, 429, 503)

    def get_photos_most(self) -> int:
        """Return how many photos one request may bring."""
        return PHOTOS_MOST

    def get_request_serializer_class(self) -> Any:
        """Return what may be sent: files with one set of options, or searches with options of their own."""
        return {"multipart/form-data": PhotosSerializer, "application/json": SearchesSerializer}

    def get_answer_serializer_class(self) -> Any:
        """Return the serializer of a list of answers and problems."""
        one = inline_serializer(
            "BatchAnswer",
            {
                "status": serializers.IntegerField(help_text="As if this photo had been sent alone."),
                "answer": super().get_answer_serializer_class()(allow_null=True),
                "problem": ProblemSerializer(allow_null=True),
            },
            many=True,
        )
        return type(inline_serializer("BatchAnswers", {"answers": one}))

    def post(self, request: Request) -> Response:
        """Find the products that look most like each of up to ten photos, in their order.

        The answer has status 200 also where some photos fail; each has its own. Ten photos count as ten requests.
        """
        searches = list(self._searches(request))
        self.charge(len(searches))
        with self.admitted():
            answers = [self._answer(search) for search in searches]
        return self.record(Response({"answers": answers}, headers={"Cache-Control": "no-store"}))  # type: ignore[no-any-return]

    def _searches(self, request: Request) -> Iterator[Any]:
        """Yield the fields of each search, those of JSON not looked at yet."""
        if request.content_type.split(";")[0].strip() == "application/json":
            whole = SearchesSerializer(data=request.data)
            whole.is_valid(raise_exception=True)
            yield from whole.validated_data["searches"]
            return
        fields = PhotosSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        for photo in fields.validated_data["photos"]:
            yield _Valid({**fields.validated_data, "photo": photo})

    def _answer(self, search: Any) -> dict[str, Any]:
        try:
            answer, _ = self.find(search if isinstance(search, _Valid) else _validated(search))
        except Exception as error:
            if is_outage(error):  # none of the others can be answered either
                raise
            return _failed(told_problem_of(error, self, self.request))
        return {"status": 200, "answer": answer, "problem": None}


class _Valid(dict[str, Any]):
    """Fields that have been looked at."""


def _validated(search: Any) -> Mapping[str, Any]:
    fields = ReferenceSerializer(data=search)
    fields.is_valid(raise_exception=True)
    validated: Mapping[str, Any] = fields.validated_data
    return validated


def _failed(problem: Problem) -> dict[str, Any]:
    return {"status": problem.status, "answer": None, "problem": problem.as_dict()}
