"""Addresses of the API, under the version that they are promised for."""

from __future__ import annotations

from django.apps import apps
from django.urls import path, re_path

from visualsearch.api import views
from visualsearch.api.views.description import DocsView, SchemaView

app_name = "visualsearch-api"

urlpatterns = [
    path("v1/visual-search/", views.SearchView.as_view(), name="visual-search"),
    path("v1/visual-search/batch/", views.BatchView.as_view(), name="batch"),
    path("v1/visual-search/events/", views.EventsView.as_view(), name="events"),
    path("v1/visual-search/status/", views.StatusView.as_view(), name="status"),
    path("v1/products/<path:key>/similar/", views.SimilarView.as_view(), name="similar"),
    path("v1/visual-search/schema/", SchemaView.as_view(), name="schema"),
]
if apps.is_installed("drf_spectacular") and apps.is_installed("drf_spectacular_sidecar"):
    urlpatterns.append(path("v1/visual-search/docs/", DocsView.as_view(), name="docs"))
# Whatever else is asked for, line breaks in it too, gets an answer that programs can read.
urlpatterns.append(re_path(r"^v1/(?P<rest>(?s:.*))$", views.MissingView.as_view(), name="missing"))
