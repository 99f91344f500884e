"""Fields of requests: a box, a point, filters."""

from __future__ import annotations

import re
from typing import Any

from django.core.validators import RegexValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from visualsearch.exceptions import InvalidBox
from visualsearch.images import Box

_FRACTION = {"type": "number", "minimum": 0, "maximum": 1}
_NAMES = ("x", "y", "width", "height")
_BOX = {
    "type": "object",
    "properties": dict.fromkeys(_NAMES, _FRACTION),
    "required": list(_NAMES),
    "additionalProperties": False,
}
_BOX_TEXT = {"type": "string", "pattern": r"^[0-9.]+,[0-9.]+,[0-9.]+,[0-9.]+$", "example": "0.2,0.1,0.5,0.6"}


class TextField(serializers.CharField):
    """Text alone and as it is, as the description says: no number taken for its digits, nothing cut off its ends."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})
        # The same that DRF refuses anyway, in a way that the description tells.
        self.validators.append(RegexValidator(r"^[^\x00]*$", "Null characters are not allowed."))

    def to_internal_value(self, data: Any) -> str:
        """Return the text; raises ValidationError for anything else."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


# The pattern says what the format means to those who take formats for a remark, as OpenAPI 3.1 does.
@extend_schema_field(
    {"type": "string", "format": "uuid", "pattern": r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"}
)
class IdField(serializers.UUIDField):
    """A UUID as text: DRF takes numbers, and a yes or no, for one too."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the UUID; raises ValidationError for anything but its text."""
        return super().to_internal_value(data if isinstance(data, str) else "")


# A moment near the first or the last year of the calendar has none in another time zone.
_YEARS = r"^(19[7-9][0-9]|2[0-9]{3})-"


@extend_schema_field({"type": "string", "format": "date-time", "pattern": _YEARS})
class MomentField(serializers.DateTimeField):
    """A moment from 1970 to 2999."""

    def to_internal_value(self, value: Any) -> Any:
        """Return the moment; raises ValidationError for anything else."""
        if isinstance(value, str) and value[:1].isdigit() and not re.match(_YEARS, value):
            raise serializers.ValidationError("Expected a moment from 1970 to 2999.", code="invalid")
        return super().to_internal_value(value)


class _SaidField(serializers.Field[Any, Any, Any, Any]):
    """A field that is sent empty says something wrong; DRF takes that for a field of a form which is not there."""

    def get_value(self, dictionary: Any) -> Any:
        """Return what was sent."""
        return dictionary.get(self.field_name, serializers.empty)


@extend_schema_field({"oneOf": [_BOX, _BOX_TEXT]})
class BoxField(_SaidField):
    """A region in fractions of the photo's width and height: an object, or the text `x,y,width,height`."""

    def to_internal_value(self, data: Any) -> Box:
        """Return the box; raises ValidationError for a region outside the photo."""
        try:
            if isinstance(data, dict) and set(data) == set(_NAMES):
                return Box(**{name: _number(data[name]) for name in _NAMES})
            return Box.parse(data if isinstance(data, str) else str(type(data).__name__))
        except InvalidBox as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: Box) -> dict[str, float]:
        """Return its members, rounded to what a pixel of a large photo is."""
        return {name: round(getattr(value, name), 4) for name in _NAMES}


_POINT = {"type": "object", "properties": {"x": _FRACTION, "y": _FRACTION}, "required": ["x", "y"]}
_POINT_TEXT = {"type": "string", "pattern": r"^[0-9.]+,[0-9.]+$", "example": "0.5,0.4"}


@extend_schema_field({"oneOf": [{**_POINT, "additionalProperties": False}, _POINT_TEXT]})
class PointField(_SaidField):
    """A place in fractions of the photo's width and height: an object, or the text `x,y`."""

    def to_internal_value(self, data: Any) -> tuple[float, float]:
        """Return the place; raises ValidationError for one outside the photo."""
        parts = [data.get("x"), data.get("y")] if isinstance(data, dict) else str(data).split(",")
        try:
            x, y = (_number(part) if isinstance(data, dict) else float(str(part)) for part in parts)
        except (ValueError, InvalidBox):
            raise serializers.ValidationError(f"Expected a point as x,y, got {str(data)[:80]!r}.") from None
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise serializers.ValidationError("Expected a point inside the photo, in fractions of 0 to 1.")
        return x, y

    def to_representation(self, value: tuple[float, float]) -> dict[str, float]:
        """Return its members."""
        return {"x": value[0], "y": value[1]}


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]},
        "example": {"category": "Cups", "price_to": 50},
    }
)
class FiltersField(serializers.JSONField):
    """Values of the shop's filters by their names; in a form, the same as JSON."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Return the values as text; raises ValidationError for anything but names with plain values."""
        try:
            values = super().to_internal_value(data)
        except RecursionError:
            self.fail("invalid")
        if not isinstance(values, dict):
            raise serializers.ValidationError("Expected names of filters with their values.")
        return {str(name): _as_text(str(name), value) for name, value in values.items()}


def _as_text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str | int | float):
        return str(value)
    raise serializers.ValidationError(f"Expected text, a number or a yes or no for {name[:80]!r}.")


def _number(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 2:
        return float(value)
    raise InvalidBox(f"Expected a number from 0 to 1, got {str(value)[:40]!r}.")
