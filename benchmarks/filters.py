"""What a filter costs in the whole search, from the photo to the products, at several shares of a shop.

    python -m benchmarks.filters [--products 100000] [--json FILE]

The shop's products and their vectors are made up and lie in a database of their own; the photo is decoded and
embedded before, since that cost has nothing to do with filters.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.machine import describe

SHARES = (1.0, 0.1, 0.01, 0.001, 0.0001)
RUNS = 21
LIMIT = 20
CHUNK = 2_000


def main() -> None:
    """Fill a shop, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _set_up(folder)
        _fill(arguments.products)
        figures = _measure(arguments.products)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"{arguments.products:,} products, {figures['dimensions']} dimensions, medians of {RUNS} in ms")
    for row in figures["rows"]:
        print(", ".join(f"{name} {value}" for name, value in row.items()))


def _set_up(folder: str) -> None:
    os.environ |= {
        "VAR_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "catalog.settings",
        "VISUALSEARCH_EMBEDDER": "thumbnail",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _fill(count: int) -> None:
    """Write products whose price, 0 to 1, tells which share of the shop a filter by price leaves."""
    from django.db import transaction

    from catalog.models import Product, ProductImage
    from visualsearch.models import Embedding, Journal, current_space
    from visualsearch.sources import get_source
    from visualsearch.sync import rebuild
    from visualsearch.vectors import normalise, pack

    space = current_space("catalog.product")
    random = np.random.default_rng(7)
    middles = random.standard_normal((max(10, count // 200), space.dimensions), dtype=np.float32)
    prices = random.permutation(count)
    for start in tqdm(range(0, count, CHUNK), unit="chunk", disable=None):
        numbers = range(start, min(start + CHUNK, count))
        rows = middles[random.integers(0, len(middles), len(numbers))]
        vectors = normalise(rows + 0.7 * random.standard_normal(rows.shape, dtype=np.float32))
        with transaction.atomic():
            Product.objects.bulk_create(
                Product(pk=n + 1, sku=f"P{n}", title=f"Product {n}", slug="p", price=int(prices[n])) for n in numbers
            )
            ProductImage.objects.bulk_create(
                ProductImage(pk=n + 1, product_id=n + 1, file=f"p/{n}.jpg") for n in numbers
            )
            revisions = Journal.take(len(numbers))
            Embedding.objects.bulk_create(
                Embedding(
                    source=space.source,
                    object_key=str(n + 1),
                    picture_key=str(n + 1),
                    picture_name=f"p/{n}.jpg",
                    fingerprint=space.fingerprint,
                    state="ready",
                    revision=revision,
                    vector=pack(vector),
                )
                for n, revision, vector in zip(numbers, revisions, vectors, strict=True)
            )
    rebuild(get_source("catalog.product"))


def _measure(count: int) -> dict[str, Any]:
    from catalog.models import Product
    from visualsearch.models import Embedding, current_space
    from visualsearch.opening import open_index
    from visualsearch.search import PhotoQuery, find_similar
    from visualsearch.search.seen import Seen
    from visualsearch.search.stored import rows_of
    from visualsearch.vectors import unpack

    space = current_space("catalog.product")
    stored = list(Embedding.objects.order_by("?").values_list("vector", flat=True)[:RUNS])
    vectors = unpack([bytes(packed or b"") for packed in stored], space.dimensions).astype(np.float32)
    index = open_index(space)
    rows = []
    for share in SHARES:
        allowed = Product.objects.filter(price__lt=int(count * share))
        within = None if share == 1 else allowed
        found: list[int] = []

        def whole(vector: np.ndarray, within: Any = within, found: list[int] = found) -> None:
            seen = Seen(fingerprint=space.fingerprint, vector=vector[None])
            query = PhotoQuery(photo=seen, source=space.source, within=within, limit=LIMIT)
            found.append(len(find_similar(query).results))

        ids = rows_of(space, allowed)
        rows.append(
            {
                "share": share,
                "found": min(_timed(whole, vectors)[1:] and found),
                "possible": min(LIMIT, int(count * share)),
                "whole_search_ms": _ms(whole, vectors),
                "queryset_to_rows_ms": _ms(lambda vector, allowed=allowed: rows_of(space, allowed), vectors),
                "rows_searched_ms": _ms(lambda vector, ids=ids: index.search(vector, LIMIT, ids), vectors),
                "unfiltered_index_ms": _ms(lambda vector: index.search(vector, LIMIT), vectors),
            }
        )
    return {
        "products": count,
        "dimensions": space.dimensions,
        "machine": describe("django", "faiss-cpu", "numpy"),
        "rows": rows,
    }


def _timed(run: Callable[[Any], object], vectors: np.ndarray) -> list[float]:
    times = []
    for vector in vectors:
        start = perf_counter()
        run(vector)
        times.append((perf_counter() - start) * 1000)
    return times


def _ms(run: Callable[[Any], object], vectors: np.ndarray) -> float:
    return round(median(_timed(run, vectors)), 2)


if __name__ == "__main__":
    main()
