"""The description of the API: OpenAPI 3.1, and pages to read it that need no file from elsewhere."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.urls import include, path
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.settings import patched_settings
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from visualsearch.api.views.base import ApiView
from visualsearch.conf import get_settings

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


class _AlwaysFirst(BaseContentNegotiation):
    """Takes the first renderer: a browser that asks for a page gets the description all the same."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Return none: nothing is read."""
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """Return the first."""
        return renderers[0], renderers[0].media_type


class SchemaView(ApiView):
    """The description of the addresses of this API alone, whatever else the shop has; for whoever may use them."""

    schema = None  # type: ignore[assignment]
    renderer_classes = (OpenApiJsonRenderer,)
    content_negotiation_class = _AlwaysFirst

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return it, with the addresses as they are mounted here."""
        mount = request.path.removesuffix("v1/visual-search/schema/").lstrip("/")
        headers = {"Cache-Control": "private, max-age=300", "Content-Disposition": 'inline; filename="schema.json"'}
        return Response(_describe(mount, get_language(), get_settings().api_authentication), headers=headers)


@lru_cache(maxsize=16)
def _describe(mount: str, language: str | None, authentication: tuple[str, ...]) -> Any:
    """Return the description, which takes a good part of a second to make: once for a process and a language."""
    patterns = [path(mount, include("visualsearch.api.urls"))]
    with patched_settings(SETTINGS):
        return SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


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
