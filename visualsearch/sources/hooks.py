"""What a source says of its objects to others: a hook that fails on one object costs no more than what it would say.

Errors of a database that is away pass: they are of no one object, and whoever asks is told to come again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from visualsearch.once import log_once
from visualsearch.outages import is_outage
from visualsearch.presenting import Card, Link, Sample
from visualsearch.sources.source import Picture, VisualSource

logger = logging.getLogger(__name__)
T = TypeVar("T")


def read_pictures(source: VisualSource, obj: Any) -> list[Picture]:
    """Return the pictures of an object that have a file, the most telling first; raises whatever the hook raises.

    Of two pictures with one key the last counts, as it does for the rows.
    """
    pictures = {picture.key: picture for picture in source.get_pictures(obj)}
    return [picture for picture in pictures.values() if picture.name]


def pictures_shown(source: VisualSource, obj: Any) -> list[Picture]:
    """Return the pictures of an object, none where the hook fails."""
    return ask(source, "get_pictures", lambda: read_pictures(source, obj), [], of=obj)


def object_of(source: VisualSource, key: str) -> Any | None:
    """Return the object of a key that shoppers may find, None where there is none, or the hook fails."""
    return ask(source, "get_object", lambda: source.get_object(key), None)


def key_of(source: VisualSource, obj: Any) -> str:
    """Return what the shop's own people call the object; its primary key where the hook fails."""
    return ask(source, "get_key", lambda: _text(source.get_key(obj)), "", of=obj) or str(obj.pk)


def title_of(source: VisualSource, obj: Any) -> str:
    """Return the line that a result shows; the object's key where the hook fails."""
    return ask(source, "get_title", lambda: _text(source.get_title(obj)), "", of=obj) or key_of(source, obj)


def url_of(source: VisualSource, obj: Any) -> str:
    """Return the address of the object's own page; empty where it has none, or the hook fails."""
    return ask(source, "get_url", lambda: _text(source.get_url(obj)), "", of=obj)


def group_of(source: VisualSource, obj: Any) -> str:
    """Return what variants of one thing share; an object without a group, or whose hook fails, stands alone."""
    return ask(source, "get_group", lambda: _text(source.get_group(obj)), "", of=obj) or f"pk:{obj.pk}"


def category_of(source: VisualSource, obj: Any) -> str:
    """Return the shelf on which the object lies; empty where it lies on none, or the hook fails."""
    return ask(source, "get_category", lambda: _text(source.get_category(obj)), "", of=obj)


def cards_of(source: VisualSource, objects: Sequence[Any]) -> list[Card]:
    """Return a card for each object, asked for all at once, and one by one where that fails; an empty one at worst."""

    def cards() -> list[Card]:
        found = list(source.get_cards(objects))
        if len(found) != len(objects):
            raise ValueError(f"Expected a card for each of {len(objects)} objects, got {len(found)}.")
        return found

    if found := ask(source, "get_cards", cards, None):
        return found
    return [Card() for _ in objects] if len(objects) < 2 else [cards_of(source, [obj])[0] for obj in objects]


def samples_of(source: VisualSource) -> Sequence[Sample]:
    """Return photos that a shopper may try; none where the hook fails."""
    return ask(source, "get_samples", source.get_samples, ())


def categories_of(source: VisualSource) -> Sequence[Link]:
    """Return where to go on when nothing is close enough; nowhere where the hook fails."""
    return ask(source, "get_categories", source.get_categories, ())


def ask(source: VisualSource, hook: str, call: Callable[[], T], otherwise: T, *, of: Any = None) -> T:
    """Return what a hook says `of` an object, `otherwise` where it fails."""
    try:
        return call()
    except Exception as error:  # a shop's hook may raise anything
        if is_outage(error):
            raise
        named = "" if of is None else f" {of.pk}"
        log_once(logger, (source.name, hook, type(error)), "%s of %s%s fails.", hook, source.name, named)
        return otherwise


def _text(value: object) -> str:
    """Return what a hook says as text, also a translation that waits for its language; nothing says nothing."""
    return "" if value is None else str(value)
