"""The description of the API: OpenAPI 3.1, and pages to read it that need no file from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.templatetags.static import static
from django.urls import include, path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from visualsearch.api.answers import ProblemSerializer
from visualsearch.api.problems import CONTENT_TYPE, handle

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

DOCS_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, and no script that stands in the page."""

SETTINGS = {
    "TITLE": "Visual search",
    "DESCRIPTION": "Find products by photo. Errors are told as problem details (RFC 9457) with a `type` that stays.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {"TierEnum": ["same picture", "same product", "similar"]},
}
"""Of drf-spectacular, for this description alone."""


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


class _AlwaysFirst(BaseContentNegotiation):
    """Takes the first renderer: a browser that asks for a page gets the description all the same."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Return none: nothing is read."""
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """Return the first."""
        return renderers[0], renderers[0].media_type


class SchemaView(SpectacularAPIView):
    """The description of the addresses of this API alone, whatever else the shop has."""

    schema = None
    renderer_classes = [OpenApiJsonRenderer]
    content_negotiation_class = _AlwaysFirst
    permission_classes: list[Any] = []
    authentication_classes: list[Any] = []
    custom_settings = SETTINGS

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return it, with the addresses as they are mounted here."""
        mount = request.path.removesuffix("v1/visual-search/schema/").lstrip("/")
        self.patterns = [path(mount, include("visualsearch.api.urls"))]
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response["Cache-Control"] = "public, max-age=300"
        return response

    def get_exception_handler(self) -> Any:
        """Return what turns errors into problem details."""
        return handle


class DocsView(SpectacularSwaggerSplitView):
    """The description as pages, by Swagger UI out of drf-spectacular-sidecar."""

    schema = None
    url_name = "visualsearch-api:schema"
    title = str(SETTINGS["TITLE"])
    permission_classes: list[Any] = []
    authentication_classes: list[Any] = []

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the page, or its script, with the policy that both need: Swagger UI styles what it draws in place."""
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response["Content-Security-Policy"] = DOCS_POLICY
        return response

    @staticmethod
    def _swagger_ui_resource(filename: str) -> str:
        return static(f"drf_spectacular_sidecar/swagger-ui-dist/{filename}")

    @staticmethod
    def _swagger_ui_favicon() -> str:
        return static("drf_spectacular_sidecar/swagger-ui-dist/favicon-32x32.png")
