"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from visualsearch.api.views import VisualSearchView

app_name = "visualsearch-api"

urlpatterns = [path("visual-search/", VisualSearchView.as_view(), name="visual-search")]
