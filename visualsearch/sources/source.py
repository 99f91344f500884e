"""What a shop says of its objects: which of them take part, their pictures, how a result is shown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, ClassVar

from django.apps import apps
from django.core import checks
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, QuerySet
from django.db.models.fields.files import FieldFile

from visualsearch.attributes import attributes_of
from visualsearch.indexes.base import Attribute
from visualsearch.keys import KEY_MOST
from visualsearch.once import log_once
from visualsearch.presenting import Card, Filter, Link, Sample

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture of an object of the shop."""

    key: str
    """Tells it from the object's other pictures, and stays when its file is replaced; at most 255 characters."""
    file: FieldFile
    """Where it is stored; read through its storage, never by path."""

    def __post_init__(self) -> None:
        if len(self.key) > KEY_MOST:
            raise ValueError(f"Expected a picture's key of at most {KEY_MOST} characters, got {self.key[:80]!r}...")

    @property
    def name(self) -> str:
        """The file's name in its storage; another name means another picture."""
        return self.file.name or ""

    @property
    def url(self) -> str:
        """The address that a browser can show; empty where its storage has none to give."""
        try:
            return self.file.url
        except Exception as error:  # a storage may raise anything
            what = (type(self.file.storage), type(error))
            log_once(logger, what, "%s has no address for %s.", type(self.file.storage).__name__, self.name)
            return ""

    def open(self) -> IO[bytes]:
        """Open the stored bytes; the caller closes them."""
        return self.file.storage.open(self.name, "rb")


class VisualSource:
    """How objects of one model take part: which of them, their pictures, how a result is shown.

    Attributes serve the usual case, `get_` hooks the rest. Register it with `@register(Model)`.
    """

    model: type[Model]
    """Set by `register`."""

    name: str = ""
    """What commands, rows and the API call this source; the model's label by default, for example "catalog.product"."""

    picture_fields: ClassVar[tuple[str, ...]] = ()
    """Image fields on the object itself that hold its pictures."""

    follows: ClassVar[dict[type[Model] | str, str]] = {}
    """Other models whose save or delete changes an object's pictures, each with its foreign key to the object."""

    group_by: ClassVar[str] = ""
    """Field whose value variants of one thing share; a result shows one object a group. Empty: every object alone."""

    filters: ClassVar[tuple[Filter, ...]] = ()
    """What shoppers may narrow a search by photo with, in the order of the page."""

    key_field: ClassVar[str] = "pk"
    """Attribute by which the shop's own people know an object, such as its sku."""

    def get_queryset(self) -> QuerySet[Any]:
        """Return the objects that shoppers may find; one that leaves it is no longer found."""
        return self.model._default_manager.all()

    def get_pictures(self, obj: Any) -> Iterable[Picture]:
        """Return the pictures of an object, the most telling first; called only for objects of `get_queryset`."""
        for name in self.picture_fields:
            if file := getattr(obj, name):
                yield Picture(key=name, file=file)

    def get_key(self, obj: Any) -> str:
        """Return what the shop's own people call the object."""
        return str(getattr(obj, self.key_field))

    def get_object(self, key: str) -> Any | None:
        """Return the object of this key that shoppers may find, None where there is none.

        To be written anew where `key_field` is no field of the database.
        """
        try:
            return None if "\0" in key else self.get_queryset().filter(**{self.key_field: key}).first()
        except (TypeError, ValueError, ValidationError):  # no key of this kind
            return None

    def get_group(self, obj: Any) -> str:
        """Return what variants of one thing share; an empty value stands alone."""
        value = getattr(obj, self.group_by, None) if self.group_by else None
        return str(value) if value else f"pk:{obj.pk}"

    def get_title(self, obj: Any) -> str:
        """Return the line that a result shows."""
        return str(obj)

    def get_category(self, obj: Any) -> str:
        """Return the shelf on which the object lies: `visualsearch_evaluate` tells its figures apart by it.

        Objects without one, the default, are measured all together.
        """
        return ""

    def get_url(self, obj: Any) -> str:
        """Return the address of the object's own page, or an empty string."""
        get_absolute_url: Callable[[], str] | None = getattr(obj, "get_absolute_url", None)
        return get_absolute_url() if get_absolute_url else ""

    def get_cards(self, objects: Sequence[Any]) -> Sequence[Card]:
        """Return what the page says below each title: price, stock, variants; asked for all results at once."""
        return [Card() for _ in objects]

    def get_samples(self) -> Sequence[Sample]:
        """Return photos that a shopper may try; none by default."""
        return ()

    def get_categories(self) -> Sequence[Link]:
        """Return where to go on when nothing is close enough to a photo; nowhere by default."""
        return ()

    def followed_models(self) -> Iterator[tuple[type[Model], str]]:
        """Yield each followed model with its foreign key's attribute that holds the object's primary key."""
        for model, field_name in self.follows.items():
            model = apps.get_model(model) if isinstance(model, str) else model
            yield model, model._meta.get_field(field_name).attname  # type: ignore[union-attr]

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """What a shared index keeps beside the vectors of the objects: their values of the filters' fields."""
        return attributes_of(self.model, self.filters)

    def check(self) -> list[checks.CheckMessage]:
        """Return what `manage.py check` should say about this source."""
        return [*_check_fields(self), *_check_follows(self)]


def _check_fields(source: VisualSource) -> Iterator[checks.CheckMessage]:
    for name in source.picture_fields:
        try:
            source.model._meta.get_field(name)
        except FieldDoesNotExist:
            yield checks.Error(
                f"{type(source).__name__}.picture_fields names '{name}', which {source.model._meta.label} has not.",
                hint="Name image fields of the model, or override get_pictures().",
                id="visualsearch.E010",
            )
    if not source.picture_fields and type(source).get_pictures is VisualSource.get_pictures:
        yield checks.Error(
            f"{type(source).__name__} says nowhere which pictures an object has.",
            hint="Set picture_fields, or override get_pictures().",
            id="visualsearch.E011",
        )


def _check_follows(source: VisualSource) -> Iterator[checks.CheckMessage]:
    for model, field_name in source.follows.items():
        try:
            found = apps.get_model(model) if isinstance(model, str) else model
            fits = found._meta.get_field(field_name).related_model is source.model
        except (LookupError, ValueError, FieldDoesNotExist):
            fits = False
        if not fits:
            yield checks.Error(
                f"{type(source).__name__}.follows names '{field_name}' of {model}, which is no foreign key to "
                f"{source.model._meta.label}.",
                hint="Write follows = {Model: 'name of its foreign key to the registered model'}.",
                id="visualsearch.E012",
            )
