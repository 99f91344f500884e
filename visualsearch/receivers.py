"""What we listen to: saves and deletes of registered models, and of the models that their sources follow."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.db.models.signals import ModelSignal, post_delete, post_save, pre_save

from visualsearch.sources import VisualSource, all_sources
from visualsearch.tasks import sync_after_commit


def connect() -> None:
    """Listen to every registered source's models, and to no other."""
    for source in all_sources():
        for model in _with_children(source.model):
            _connect(source, "saved", post_save, model, _ObjectChanged(source))
            _connect(source, "deleted", post_delete, model, _ObjectChanged(source))
        for followed, attname in source.followed_models():
            _connect(source, "moved", pre_save, followed, _FollowedMoves(source, attname))
            _connect(source, "saved", post_save, followed, _FollowedChanged(source, attname))
            _connect(source, "deleted", post_delete, followed, _FollowedChanged(source, attname))


def _connect(source: VisualSource, event: str, signal: ModelSignal, model: type[Model], receiver: Any) -> None:
    uid = f"visualsearch.{source.name}.{event}.{model._meta.label_lower}"
    signal.connect(receiver, sender=model, weak=False, dispatch_uid=uid)


def _with_children(model: type[Model]) -> set[type[Model]]:
    """Return the model with its proxies and children: a child's save sends no signal of its parent."""
    return {model}.union(*(_with_children(child) for child in model.__subclasses__()))


class _ObjectChanged:
    """An object was saved or deleted."""

    def __init__(self, source: VisualSource) -> None:
        self.source = source

    def __call__(self, *, instance: Model, using: str, raw: bool = False, **kwargs: Any) -> None:
        if not raw:
            sync_after_commit(self.source.name, [instance.pk], using=using)


class _FollowedChanged:
    """A row that an object's pictures hang on was saved or deleted."""

    def __init__(self, source: VisualSource, attname: str) -> None:
        self.source = source
        self.attname = attname

    def __call__(self, *, instance: Model, using: str, raw: bool = False, **kwargs: Any) -> None:
        key = getattr(instance, self.attname)
        if not raw and key is not None:
            sync_after_commit(self.source.name, [key], using=using)


class _FollowedMoves:
    """A followed row is about to be saved: the object that it leaves has a picture less."""

    def __init__(self, source: VisualSource, attname: str) -> None:
        self.source = source
        self.attname = attname

    def __call__(self, *, sender: type[Model], instance: Model, using: str, raw: bool = False, **kwargs: Any) -> None:
        if raw or instance.pk is None:
            return
        before = sender._base_manager.using(using).filter(pk=instance.pk).values_list(self.attname, flat=True).first()
        if before is not None and before != getattr(instance, self.attname):
            sync_after_commit(self.source.name, [before], using=using)
