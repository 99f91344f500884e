"""What the pages show of the categories."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest

from catalog.models import Category, ProductImage

DEPARTMENTS_MOST = 8
"""Categories in the head of every page."""


def departments(request: HttpRequest) -> dict[str, Any]:
    """Give every template the categories at the top that have something to show; asks when they are shown."""
    shown = Q(products__is_active=True) | Q(children__products__is_active=True)
    return {"departments": Category.objects.filter(shown, parent=None).distinct()[:DEPARTMENTS_MOST]}


def pictured_categories() -> list[Any]:
    """Return the categories that have products themselves, each with their `count` and the `picture` of one."""
    of_category = ProductImage.objects.filter(product__category=OuterRef("pk"), product__is_active=True)
    categories: QuerySet[Any] = (
        Category.objects.annotate(count=Count("products", filter=Q(products__is_active=True)))
        .filter(count__gt=0)
        .annotate(picture_id=Subquery(of_category.order_by("position", "product_id", "pk").values("pk")[:1]))
    )
    found = list(categories)
    pictures = ProductImage.objects.in_bulk([one.picture_id for one in found if one.picture_id])
    for one in found:
        one.picture = pictures.get(one.picture_id)
    return found
