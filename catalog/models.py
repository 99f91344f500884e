"""What the shop sells: categories, products and their pictures."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import slugify

from catalog.thumbnails import LARGE, SMALL, thumbnail_name
from visualsearch.images import without_place

SCARCE_FROM = 3
"""Pieces from which on a shopper is told how few are left."""


def default_currency() -> str:
    """Return the currency of a price that names none."""
    return str(settings.CURRENCY)


def picture_path(image: ProductImage, filename: str) -> str:
    """Return where a picture is stored: one folder a product."""
    return f"products/{slugify(image.product.sku) or image.product_id}/{filename}"


class Category(models.Model):
    """A shelf of the shop, possibly on another shelf."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=120, unique=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")

    class Meta:
        verbose_name_plural = "categories"
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["parent", "name"], name="category_name_once_a_parent"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(parent__isnull=True), name="category_name_once_at_the_top"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the category's page."""
        return reverse("category", args=[self.slug])


class Product(models.Model):
    """One thing that can be bought; variants of one design share a group."""

    sku = models.CharField("SKU", max_length=64, unique=True)
    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=200, blank=True, editable=False)
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="products")
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default=default_currency)
    group = models.CharField(max_length=64, blank=True, help_text="Variants of one design share it.")
    colour = models.CharField(max_length=40, blank=True, help_text="One word or two, as shoppers say it.")
    material = models.CharField(max_length=80, blank=True)
    description = models.TextField(blank=True)
    url = models.URLField("address elsewhere", max_length=500, blank=True)
    in_stock = models.BooleanField(default=True)
    stock = models.PositiveIntegerField("pieces", null=True, blank=True, help_text="Empty where nobody counts them.")
    is_active = models.BooleanField("shown in the shop", default=True)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["title", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["is_active", "title"], name="product_shown_by_title"),
            models.Index(fields=["price"], name="product_price"),
            models.Index(fields=["group"], name="product_group"),
            models.Index(fields=["colour"], name="product_colour"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0), name="product_price_not_negative"
            ),
            models.CheckConstraint(condition=~Q(sku=""), name="product_sku_not_empty"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, **kwargs: Any) -> None:
        """Save with the slug that fits the title."""
        self.slug = slugify(self.title) or "product"
        if (names := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*names, "slug", "updated"}
        super().save(**kwargs)

    def get_absolute_url(self) -> str:
        """Return the address of the product's page."""
        return reverse("product", args=[self.pk, self.words])

    @property
    def is_scarce(self) -> bool:
        """Whether so few are left that shoppers should know."""
        return self.in_stock and self.stock is not None and 0 < self.stock <= SCARCE_FROM

    @property
    def words(self) -> str:
        """What its address says beside its number; products that were created in bulk have no slug."""
        return self.slug or "product"

    @property
    def first_image(self) -> ProductImage | None:
        """The picture shown in lists; read from prefetched `images`."""
        return next(iter(self.images.all()), None)


class ProductImage(models.Model):
    """One picture of a product."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="images")
    file = models.ImageField(upload_to=picture_path, max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, editable=False, help_text="SHA-256 of the file.")
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)
    thumbnails_of = models.CharField(max_length=200, blank=True, editable=False)
    """The file that a worker has made thumbnails of, or tried to: without width it could not be read."""
    from_feed = models.BooleanField(default=False, editable=False, help_text="Imports may replace and remove it.")

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["product", "position"], name="image_by_position"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}/{self.position}"

    def save(self, **kwargs: Any) -> None:
        """Save a new file without where it was taken, and with its digest, by which an import knows it again."""
        if self.file and not getattr(self.file, "_committed", True):
            content = self.file.read()
            if (clean := without_place(content)) is not content:
                self.file = ContentFile(clean, name=self.file.name)
            self.digest = hashlib.sha256(clean).hexdigest()
            self.file.seek(0)
        super().save(**kwargs)

    @property
    def has_thumbnails(self) -> bool:
        """Whether the thumbnails are those of the file as it is now."""
        return bool(self.width and self.height) and self.thumbnails_of == self.file.name

    @property
    def small_url(self) -> str:
        """The address of the small thumbnail, or of the picture itself until there is one."""
        return (
            self.file.storage.url(thumbnail_name(str(self.file.name), SMALL)) if self.has_thumbnails else self.file.url
        )

    @property
    def large_url(self) -> str:
        """The address of the large thumbnail, or of the picture itself until there is one."""
        return (
            self.file.storage.url(thumbnail_name(str(self.file.name), LARGE)) if self.has_thumbnails else self.file.url
        )

    @property
    def srcset(self) -> str:
        """Both thumbnails with their widths, for a browser to choose; empty until there are any."""
        if not self.has_thumbnails:
            return ""
        return f"{self.small_url} {self._width_within(SMALL)}w, {self.large_url} {self._width_within(LARGE)}w"

    def _url_within(self, side: int) -> str:
        name = str(self.file.name)
        return self.file.storage.url(thumbnail_name(name, side)) if self.has_thumbnails else self.file.url

    def _width_within(self, side: int) -> int:
        width, height = self.width or side, self.height or side
        return max(1, round(width * min(1.0, side / max(width, height))))
