"""From a view's hooks to what the description of the API says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from visualsearch.api.answers import ProblemSerializer
from visualsearch.api.problems import CONTENT_TYPE

PROBLEMS = {
    400: "`not-an-image`, `bad-box`, `bad-filter`, `bad-query` or `malformed`.",
    401: "`not-authenticated`: the shop wants to know who asks.",
    403: "`forbidden`: this caller may not ask.",
    404: "`not-found`, or `query-forgotten` for a token that has expired.",
    405: "`method-not-allowed`.",
    406: "`not-acceptable`: answers are JSON.",
    413: "`too-large` or `too-many-pixels`.",
    415: "`unsupported-format` of a photo, or `unsupported-media-type` of the request.",
    422: "`too-small`, `too-plain`, `cannot-fetch` or `forbidden-address`.",
    429: "`throttled`, with `Retry-After`.",
    503: "`index-not-ready`, `overloaded` or `unavailable`, with `Retry-After`.",
}
"""What each status means, with its types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What the description says of one method of a view, beside its docstring and its hooks."""

    id: str
    summary: str
    examples: Sequence[OpenApiExample] = ()
    parameters: Sequence[Any] = ()


class Schema(AutoSchema):
    """Asks the view's own hooks what it takes and gives, so that a subclass is described as it is."""

    view: Any

    def get_tags(self) -> list[str]:
        """Return one tag for all."""
        return ["visual search"]

    @property
    def _operation(self) -> Operation:
        operation: Operation = self.view.operations[self.method]
        return operation

    def get_operation_id(self) -> str:
        """Return the name of the call, which stays."""
        return self._operation.id

    def get_summary(self) -> str:
        """Return what the call does, in some words."""
        return self._operation.summary

    def get_examples(self) -> list[OpenApiExample]:
        """Return examples of what is sent and given."""
        return list(self._operation.examples)

    def get_override_parameters(self) -> list[Any]:
        """Return what stands in the query string."""
        return list(self._operation.parameters)

    def get_request_serializer(self) -> Any:
        """Return what the view takes."""
        return self.view.get_request_serializer_class()

    def get_response_serializers(self) -> Any:
        """Return what the view gives, by status."""
        answer = {self.view.get_success(): self.view.get_answer_serializer_class()}
        problems = {
            (status, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, description=PROBLEMS[status])
            for status in self.view.get_problems()
        }
        return answer | problems


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the header of an API key."""

    # Named by its class only where the shop has keys: without their app it cannot be imported.
    target_class = "visualsearch.api.keys.KeyAuthentication" if apps.is_installed("rest_framework_api_key") else None
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return how a key is sent."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Authorization: Api-Key …`",
        }
