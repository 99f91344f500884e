"""What we listen to: saves and deletes of registered models, of the models that their sources follow, and requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.db.models.signals import ModelSignal, m2m_changed, post_save, pre_delete, pre_save

from visualsearch.sources import all_sources
from visualsearch.sources.following import Way, sides_of, ways_to
from visualsearch.sources.requests import sync_requested
from visualsearch.tasks import sync_after_commit


def connect() -> None:
    """Listen to every registered source's models, and to no other."""
    for source in all_sources():
        try:
            ways = list(dict.fromkeys(ways_to(source)))
        except (LookupError, ValueError, FieldDoesNotExist):  # `manage.py check` says which
            ways = [Way(source, source.model)]
        for way in ways:
            _connect(way)
    sync_requested.connect(_sync_requested, dispatch_uid="visualsearch.requested")


def _connect(way: Way) -> None:
    for model in way.senders:
        _listen(way, post_save, model, _Saved(way))
        _listen(way, pre_delete, model, _Deleted(way))
        if way.first_key:
            _listen(way, pre_save, model, _Moves(way))
    _listen(way, m2m_changed, way.model, _Joined(way))
    for side in sides_of(way):
        _listen(way, pre_delete, side.related_model, _SideDeleted(way, side.name), more=side.name)


def _listen(way: Way, signal: ModelSignal, model: type[Model], receiver: Any, *, more: str = "") -> None:
    uid = ("visualsearch", way.source.name, way.model, way.path, model, more)
    signal.connect(receiver, sender=model, weak=False, dispatch_uid=uid)


class _Receiver:
    """What a change of rows asks for."""

    def __init__(self, way: Way) -> None:
        self.way = way

    def ask(self, keys: Iterable[Any], using: str) -> None:
        """Ask for a sync of these objects, if any."""
        if found := list(keys):
            sync_after_commit(self.way.source.name, found, using=using)


class _Saved(_Receiver):
    """A row was saved."""

    def __call__(self, *, instance: Model, using: str, raw: bool = False, **kwargs: Any) -> None:
        if not raw:
            self.ask(self.way.keys_of(instance, using), using)


class _Deleted(_Receiver):
    """A row is about to be deleted, in the transaction that deletes it: later nobody knows what it led to."""

    def __call__(self, *, instance: Model, using: str, **kwargs: Any) -> None:
        self.ask(self.way.keys_of(instance, using), using)


class _Moves(_Receiver):
    """A row is about to be saved: the object that it leaves has a picture less."""

    def __call__(self, *, instance: Model, using: str, raw: bool = False, **kwargs: Any) -> None:
        attribute = self.way.first_key
        if raw or instance.pk is None or not hasattr(instance, attribute):
            return
        rows = self.way.rows_of(instance, using)
        before = rows.values_list(attribute, flat=True).first()
        if before is not None and before != getattr(instance, attribute):
            self.ask(self.way.keys_from(rows), using)


class _Joined(_Receiver):
    """Rows of a table that joins many to many were added, or are about to be removed."""

    def __call__(
        self,
        *,
        instance: Model,
        action: str,
        reverse: bool,
        model: type[Model],
        pk_set: set[Any] | None,
        using: str,
        **kwargs: Any,
    ) -> None:
        if action not in ("post_add", "pre_remove", "pre_clear"):
            return
        own, other = self._sides(model if reverse else type(instance), reverse)
        rows = self.way.model._base_manager.using(using).filter(**{own: instance})
        self.ask(self.way.keys_from(rows if pk_set is None else rows.filter(**{f"{other}__in": pk_set})), using)

    def _sides(self, declaring: type[Model], reverse: bool) -> tuple[str, str]:
        """Return the foreign keys to whose relation was changed, and to what was added or removed."""
        fields: list[Any] = list(declaring._meta.many_to_many)
        field = next(one for one in fields if one.remote_field.through is self.way.model)
        names = field.m2m_field_name(), field.m2m_reverse_field_name()
        return (names[1], names[0]) if reverse else names


class _SideDeleted(_Receiver):
    """What a row joins is about to be deleted, and the row with it."""

    def __init__(self, way: Way, side: str) -> None:
        super().__init__(way)
        self.side = side

    def __call__(self, *, instance: Model, using: str, **kwargs: Any) -> None:
        rows = self.way.model._base_manager.using(using).filter(**{self.side: instance})
        self.ask(self.way.keys_from(rows), using)


def _sync_requested(*, objects: Iterable[Model], **kwargs: Any) -> None:
    """Ask for a sync of what each of these objects is, or leads to, as its save does."""
    ways = [way for source in all_sources() for way in dict.fromkeys(ways_to(source))]
    wanted: dict[tuple[str, str], dict[Any, None]] = {}
    for obj in objects:
        using = obj._state.db or "default"
        for way in ways:
            if type(obj) in way.senders:
                wanted.setdefault((way.source.name, using), {}).update(dict.fromkeys(way.keys_of(obj, using)))
    for (source, using), keys in wanted.items():
        sync_after_commit(source, keys, using=using)
