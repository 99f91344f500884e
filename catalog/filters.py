"""How shoppers narrow the list of products."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, Product

ORDERS = {"": "title", "price": "price", "-price": "-price", "new": "-created"}


class ProductFilter(filters.FilterSet):  # type: ignore[misc]
    """Words, category, colour, a range of prices, stock and order; what makes no sense is told and left out."""

    q = filters.CharFilter(method="having_words", max_length=100, label=_("Words"), widget=forms.HiddenInput)
    order = filters.ChoiceFilter(
        method="as_ordered",
        label=_("Order"),
        empty_label=_("By name"),
        choices=[("price", _("Cheapest first")), ("-price", _("Dearest first")), ("new", _("Newest first"))],
    )
    category = filters.ChoiceFilter(method="of_category", label=_("Category"), empty_label=_("All"))
    colour = filters.MultipleChoiceFilter(label=_("Colour"), widget=forms.CheckboxSelectMultiple)
    price_from = filters.NumberFilter("price", "gte", min_value=0, max_digits=12, label=_("From"))
    price_to = filters.NumberFilter("price", "lte", min_value=0, max_digits=12, label=_("To"))
    in_stock = filters.BooleanFilter(method="there_now", label=_("In stock only"), widget=forms.CheckboxInput)

    def __init__(self, data: Any, queryset: QuerySet[Product], *, category: Category | None = None) -> None:
        """Offer the colours of these products, and the categories in `category`."""
        super().__init__(data, queryset, prefix=None)
        self.form.label_suffix = ""
        colours = queryset.exclude(colour="").order_by("colour").values_list("colour", flat=True).distinct()
        self._offer("colour", [(colour, colour) for colour in colours])
        self._offer("category", [(one.slug, _label_of(one, category)) for one in _offered_categories(category)])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Let the field choose among these; a choice of nothing is none."""
        if choices:
            self.form.fields[name].choices = choices
        else:
            del self.form.fields[name]

    @property
    def qs(self) -> QuerySet[Product]:
        """The products that fit the valid fields, in an order that never changes between two pages."""
        order = self.form.cleaned_data.get("order") or "" if self.form.is_valid() or self.is_bound else ""
        products: QuerySet[Product] = super().qs
        return products.order_by(ORDERS[order], "pk")

    def having_words(self, products: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        """Keep products that have every word somewhere."""
        for word in value.split():
            products = products.filter(
                Q(title__icontains=word)
                | Q(description__icontains=word)
                | Q(category__name__icontains=word)
                | Q(colour__icontains=word)
                | Q(material__icontains=word)
                | Q(sku=word)
            )
        return products

    def of_category(self, products: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        """Keep products of the category and of those in it."""
        return products.filter(Q(category__slug=value) | Q(category__parent__slug=value))

    def there_now(self, products: QuerySet[Product], name: str, value: bool | None) -> QuerySet[Product]:
        """Keep products that can be bought now, where that is asked for."""
        return products.filter(in_stock=True) if value else products

    def as_ordered(self, products: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        """Leave the order to the end, since the other filters come in between."""
        return products

    class Meta:
        model = Product
        fields: tuple[str, ...] = ()


def _offered_categories(parent: Category | None) -> QuerySet[Category]:
    """Return the categories in one, or all of them, that have something to show; each after the one that it is in."""
    shown = Q(products__is_active=True) | Q(children__products__is_active=True)
    categories = Category.objects.filter(shown).select_related("parent").distinct()
    if parent:
        return categories.filter(parent=parent)
    return categories.order_by(Coalesce("parent__name", "name"), F("parent").asc(nulls_first=True), "name")


def _label_of(category: Category, within: Category | None) -> str:
    return f"{category.parent.name} › {category.name}" if category.parent and not within else category.name
