"""Addresses of the shop's objects, in the admin and on the page for shoppers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from visualsearch.exceptions import UnknownSource
from visualsearch.page.question import source_params
from visualsearch.sources import VisualSource, get_source


def admin_url(source: str, object_key: str) -> str:
    """Return the address of an object's page in the admin, or an empty string where it has none."""
    try:
        meta = get_source(source).model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[object_key])
    except (UnknownSource, NoReverseMatch):
        return ""


def search_url(source: VisualSource, obj: Any, picture_key: str) -> str:
    """Return the address of a search with a picture on the page for shoppers, empty where the shop has no page."""
    try:
        page = reverse("visualsearch:page")
    except NoReverseMatch:
        return ""
    return f"{page}?{urlencode({'like': f'{obj.pk}:{picture_key}', **source_params(source)})}"
