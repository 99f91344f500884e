"""What the plug-in's templates of the admin load."""

from __future__ import annotations

from django import template
from django.db.models import Model

from visualsearch.admin.progress import in_time

register = template.Library()
register.filter("in_time", in_time)


@register.filter
def verbose_plural(model: type[Model]) -> str:
    """Return what a model's objects are called."""
    return str(model._meta.verbose_name_plural)
