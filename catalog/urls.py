"""The shop's addresses."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from catalog import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("products/", views.ProductList.as_view(), name="product_list"),
    path("categories/<slug:slug>/", views.ProductList.as_view(), name="category"),
    path("products/<int:pk>/<slug:slug>/", views.product_page, name="product"),
    path("visual-search/", include("visualsearch.urls")),
    path("api/", include("visualsearch.api.urls")),
    path("health/", include("visualsearch.health.urls")),
    path("admin/", admin.site.urls),
]
if settings.SERVE_MEDIA:
    urlpatterns.append(path("media/<path:path>", views.media, name="media"))
