"""What a shop says of its objects: which of them take part, their pictures, how a result is shown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any, ClassVar

from django.core import checks
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.db.models.fields.files import FieldFile

from visualsearch.attributes import attributes_of
from visualsearch.indexes.base import Attribute
from visualsearch.keys import KEY_MOST
from visualsearch.once import log_once
from visualsearch.presenting import Card, Filter, Link, Sample
from visualsearch.sources.declarations import check_declarations
from visualsearch.sources.groups import group_at

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture of an object of the shop."""

    key: str
    """Tells it from the object's other pictures, and stays when its file is replaced; at most 255 characters."""
    file: FieldFile
    """Where it is stored; read through its storage, never by path."""

    def __post_init__(self) -> None:
        if not isinstance(self.key, str) or len(self.key) > KEY_MOST:
            raise ValueError(
                f"Expected a picture's key as text of at most {KEY_MOST} characters, got {self.key!r:.80}."
            )

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

    follows: ClassVar[dict[type[Model] | str, str | tuple[str, ...]]] = {}
    """Other models whose save or delete changes an object's pictures, each with its path to the objects, or several.

    `{ProductImage: "product"}` where they point to the object, `{Image: "products"}` where objects point to them, and
    any longer path that queries know. The model itself may be among them: `{Product: "variants"}`.
    """

    group_by: ClassVar[str] = ""
    """Path of what variants of one thing share; a result shows one object a group. Empty: every object alone.

    A field, an annotation of `get_queryset`, a longer path, or a foreign key to the model itself: variants with
    `group_by = "parent"` are one group with their parent.
    """

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
        return group_at(obj, self.group_by)

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

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """What a shared index keeps beside the vectors of the objects: their values of the filters' fields."""
        return attributes_of(self.model, self.filters)

    def check(self) -> list[checks.CheckMessage]:
        """Return what `manage.py check` should say about this source."""
        return check_declarations(self, VisualSource)
