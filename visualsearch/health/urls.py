"""Addresses for supervisors and Prometheus; a shop decides who may reach them."""

from __future__ import annotations

from django.urls import path

from visualsearch.health import views

app_name = "visualsearch-health"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
]
