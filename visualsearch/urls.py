"""Addresses of the pages for shoppers."""

from __future__ import annotations

from django.urls import path

from visualsearch import views

app_name = "visualsearch"

urlpatterns = [
    path("", views.page, name="page"),
    path("photo/", views.photo, name="photo"),
    path("samples/<str:key>/", views.sample, name="sample"),
]
