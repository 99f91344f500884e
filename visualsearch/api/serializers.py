"""From a request's fields to a query."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from visualsearch.conf import get_settings
from visualsearch.exceptions import InvalidBox
from visualsearch.images import Box
from visualsearch.search import PhotoQuery


class BoxField(serializers.CharField):
    """A region `x,y,w,h` in fractions of the photo's width and height."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the box; raises ValidationError for a region outside the photo."""
        try:
            return Box.parse(super().to_internal_value(data))
        except InvalidBox as error:
            raise serializers.ValidationError(str(error)) from error


class PhotoQuerySerializer(serializers.Serializer):  # type: ignore[type-arg]
    """The fields of a search by photo."""

    photo = serializers.FileField()
    box = BoxField(required=False)
    source = serializers.CharField(required=False, max_length=100)  # type: ignore[assignment]
    limit = serializers.IntegerField(required=False, min_value=1)
    min_score = serializers.FloatField(required=False, min_value=-1.0, max_value=1.0)

    def validate_limit(self, value: int) -> int:
        """Hold the limit to the setting LIMIT_MOST."""
        most = get_settings().limit_most
        if value > most:
            raise serializers.ValidationError(f"Expected a limit from 1 to {most}, got {value}.")
        return value

    def query(self) -> PhotoQuery:
        """Return the validated fields as a query."""
        return PhotoQuery(**self.validated_data)
