"""The form of the shop-by-photo page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from visualsearch.exceptions import InvalidBox
from visualsearch.images import Box

PHOTO_TYPES = "image/jpeg,image/png,image/webp,image/gif,image/avif,image/bmp,image/tiff"


class PhotoForm(forms.Form):
    """A photo, and the region of it to search with."""

    photo = forms.FileField(
        label=_("Your photo"),
        help_text=_("JPEG, PNG, WebP, GIF, AVIF, BMP or TIFF. It is used for this search and not kept."),
        error_messages={
            "required": _("Choose or take a photo first."),
            "empty": _("The file is empty. Choose another."),
        },
        widget=forms.FileInput(attrs={"accept": PHOTO_TYPES}),
    )
    box = forms.CharField(
        label=_("Part of the photo"),
        required=False,
        max_length=100,
        help_text=_("Left, top, width and height as fractions, for example 0.25,0.25,0.5,0.5. Empty: the whole photo."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": "0.25,0.25,0.5,0.5"}),
    )

    def clean_box(self) -> Box | None:
        """Return the box, or None for the whole photo."""
        text: str = self.cleaned_data["box"]
        try:
            return Box.parse(text) if text.strip() else None
        except InvalidBox as error:
            raise forms.ValidationError(str(error)) from error

    def say(self, field: str, error: Any) -> None:
        """Show an error of the search beside the field that it is about."""
        self.add_error(field, str(error))
