"""A merchant who saves ten products a second for as long as the load lasts; run inside the shop's own process."""

from __future__ import annotations

import time

from django.core.files.base import ContentFile
from django.db import transaction

from catalog.models import Product, ProductImage
from tests.drawing import draw_mosaic


def save_steadily(first: int, per_second: float, seconds: float) -> dict[str, float]:
    """Save products, each with a picture, by the clock; returns how many, and how many a second that was."""
    start, saved = time.monotonic(), 0
    while time.monotonic() < start + seconds:
        picture = ContentFile(draw_mosaic(first + saved, size=400), name="picture.png")
        with transaction.atomic():
            product = Product.objects.create(sku=f"S{first + saved}", title=f"Saved {first + saved}")
            ProductImage.objects.create(product=product, file=picture)
        saved += 1
        # By the clock and not by pauses, so that a slow save is made up for.
        time.sleep(max(0.0, start + saved / per_second - time.monotonic()))
    return {"saved": saved, "a_second": round(saved / (time.monotonic() - start), 1)}
