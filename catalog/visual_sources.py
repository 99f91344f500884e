"""The one file that plugs the shop into visual search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.demo.goods import sample_photos
from catalog.models import Category, Product, ProductImage
from catalog.templatetags.shop import money
from visualsearch import (
    Card,
    ChoiceFilter,
    FlagFilter,
    Link,
    Picture,
    RangeFilter,
    Sample,
    VisualSource,
    register,
)


@register(Product)
class ProductSource(VisualSource):
    """Products that the shop shows, with all their pictures; variants of one design are one result."""

    key_field = "sku"
    group_by = "group"
    follows = {ProductImage: "product"}
    filters = (
        ChoiceFilter("category", gettext_lazy("Category"), "category__name"),
        ChoiceFilter("colour", gettext_lazy("Colour"), "colour"),
        RangeFilter("price", gettext_lazy("Price"), "price"),
        FlagFilter("in_stock", gettext_lazy("In stock"), "in_stock"),
    )

    def get_queryset(self) -> QuerySet[Product]:
        """Return the products that the shop shows."""
        return Product.objects.filter(is_active=True).select_related("category").prefetch_related("images")

    def get_pictures(self, product: Product) -> Iterator[Picture]:
        """Yield the product's pictures as they are ordered."""
        for image in product.images.all():
            yield Picture(key=str(image.pk), file=image.file)

    def get_category(self, product: Product) -> str:
        """Return the name of the product's category."""
        return product.category.name if product.category else ""

    def get_cards(self, objects: Sequence[Product]) -> list[Card]:
        """Return price, stock and how many variants there are, with one query for all of them."""
        groups = {product.group for product in objects if product.group}
        variants = Counter(self.get_queryset().filter(group__in=groups).values_list("group", flat=True))
        return [_card(product, variants[product.group]) for product in objects]

    def get_samples(self) -> list[Sample]:
        """Return some of the photos that came with the demo's goods."""
        return [
            Sample(photo.stem, _("Sample photo %(number)d") % {"number": number}, photo)
            for number, photo in enumerate(sample_photos(), 1)
        ]

    def get_categories(self) -> list[Link]:
        """Return the shelves at the top."""
        return [Link(category.name, category.get_absolute_url()) for category in Category.objects.filter(parent=None)]


def _card(product: Product, variants: int) -> Card:
    price = "" if product.price is None else money(product.price, product.currency)
    return Card(
        price=price,
        stock=_("In stock") if product.in_stock else _("Sold out"),
        is_available=product.in_stock,
        variants=ngettext("%(count)d variant", "%(count)d variants", variants) % {"count": variants}
        if variants > 1
        else "",
    )
