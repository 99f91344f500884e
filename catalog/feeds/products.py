"""From the rows of one product to what must change in the shop, and the change itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils.text import slugify

from catalog.feeds.pictures import FeedPicture
from catalog.feeds.rows import FeedRow
from catalog.models import Category, Product, ProductImage, default_currency

PLAIN = ("title", "price", "group", "description", "url", "in_stock", "colour", "material", "stock")


@dataclass(slots=True, kw_only=True)
class Plan:
    """What makes one product as the feed says."""

    product: Product
    changes: dict[str, Any] = field(default_factory=dict)
    added: list[tuple[int, FeedPicture]] = field(default_factory=list)
    moved: list[tuple[int, ProductImage]] = field(default_factory=list)
    removed: list[ProductImage] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the product is already so."""
        return not (self.changes or self.added or self.moved or self.removed)


def make_plan(row: FeedRow, columns: frozenset[str], pictures: Sequence[FeedPicture], *, complete: bool) -> Plan:
    """Compare the product with its first row and its pictures; only a complete feed may remove or move pictures."""
    product = Product.objects.filter(sku=row.sku).select_related("category__parent").first() or Product(sku=row.sku)
    plan = Plan(product=product, changes=_changes(product, row, columns))
    stored = stored_images(product)
    # A row without its file can serve nobody; the feed brings the picture anew.
    plan.removed = [image for image in _feed_images(product) if image not in stored]
    for position, picture in enumerate(pictures):
        image = next((image for image in stored if image.digest == picture.digest), None)
        if image is None:
            plan.added.append((position, picture))
            continue
        stored.remove(image)
        if complete and image.position != position:
            plan.moved.append((position, image))
    if complete:
        plan.removed += stored
    return plan


def stored_images(product: Product) -> list[ProductImage]:
    """Return the product's pictures from feeds whose files are where they should be."""
    return [image for image in _feed_images(product) if _is_stored(image)]


def _feed_images(product: Product) -> list[ProductImage]:
    return list(product.images.filter(from_feed=True)) if product.pk else []


def _is_stored(image: ProductImage) -> bool:
    name = image.file.name
    return bool(name) and image.file.storage.exists(str(name))


def _changes(product: Product, row: FeedRow, columns: frozenset[str]) -> dict[str, Any]:
    wanted = {name: getattr(row, name) for name in PLAIN if name in columns}
    if "stock" in columns:
        # A shop that counts its pieces says with the number whether there are any.
        wanted["in_stock"] = row.in_stock
    if {"price", "currency"} & columns:
        wanted["currency"] = row.currency or default_currency()
    changes = {name: value for name, value in wanted.items() if getattr(product, name) != value}
    if "category" in columns and row.category != _path_of(product.category):
        changes["category"] = row.category
    return changes


def _path_of(category: Category | None) -> str:
    names: list[str] = []
    while category is not None:
        names.insert(0, category.name)
        category = category.parent
    return " > ".join(names)


def apply_plan(plan: Plan) -> None:
    """Make the product as planned; nothing is saved that does not change."""
    product = plan.product
    for name, value in plan.changes.items():
        setattr(product, name, _make_category(value) if name == "category" else value)
    if product.pk is None:
        product.save()
    elif plan.changes:
        product.save(update_fields=list(plan.changes))
    for image in plan.removed:
        image.delete()
    for position, image in plan.moved:
        image.position = position
        image.save(update_fields=["position"])
    _add_pictures(plan)


def _add_pictures(plan: Plan) -> None:
    """Store new pictures; of a change that fails, no file stays behind."""
    stored: list[tuple[Storage, str]] = []
    try:
        for position, picture in plan.added:
            image = ProductImage(product=plan.product, position=position, from_feed=True)
            image.file = ContentFile(picture.data, name=picture.name)
            image.save()
            stored.append((image.file.storage, str(image.file.name)))
    except BaseException:
        for storage, name in stored:
            storage.delete(name)
        raise


def _make_category(path: str) -> Category | None:
    category: Category | None = None
    for name in path.split(" > ") if path else ():
        found = Category.objects.filter(name=name, parent=category).first()
        category = found or Category.objects.create(name=name, parent=category, slug=_free_slug(name, category))
    return category


def _free_slug(name: str, parent: Category | None) -> str:
    slug = slugify(name) or "category"
    if parent and Category.objects.filter(slug=slug).exists():
        slug = f"{parent.slug}-{slug}"
    slug = slug[:110]
    number, free = 1, slug
    while Category.objects.filter(slug=free).exists():
        number += 1
        free = f"{slug}-{number}"
    return free
