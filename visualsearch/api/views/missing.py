"""Whatever has no address."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from visualsearch.api.views.base import ApiView


class MissingView(ApiView):
    """Answers with a problem, where Django would answer with a page."""

    schema = None  # type: ignore[assignment]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse every request."""
        raise NotFound("There is nothing under this address. Every address of this API ends with a slash.")
