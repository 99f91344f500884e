"""From a feed to products, as often as one likes: importing twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from django.db import Error, transaction

from catalog.feeds.pictures import FeedPicture, read_picture
from catalog.feeds.products import Plan, apply_plan, make_plan, stored_images
from catalog.feeds.rows import BadRow, Feed, FeedRow, Problem
from catalog.models import Product

T = TypeVar("T")
_SAME = ("title", "category", "price", "currency", "group", "description", "url", "colour", "material")


@dataclass(slots=True, kw_only=True)
class Report:
    """What an import did, or in a dry run would do."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    pictures_added: int = 0
    pictures_removed: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it for a program to read."""
        return asdict(self)


def import_feed(
    feed: Feed,
    *,
    dry_run: bool = False,
    progress: Callable[[list[list[FeedRow]]], Iterable[list[FeedRow]]] = iter,
) -> Report:
    """Make the shop's products as the feed says, each in a transaction of its own; bad rows are reported."""
    report = Report(problems=list(feed.problems), notes=list(feed.notes))
    for rows in progress(_rows_of_each_product(feed, report)):
        product = Product.objects.filter(sku=rows[0].sku).first()
        problems_before = len(report.problems)
        pictures = _read_pictures(rows, product, feed, report)
        if not pictures and product is None:
            continue
        complete = len(report.problems) == problems_before
        try:
            with transaction.atomic():
                plan = make_plan(rows[0], feed.columns, pictures, complete=complete)
                is_new = plan.product.pk is None
                if not dry_run:
                    apply_plan(plan)
        except (Error, OSError) as error:
            report.problems.append(Problem(rows[0].line, f"sku {rows[0].sku} cannot be stored: {error}"))
        else:
            _count(report, plan, is_new=is_new)
    report.problems.sort(key=lambda problem: problem.line or 0)
    return report


def _rows_of_each_product(feed: Feed, report: Report) -> list[list[FeedRow]]:
    """Put the rows of one sku together; a row that contradicts the first of its sku is a problem."""
    products: dict[str, list[FeedRow]] = {}
    for row in feed.rows:
        rows = products.setdefault(row.sku, [])
        if rows and (different := _difference(rows[0], row)):
            first = f"line {rows[0].line}" if rows[0].line else rows[0].image
            report.problems.append(Problem(row.line, f"sku {row.sku} has another {different} than in {first}."))
        elif any(other.image == row.image for other in rows):
            report.notes.append(f"line {row.line}: image {row.image} of sku {row.sku} was named before.")
        else:
            rows.append(row)
    return list(products.values())


def _difference(first: FeedRow, row: FeedRow) -> str:
    return next((name for name in _SAME if getattr(row, name) and getattr(row, name) != getattr(first, name)), "")


def _read_pictures(rows: list[FeedRow], product: Product | None, feed: Feed, report: Report) -> list[FeedPicture]:
    """Read the pictures of one product before its transaction, which must not wait for a network."""
    known = {image.digest for image in stored_images(product)} if product else set()
    pictures: dict[str, FeedPicture] = {}
    for row in rows:
        try:
            picture = read_picture(row.image, feed.folder, known)
        except BadRow as error:
            report.problems.append(Problem(row.line, str(error)))
        else:
            pictures.setdefault(picture.digest, picture)
    return list(pictures.values())


def _count(report: Report, plan: Plan, *, is_new: bool) -> None:
    if is_new:
        report.created += 1
    elif plan.is_empty:
        report.unchanged += 1
    else:
        report.updated += 1
    report.pictures_added += len(plan.added)
    report.pictures_removed += len(plan.removed)
