"""What the shop's templates load: `{% load shop %}`."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()

_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}


@register.filter
def money(price: Decimal, currency: str) -> str:
    """Return a price as people read it: `{{ product.price|money:product.currency }}`."""
    number = number_format(price, 2, use_l10n=True, force_grouping=True)
    return f"{number}\N{NO-BREAK SPACE}{_SIGNS.get(currency, currency)}"
