"""Saves so many products a second, and writes down each that the database has acknowledged.

python -m benchmarks.faults.saver FILE FIRST PER_SECOND
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import django


def save_on(path: str, first: int, per_second: float) -> None:
    """Save until the process is ended; what fails is not tried again."""
    from django.core.files.base import ContentFile
    from django.db import connection, transaction

    from catalog.models import Product, ProductImage
    from tests.drawing import draw_mosaic

    with open(path, "a", buffering=1) as file:
        for number in _numbers(first, per_second):
            picture = ContentFile(draw_mosaic(number), name="picture.png")
            try:
                with transaction.atomic():
                    product = Product.objects.create(sku=f"M{number}", title=f"Mosaic {number}")
                    ProductImage.objects.create(product=product, file=picture)
            except Exception as error:
                connection.close()
                file.write(f"failed M{number} {type(error).__name__}\n")
            else:
                file.write(f"saved M{number}\n")


def _numbers(first: int, per_second: float) -> Iterator[int]:
    start = time.monotonic()
    number = first
    while True:
        yield number
        number += 1
        time.sleep(max(0.0, start + (number - first) / per_second - time.monotonic()))


if __name__ == "__main__":
    django.setup()
    save_on(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
