"""From a row that changes to the objects whose pictures hang on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import FileField, ManyToManyField, ManyToManyRel, Model, QuerySet

from visualsearch.paths import as_query_path, fields_on


class Following(Protocol):
    """What is asked of a source here."""

    model: type[Model]
    name: str
    follows: ClassVar[dict[type[Model] | str, str | tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Way:
    """From the rows of a model to the objects of a source."""

    source: Following
    model: type[Model]
    path: str = ""
    """As queries know it; empty where the rows are the objects."""

    @property
    def senders(self) -> set[type[Model]]:
        """The models whose saves change a row of `model`: itself, its proxies, what extends it, what it extends."""
        own: type[Model] = self.model._meta.concrete_model  # type: ignore[assignment]
        above = [_with_proxies(parent) for parent in own._meta.get_parent_list()]
        return _with_children(own).union(*above)

    @property
    def first_key(self) -> str:
        """The attribute of a row that holds the first step of the path; empty where another row holds it."""
        first = fields_on(self.model, self.path)[0] if self.path else None
        return first.attname if first is not None and first.concrete and not first.many_to_many else ""

    def rows_of(self, instance: Model, using: str) -> QuerySet[Any]:
        """Return the row that an object of one of the `senders` is."""
        rows = self.model._base_manager.using(using)
        own = self.model._meta.pk.attname
        return rows.filter(**({own: getattr(instance, own)} if self._is_same(instance) else _pk_of(instance)))

    def keys_of(self, instance: Model, using: str) -> list[Any]:
        """Return the primary keys of the source's objects that an object of one of the `senders` leads to."""
        if self._is_same(instance) and (attribute := self._attribute()):
            key = getattr(instance, attribute)
            return [] if key is None else [key]
        return self.keys_from(self.rows_of(instance, using))

    def keys_from(self, rows: QuerySet[Any]) -> list[Any]:
        """Return the primary keys of the source's objects that rows of `model` lead to."""
        end, own = self._end(), self.source.model
        steps = [self.path] if self.path else []
        if _is_above(end, own):
            ends = rows.values_list("__".join([*steps, "pk"]), flat=True)
            found = own._base_manager.using(rows.db).filter(**{f"{end._meta.pk.name}__in": list(ends)})
            return list(found.values_list("pk", flat=True))
        keys = rows.values_list("__".join([*steps, own._meta.pk.name]), flat=True)
        return [key for key in dict.fromkeys(keys) if key is not None]

    @classmethod
    def leads(cls, source: Following, model: type[Model] | str, path: str) -> bool:
        """Tell whether a path that somebody declares leads from the rows of a model to objects of a source."""
        try:
            end = cls(source, *_resolved(model, path))._end()
        except (LookupError, ValueError, FieldDoesNotExist):
            return False
        own: Any = source.model._meta.concrete_model
        return _is_above(end, own) or issubclass(end, own)

    def joins(self) -> Iterator[Way]:
        """Yield the way from each table in between that joins many to many: `add` and `remove` write there alone."""
        fields = fields_on(self.model, self.path) if self.path else []
        for place, field in enumerate(fields):
            if isinstance(field, ManyToManyField | ManyToManyRel):
                yield _join(self.source, field, as_query_path(fields[place + 1 :]))

    def _is_same(self, instance: Model) -> bool:
        return isinstance(instance, self.model._meta.concrete_model)  # type: ignore[arg-type]

    def _end(self) -> type[Model]:
        end: type[Model] = fields_on(self.model, self.path)[-1].related_model if self.path else self.model
        if end is None:
            raise FieldDoesNotExist(f"'{self.path}' of {self.model._meta.label} ends in no other model.")
        return end

    def _attribute(self) -> str:
        """Return the attribute of a row that holds the object's primary key; empty where a query must tell."""
        pk = self.source.model._meta.pk
        if not self.path:
            return "" if _is_above(self.model, self.source.model) else pk.attname
        field = fields_on(self.model, self.path)[-1]
        is_direct = "__" not in self.path and self.first_key and field.target_field.name == pk.name
        return self.first_key if is_direct and not _is_above(self._end(), self.source.model) else ""


def ways_to(source: Following) -> Iterator[Way]:
    """Yield every way to the objects of a source; raises LookupError and FieldDoesNotExist for one that is none."""
    declared = [Way(source, source.model), *followed_by(source)]
    yield from declared
    yield from _own_joins(source)
    for way in declared:
        yield from way.joins()


def followed_by(source: Following) -> Iterator[Way]:
    """Yield the ways that a source declares; raises LookupError and FieldDoesNotExist for one that is none."""
    for model, paths in source.follows.items():
        for path in [paths] if isinstance(paths, str) else paths:
            yield Way(source, *_resolved(model, path))


def sides_of(way: Way) -> list[Any]:
    """Return the foreign keys of a table that Django made to join many to many; of any other table none.

    Its rows go without a signal when one of their sides is deleted.
    """
    meta = way.model._meta
    return [field for field in meta.get_fields() if field.many_to_one] if meta.auto_created else []


def _resolved(model: type[Model] | str, path: str) -> tuple[type[Model], str]:
    found = apps.get_model(model) if isinstance(model, str) else model
    return found, as_query_path(fields_on(found, path))


def _own_joins(source: Following) -> Iterator[Way]:
    """Yield the ways from what joins the objects with files: whoever has pictures there need not say so."""
    for field in source.model._meta.get_fields(include_hidden=True):
        if not isinstance(field, ManyToManyField | ManyToManyRel):
            continue
        other: Any = field.related_model
        if any(isinstance(one, FileField) for one in other._meta.get_fields()):
            yield _join(source, field.remote_field, "")


def _join(source: Following, field: Any, rest: str) -> Way:
    """Return the way from the table of a many-to-many relation on through the side that it leads to."""
    forward = isinstance(field, ManyToManyField)
    declared = field if forward else field.field
    onward = declared.m2m_reverse_field_name() if forward else declared.m2m_field_name()
    return Way(source, declared.remote_field.through, f"{onward}__{rest}" if rest else onward)


def _pk_of(instance: Model) -> dict[str, Any]:
    return {instance._meta.pk.name: instance.pk}


def _is_above(model: type[Model], child: type[Model]) -> bool:
    """Tell whether `child` extends `model` by a table of its own."""
    parents = child._meta.concrete_model._meta.get_parent_list()  # type: ignore[union-attr]
    return model._meta.concrete_model in parents


def _with_children(model: type[Model]) -> set[type[Model]]:
    """Return the model with its proxies and children: a child's save sends no signal of its parent."""
    return {model}.union(*(_with_children(child) for child in model.__subclasses__()))


def _with_proxies(model: type[Model]) -> set[type[Model]]:
    return {one for one in _with_children(model) if one._meta.concrete_model is model}
