"""The form of the shop-by-photo page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from visualsearch.exceptions import InvalidBox
from visualsearch.images import Box

PHOTO_TYPES = "image/jpeg,image/png,image/webp,image/gif,image/avif,image/bmp,image/tiff"
EDGES = ("left", "top", "right", "bottom")
WHOLE = (0.0, 0.0, 100.0, 100.0)


class PartForm(forms.Form):
    """The part of a photo to search with, as four edges in percent; none of them: the whole photo."""

    left = forms.FloatField(label=_("Left edge"), required=False)
    top = forms.FloatField(label=_("Top edge"), required=False)
    right = forms.FloatField(label=_("Right edge"), required=False)
    bottom = forms.FloatField(label=_("Bottom edge"), required=False)
    part = forms.CharField(required=False, max_length=100)
    """The same edges in one value: that of a suggested part's button."""

    def clean(self) -> dict[str, Any]:
        """Add `box`, None for the whole photo."""
        values = super().clean() or self.cleaned_data
        edges = _edges(values.get("part", "")) or [values.get(name) for name in EDGES]
        values["box"] = None
        if any(name in self.errors for name in EDGES) or all(edge is None for edge in edges):
            return values
        left, top, right, bottom = (
            (whole if edge is None else edge) / 100 for edge, whole in zip(edges, WHOLE, strict=True)
        )
        try:
            box = Box(left, top, right - left, bottom - top)
        except InvalidBox:
            message = _("The part must lie inside the photo: left before right, top before bottom, from 0 to 100.")
            raise forms.ValidationError(message) from None
        values["box"] = None if (left, top, right, bottom) == (0, 0, 1, 1) else box
        return values


class PhotoForm(PartForm):
    """A photo or its address, and the part of it to search with."""

    photo = forms.FileField(
        label=_("Your photo"),
        required=False,
        error_messages={"empty": _("The file is empty. Choose another.")},
        widget=forms.FileInput(attrs={"accept": PHOTO_TYPES}),
    )
    photo_url = forms.CharField(label=_("A picture's address"), required=False, max_length=2048)


def _edges(part: str) -> list[float | None]:
    """Return the four edges of a button's value; none of anything else."""
    try:
        edges: list[float | None] = [float(edge) for edge in part.split(",")]
    except ValueError:
        return []
    return edges if len(edges) == len(EDGES) else []
