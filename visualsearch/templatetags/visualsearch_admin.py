"""What the plug-in's templates of the admin load."""

from __future__ import annotations

from django import template
from django.apps import apps
from django.db.models import Model
from django.utils.dateparse import parse_datetime

from visualsearch.embedders import label_of
from visualsearch.models import JobState
from visualsearch.search.evaluation.plots import percent

register = template.Library()
register.filter("label_of", label_of)
register.filter("percent", percent)

# Django loads every app's tags with the first template of a shop, also of one without the admin.
if apps.is_installed("django.contrib.admin"):
    from visualsearch.admin.dashboard import Dashboard, get_dashboard
    from visualsearch.admin.progress import in_time

    register.filter("in_time", in_time)

    @register.simple_tag(takes_context=True)
    def visual_dashboard(context: template.Context) -> Dashboard | None:
        """Return what the user may see of the condition of visual search."""
        return get_dashboard(context["request"])


register.filter("as_time", parse_datetime)


@register.filter
def get(details: dict[str, object], key: str) -> object:
    """Return an entry whose key has a space in it, None where there is none."""
    return details.get(key)


@register.filter
def verbose_plural(model: type[Model]) -> str:
    """Return what a model's objects are called."""
    return str(model._meta.verbose_name_plural)


@register.filter
def state_words(state: str) -> str:
    """Return the state of a reindex job in the reader's language."""
    return str(JobState(state).label)
