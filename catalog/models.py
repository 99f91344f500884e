"""What the shop sells: categories, products and their pictures."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import slugify


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
    description = models.TextField(blank=True)
    url = models.URLField("address elsewhere", max_length=500, blank=True)
    in_stock = models.BooleanField(default=True)
    is_active = models.BooleanField("shown in the shop", default=True)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["title", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["is_active", "title"], name="product_shown_by_title"),
            models.Index(fields=["price"], name="product_price"),
            models.Index(fields=["group"], name="product_group"),
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
    from_feed = models.BooleanField(default=False, editable=False, help_text="Imports may replace and remove it.")

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["product", "position"], name="image_by_position"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}/{self.position}"

    def save(self, **kwargs: Any) -> None:
        """Save with the digest of a new file, by which an import knows it again."""
        if self.file and not getattr(self.file, "_committed", True):
            self.digest = hashlib.sha256(self.file.read()).hexdigest()
            self.file.seek(0)
        super().save(**kwargs)
