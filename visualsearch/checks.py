"""What `manage.py check` says of the setting, the sources and the embedder."""

from __future__ import annotations

from typing import Any

from django.core import checks

from visualsearch.conf import get_problems
from visualsearch.embedders import get_embedder
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.sources import all_sources


def connect() -> None:
    """Register the checks."""
    for check in (check_setting, check_sources, check_embedder):
        checks.register(check, "visualsearch")


def check_setting(**kwargs: Any) -> list[checks.CheckMessage]:
    """Name every key and value of `VISUALSEARCH` that cannot be used."""
    return [checks.Error(problem.message, hint=problem.hint, id="visualsearch.E001") for problem in get_problems()]


def check_sources(**kwargs: Any) -> list[checks.CheckMessage]:
    """Ask every source; warn when there is none."""
    sources = all_sources()
    if not sources:
        hint = "Write a visual_sources.py in one of your apps, with @register(YourModel)."
        return [checks.Warning("No model takes part in visual search.", hint=hint, id="visualsearch.W001")]
    return [message for source in sources for message in source.check()]


def check_embedder(**kwargs: Any) -> list[checks.CheckMessage]:
    """Ask the embedder; loads no model."""
    try:
        return get_embedder().check()
    except EmbedderUnavailable as error:
        hint = "Set VISUALSEARCH['EMBEDDER'] to a name from the README's table, or to a path of weights."
        return [checks.Error(str(error), hint=hint, id="visualsearch.E002")]
