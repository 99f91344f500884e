"""From what a program sends to the fields of a search, or of a thing that a shopper did."""

from __future__ import annotations

import base64
import binascii
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from visualsearch.api.fields import BoxField, FiltersField, IdField, MomentField, PointField, TextField
from visualsearch.conf import get_settings
from visualsearch.keys import KEY_MOST
from visualsearch.models import Event
from visualsearch.search.pipeline import MOST_REGIONS

BOXES_MOST = MOST_REGIONS - 1
"""Of one photo, beside the whole of it."""

PHOTOS_MOST = 10
"""Of one call."""

EVENTS_MOST = 100
"""Of one call."""


@extend_schema_field(OpenApiTypes.STR)
class OffsetField(serializers.Field[int, Any, str, Any]):
    """Where the results go on, as an earlier answer's `next_offset` says it."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number of results before; raises ValidationError for a text that is none of ours."""
        try:
            kind, number = base64.urlsafe_b64decode(str(data)[:40]).decode("ascii").split(":")
            if kind == "after" and 0 <= int(number) <= get_settings().limit_most:
                return int(number)
        except (ValueError, binascii.Error):
            pass
        raise serializers.ValidationError("Expected next_offset of an earlier answer.")

    def to_representation(self, value: int) -> str:
        """Return the text that stands for it."""
        return write_offset(value)


def write_offset(number: int) -> str:
    """Return the text that stands for a number of results before."""
    return base64.urlsafe_b64encode(f"after:{number}".encode()).decode("ascii")


def _limit_most() -> int:
    return get_settings().limit_most


class PageSerializer(serializers.Serializer[Any]):
    """How many results, and from where on."""

    source = serializers.CharField(required=False, max_length=100, help_text="Which of the shop's sources to search.")  # type: ignore[assignment]
    limit = serializers.IntegerField(
        required=False,
        min_value=1,
        validators=[MaxValueValidator(_limit_most, "Expected a limit from 1 to %(limit_value)s, got %(show_value)s.")],
        help_text="Most results, up to the shop's limit.",
    )
    offset = OffsetField(required=False, help_text="`next_offset` of the answer before.")


class OptionsSerializer(PageSerializer):
    """How to search, with whatever photo."""

    box = BoxField(required=False, help_text="The part of the photo to search with.")
    boxes = serializers.ListField(
        child=BoxField(),
        required=False,
        max_length=BOXES_MOST,
        help_text="Several parts, each with results of its own.",
    )
    point = PointField(required=False, help_text="Search with the thing that stands here.")
    filters = FiltersField(required=False)
    min_score = serializers.FloatField(
        required=False, min_value=-1.0, max_value=1.0, help_text="Lowest cosine of a result."
    )
    facets = serializers.BooleanField(required=False, default=True, help_text="Whether to count what filters leave.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Hold a request to one way to say which part of the photo is meant."""
        if sum(bool(attrs.get(name)) for name in ("box", "boxes", "point")) > 1:
            raise serializers.ValidationError({"box": "Expected one of box, boxes and point."})
        return attrs


class ReferenceSerializer(OptionsSerializer):
    """A search with a photo that is not sent along."""

    photo_url = serializers.CharField(required=False, max_length=2048, help_text="Address of a photo on the web.")
    query = serializers.CharField(required=False, max_length=20_000, help_text="`query.token` of an earlier answer.")
    product = serializers.CharField(required=False, max_length=KEY_MOST, help_text="Key of one of the shop's products.")
    picture = serializers.CharField(
        required=False, max_length=KEY_MOST, help_text="Key of one of its pictures; the first without it."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Hold a request to one photo."""
        attrs = super().validate(attrs)
        names = [name for name in ("photo", "photo_url", "query", "product") if name in self.fields]
        if sum(name in attrs for name in names) != 1:
            raise serializers.ValidationError(f"Expected one of {', '.join(names)}.")
        if "picture" in attrs and "product" not in attrs:
            raise serializers.ValidationError({"picture": "Expected product beside it."})
        if "query" in attrs and any(name in attrs for name in ("box", "boxes", "point")):
            message = "Expected no part: what a token holds is of one region. Send the photo again."
            raise serializers.ValidationError({"box": message})
        return attrs


class SearchSerializer(ReferenceSerializer):
    """A search with a photo as a file, or with one that is not sent along."""

    photo = serializers.FileField(
        required=False, allow_empty_file=True, help_text="A JPEG, PNG, WebP, GIF, AVIF, BMP or TIFF."
    )


class PhotosSerializer(OptionsSerializer):
    """Several photos as files, searched with in one way."""

    photos = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), min_length=1, max_length=PHOTOS_MOST
    )


_ANY = ["object", "array", "string", "number", "boolean"]  # and null, of which the library knows by itself
_SEARCH = "The fields of a single search; anything else is told as a problem of its own."


@extend_schema_field({"type": _ANY, "description": _SEARCH})
class AnythingField(serializers.JSONField):
    """Whatever JSON has, null among it: it is looked at beside the others."""


class SearchesSerializer(serializers.Serializer[Any]):
    """Several searches, each as a single one; what is wrong with one is told beside the others."""

    searches = serializers.ListField(child=AnythingField(allow_null=True), min_length=1, max_length=PHOTOS_MOST)


@extend_schema_field({"oneOf": [{"type": "string", "minLength": 1, "maxLength": 100}, {"type": "integer"}]})
class KeyField(TextField):
    """A key, which many shops have as a number."""

    def to_internal_value(self, data: Any) -> str:
        """Return it as text."""
        is_number = isinstance(data, int) and not isinstance(data, bool)
        return super().to_internal_value(str(data) if is_number else data)


class ObjectSerializer(serializers.Serializer[Any]):
    """What a shopper's action was about."""

    object_id = KeyField(max_length=100)
    object_id_field = TextField(max_length=100, required=False, default="")


class PositionSerializer(serializers.Serializer[Any]):
    """Where it stood."""

    ordinal = serializers.IntegerField(min_value=1, max_value=100_000)


class AttributesSerializer(serializers.Serializer[Any]):
    """What the schema of User Behavior Insights calls `event_attributes`."""

    object = ObjectSerializer(required=False)
    position = PositionSerializer(required=False)


class EventSerializer(serializers.ModelSerializer[Event]):
    """One event in the names of User Behavior Insights."""

    serializer_field_mapping: ClassVar[Any] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: TextField,
        models.UUIDField: IdField,
        models.DateTimeField: MomentField,
    }
    event_attributes = AttributesSerializer(required=False, write_only=True)

    class Meta:
        model = Event
        fields = (
            "application", "action_name", "query_id", "client_id", "session_id", "timestamp", "message_type",
            "message", "event_attributes",
        )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Lay the attributes flat, as they are stored."""
        attributes = attrs.pop("event_attributes", {})
        return {**attrs, **attributes.get("object", {}), **attributes.get("position", {})}

    def to_representation(self, instance: Event) -> dict[str, Any]:
        """Return the event as it was sent."""
        thing = {"object_id": instance.object_id, "object_id_field": instance.object_id_field}
        attributes: dict[str, Any] = {"object": thing} if instance.object_id else {}
        if instance.ordinal is not None:
            attributes["position"] = {"ordinal": instance.ordinal}
        return {**super().to_representation(instance), "event_attributes": attributes}


class EventsSerializer(serializers.Serializer[Any]):
    """Up to a hundred events."""

    events = serializers.ListField(child=EventSerializer(), min_length=1, max_length=EVENTS_MOST)


class EventPageSerializer(serializers.Serializer[Any]):
    """A page of events."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EventSerializer(many=True)
