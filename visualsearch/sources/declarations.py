"""What `manage.py check` says of a source that its model cannot bear out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.core import checks
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import DatabaseError
from django.db.models import (
    BooleanField,
    CharField,
    DecimalField,
    FileField,
    FloatField,
    IntegerField,
    QuerySet,
    TextField,
)

from visualsearch.keys import KEY_MOST
from visualsearch.paths import fields_on, is_many, output_of
from visualsearch.presenting import ChoiceFilter, Filter, FlagFilter, RangeFilter, names_of
from visualsearch.sources.following import Way

NAME_MOST = 100
"""Letters of a source's name."""

_OF_THE_PAGE = {"q", "like", "sample", "photo_url", "keep", "pages", "part", "source"} | {
    "left", "top", "right", "bottom", "csrfmiddlewaretoken",
}  # fmt: skip
"""Names in the address of the page, or in its form, that say something else."""


def check_declarations(source: Any, base: type[Any]) -> list[checks.CheckMessage]:
    """Return what is wrong with a source; `base` is the class whose hooks it may have written anew."""
    own = {name for name in vars(base) if name.startswith("get_") and getattr(type(source), name) != vars(base)[name]}
    messages = [*_of_model(source), *_of_pictures(source, own), *_of_follows(source)]
    objects, problem = _objects_of(source)
    if problem:
        messages.append(problem)
    if objects is not None:
        messages += [*_of_key(source, own, objects), *_of_group(source, own, objects), *_of_filters(source, objects)]
    return messages


def _of_model(source: Any) -> Iterator[checks.CheckMessage]:
    if len(source.name) > NAME_MOST:
        message = f"{_class(source)} is called {source.name!r}, which is longer than {NAME_MOST} characters."
        yield checks.Error(message, hint="Give it a shorter `name`.", id="visualsearch.E018")
    pk = source.model._meta.pk
    while pk.remote_field:
        pk = pk.target_field
    if hasattr(pk, "fields"):  # CompositePrimaryKey, of Django 5.2 and later
        message = f"The primary key of {source.model._meta.label} is made of several fields."
        yield checks.Error(message, hint="Register a model with a primary key of one.", id="visualsearch.E016")
    elif isinstance(pk, CharField | TextField) and (pk.max_length or KEY_MOST + 1) > KEY_MOST:
        message = f"Objects of {source.model._meta.label} whose primary key is longer than {KEY_MOST} cannot be found."
        yield checks.Warning(message, hint="Keep them shorter, or ignore this if they are.", id="visualsearch.W017")


def _of_pictures(source: Any, own: set[str]) -> Iterator[checks.CheckMessage]:
    for name in source.picture_fields:
        found = _field_or_none(source.model, name)
        if not isinstance(found, FileField):
            what = "has not" if found is None else "does not keep files in"
            yield checks.Error(
                f"{_class(source)}.picture_fields names '{name}', which {source.model._meta.label} {what}.",
                hint="Name image fields of the model, or override get_pictures().",
                id="visualsearch.E010",
            )
    if not source.picture_fields and "get_pictures" not in own:
        yield checks.Error(
            f"{_class(source)} says nowhere which pictures an object has.",
            hint="Set picture_fields, or override get_pictures().",
            id="visualsearch.E011",
        )


def _of_follows(source: Any) -> Iterator[checks.CheckMessage]:
    for model, paths in source.follows.items():
        for path in [paths] if isinstance(paths, str) else paths:
            if not Way.leads(source, model, path):
                yield checks.Error(
                    f"{_class(source)}.follows names '{path}' of {model}, which is no way to "
                    f"{source.model._meta.label}.",
                    hint=(
                        "Write follows = {Model: 'path from it to the registered model'}, as queries know it; where "
                        "there is none, call visualsearch.request_sync() in a receiver of your own."
                    ),
                    id="visualsearch.E012",
                )


def _objects_of(source: Any) -> tuple[QuerySet[Any] | None, checks.CheckMessage | None]:
    """Return the source's queryset, or what is wrong with it; neither where it asks a database that is not there."""
    try:
        objects = source.get_queryset()
    except DatabaseError:
        return None, None
    except Exception as error:  # a shop's hook may raise anything
        return None, _queryset_error(source, f"fails: {type(error).__name__}: {error}")
    if not isinstance(objects, QuerySet) or objects.model._meta.concrete_model is not (
        source.model._meta.concrete_model
    ):
        return None, _queryset_error(source, f"is no queryset of {source.model._meta.label}.")
    if objects.query.is_sliced or objects.query.combinator:
        return None, _queryset_error(source, "is sliced, or a union: it takes no further filter.")
    return objects, None


def _queryset_error(source: Any, what: str) -> checks.CheckMessage:
    hint = "Return a queryset of the registered model that can be filtered."
    return checks.Error(f"{_class(source)}.get_queryset() {what}", hint=hint, id="visualsearch.E017")


def _of_key(source: Any, own: set[str], objects: QuerySet[Any]) -> Iterator[checks.CheckMessage]:
    name, missing = source.key_field, []
    if "get_key" not in own and not _is_attribute(objects, name):
        missing.append("get_key()")
    if "get_object" not in own and (_output(objects, name) is None or is_many(source.model, name)):
        missing.append("get_object()")
    if missing:
        yield checks.Error(
            f"{_class(source)}.key_field is '{name}', which no {source.model._meta.label} is known by.",
            hint=f"Name a field of the model, or override {' and '.join(missing)}.",
            id="visualsearch.E013",
        )


def _of_group(source: Any, own: set[str], objects: QuerySet[Any]) -> Iterator[checks.CheckMessage]:
    path = source.group_by
    if "get_group" in own:
        if source.filters and not path:
            yield checks.Warning(
                f"{_class(source)}.get_group() is not known to the database: filters count every object for itself.",
                hint="Set group_by to a field, or to an annotation of get_queryset(), that says the same.",
                id="visualsearch.W016",
            )
    elif path and (_output(objects, path) is None or is_many(source.model, path)):
        yield checks.Error(
            f"{_class(source)}.group_by is '{path}', which is not one value of each {source.model._meta.label}.",
            hint="Name a field, a path to one, or an annotation of get_queryset(); else override get_group().",
            id="visualsearch.E014",
        )


def _of_filters(source: Any, objects: QuerySet[Any]) -> Iterator[checks.CheckMessage]:
    for part in source.filters:
        if problem := _problem_of(part, objects):
            yield _filter_error(source, f"{part.name!r} {problem}")
    counted = Counter(name for part in source.filters for name in names_of(part))
    for name, count in counted.items():
        if count > 1:
            yield _filter_error(source, f"{name!r} is the name of {count} filters.")
        elif name in _OF_THE_PAGE or not name.isidentifier():
            yield _filter_error(source, f"{name!r} is no name that the page can use.")


def _problem_of(part: Filter, objects: QuerySet[Any]) -> str:
    annotation = objects.query.annotations.get(part.field.partition("__")[0])
    if annotation is not None and annotation.contains_aggregate:
        return f"narrows by the aggregate {part.field!r}, by which no objects can be counted: write it as a Subquery."
    output = _output(objects, part.field)
    if output is None:
        return f"narrows by {part.field!r}, which is no field."
    match part:
        case RangeFilter():
            return "" if isinstance(output, IntegerField | FloatField | DecimalField) else "needs a field of numbers."
        case FlagFilter():
            return "" if isinstance(output, BooleanField) else "needs a field that is true or false."
        case ChoiceFilter():
            return ""


def _filter_error(source: Any, what: str) -> checks.CheckMessage:
    return checks.Error(
        f"{_class(source)}.filters: {what}",
        hint="Write the path of a field from the object, as in QuerySet.filter, or an annotation of get_queryset().",
        id="visualsearch.E015",
    )


def _output(objects: QuerySet[Any], path: str) -> Any:
    try:
        return output_of(objects, path)
    except (FieldError, AttributeError):  # an expression may not know what it gives
        return None


def _is_attribute(objects: QuerySet[Any], name: str) -> bool:
    return hasattr(objects.model, name) or name in objects.query.annotations


def _field_or_none(model: Any, name: str) -> Any:
    try:
        fields: Iterable[Any] = fields_on(model, name)
    except FieldDoesNotExist:
        return None
    return next(iter(fields)) if "__" not in name else None


def _class(source: Any) -> str:
    return type(source).__name__
