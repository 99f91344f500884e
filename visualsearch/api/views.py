"""The search for programs."""

from __future__ import annotations

import logging

from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from visualsearch.api.problems import problem
from visualsearch.api.serializers import PhotoQuerySerializer
from visualsearch.exceptions import EmbedderUnavailable, IndexUnavailable, VisualSearchError
from visualsearch.images import check_length
from visualsearch.search import find_similar

logger = logging.getLogger(__name__)


class VisualSearchView(APIView):
    """Takes a photo as multipart and answers with the objects that look most like it."""

    parser_classes = (MultiPartParser, FormParser)

    def post(self, request: Request) -> Response:
        """Search with the photo of the field `photo`."""
        try:
            check_length(int(request.headers.get("Content-Length") or 0))
            fields = PhotoQuerySerializer(data=request.data)
            fields.is_valid(raise_exception=True)
            answer = find_similar(fields.query())
        except VisualSearchError as error:
            if isinstance(error, EmbedderUnavailable | IndexUnavailable):
                logger.error("The API cannot search: %s", error)
            return problem(error)
        return Response({"results": answer.as_rows(), "no_match": answer.no_match, "revision": answer.revision})
