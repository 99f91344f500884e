"""How shoppers narrow the list of products."""

from __future__ import annotations

from django import forms
from django.db.models import Q, QuerySet

from catalog.models import Product

ORDERS = {"": "title", "price": "price", "-price": "-price", "new": "-created"}


class ProductFilter(forms.Form):
    """Words, a range of prices, stock and order; what makes no sense is told and left out."""

    q = forms.CharField(required=False, max_length=100, label="Words", strip=True)
    price_from = forms.DecimalField(required=False, min_value=0, max_digits=12, label="Price from")
    price_to = forms.DecimalField(required=False, min_value=0, max_digits=12, label="Price to")
    in_stock = forms.BooleanField(required=False, label="In stock only")
    order = forms.ChoiceField(
        required=False,
        label="Order",
        choices=[("", "By name"), ("price", "Cheapest first"), ("-price", "Dearest first"), ("new", "Newest first")],
    )

    def narrow(self, products: QuerySet[Product]) -> QuerySet[Product]:
        """Return the products that fit the valid fields."""
        self.is_valid()
        values = self.cleaned_data
        for word in values.get("q", "").split():
            products = products.filter(
                Q(title__icontains=word)
                | Q(description__icontains=word)
                | Q(category__name__icontains=word)
                | Q(sku=word)
            )
        if (least := values.get("price_from")) is not None:
            products = products.filter(price__gte=least)
        if (most := values.get("price_to")) is not None:
            products = products.filter(price__lte=most)
        if values.get("in_stock"):
            products = products.filter(in_stock=True)
        return products.order_by(ORDERS[values.get("order", "")], "pk")
