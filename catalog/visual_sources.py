"""The one file that plugs the shop into visual search."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from catalog.models import Product, ProductImage
from visualsearch import Picture, VisualSource, register


@register(Product)
class ProductSource(VisualSource):
    """Products that the shop shows, with all their pictures; variants of one design are one result."""

    key_field = "sku"
    group_by = "group"
    follows = {ProductImage: "product"}

    def get_queryset(self) -> QuerySet[Product]:
        """Return the products that the shop shows."""
        return Product.objects.filter(is_active=True).prefetch_related("images")

    def get_pictures(self, product: Product) -> Iterator[Picture]:
        """Yield the product's pictures as they are ordered."""
        for image in product.images.all():
            yield Picture(key=str(image.pk), file=image.file)

    def get_category(self, product: Product) -> str:
        """Return the name of the product's category."""
        return product.category.name if product.category else ""
