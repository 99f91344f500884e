"""Which models take part: every source by its name."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Model

from visualsearch.exceptions import AlreadyRegistered, SourceNotNamed, UnknownSource
from visualsearch.sources.source import VisualSource

_registry: dict[str, VisualSource] = {}


def register(model: type[Model]) -> Callable[[type[VisualSource]], type[VisualSource]]:
    """Return a decorator that makes a source class speak for `model`.

    A model and a name are registered once, as in Django's admin: AlreadyRegistered is raised for a second source of
    either. A second source of the same rows is registered for a proxy of their model.
    """

    def add(source_class: type[VisualSource]) -> type[VisualSource]:
        # What a class inherits is its parent's: a subclass of a registered source is another source.
        name = source_class.__dict__.get("name") or model._meta.label_lower
        if taken := _taken(model, name):
            raise AlreadyRegistered(
                f"{source_class.__name__} cannot be registered as '{name}' for {model._meta.label}: "
                f"{type(taken).__name__} is registered as '{taken.name}' for {taken.model._meta.label}. "
                "Unregister that one first, give this one a `name` of its own, or register it for a proxy of the model."
            )
        source = source_class()
        # Said of the source, not of its class: one class may speak for several models.
        source.model, source.name = model, name
        _registry[name] = source
        return source_class

    return add


def unregister(model: type[Model]) -> None:
    """Let the source of `model` take part no more, for another to take its place; raises UnknownSource without one."""
    name = next((source.name for source in _registry.values() if source.model is model), None)
    if name is None:
        raise UnknownSource(f"No source is registered for {model._meta.label}.")
    del _registry[name]


def all_sources() -> tuple[VisualSource, ...]:
    """Return every registered source, in the order of registration."""
    return tuple(_registry.values())


def get_source(name: str = "") -> VisualSource:
    """Return the source of this name; without a name, the only one that there is.

    Raises UnknownSource, and SourceNotNamed without a name where there are several.
    """
    if not name and len(_registry) == 1:
        return next(iter(_registry.values()))
    if name in _registry:
        return _registry[name]
    known = ", ".join(sorted(_registry)) or "none"
    kind = UnknownSource if name or not _registry else SourceNotNamed
    raise kind(f"Expected the name of a registered source ({known}), got '{name}'.")


def sources_of(model: type[Model]) -> tuple[VisualSource, ...]:
    """Return the sources whose objects are of `model` or of a model that it extends."""
    return tuple(source for source in _registry.values() if issubclass(model, source.model))


def _taken(model: type[Model], name: str) -> VisualSource | None:
    return next((one for one in _registry.values() if one.model is model or one.name == name), None)
