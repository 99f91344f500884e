"""What went wrong, in words for a shopper."""

from __future__ import annotations

from django.utils.translation import gettext as _

from visualsearch.conf import get_settings
from visualsearch.exceptions import (
    CannotFetch,
    EmbedderUnavailable,
    ForbiddenAddress,
    ImageTooLarge,
    ImageTooPlain,
    ImageTooSmall,
    IndexUnavailable,
    InvalidBox,
    InvalidImage,
    SearchForgotten,
    UnsupportedFormat,
    VisualSearchError,
)


def in_words(error: VisualSearchError) -> str:
    """Return what happened and what to do about it; never a detail of the machine."""
    match error:
        case ImageTooLarge():
            settings = get_settings()
            megabytes = settings.image_bytes_most / 1_000_000
            pixels = settings.image_pixels_most / 1_000_000
            return _(
                "This photo is too large: at most %(megabytes)g MB and %(pixels)g megapixels. Choose a smaller one."
            ) % {"megabytes": megabytes, "pixels": pixels}
        case ImageTooSmall():
            return _("This photo is too small: there is nothing to see in fewer than %(side)d pixels.") % {
                "side": get_settings().photo_side_least
            }
        case ImageTooPlain():
            return _("There is nothing to find in one flat colour. Choose another photo, or another part of it.")
        case UnsupportedFormat():
            return _("We cannot read files of this kind. Choose a JPEG, PNG, WebP, GIF or AVIF.")
        case InvalidImage():
            return _("This is not a picture that we can read. Choose a JPEG, PNG, WebP, GIF or AVIF.")
        case InvalidBox():
            return _("The part must lie inside the photo: left before right, top before bottom, from 0 to 100.")
        case ForbiddenAddress():
            return _("This address cannot be used: only pictures on the public web can be fetched, by http or https.")
        case CannotFetch():
            return _("No picture can be fetched from this address. Check it, or save the picture and choose it here.")
        case SearchForgotten():
            return _("This search is no longer remembered. Send the photo again.")
        case EmbedderUnavailable() | IndexUnavailable():
            return _("Searching is not possible at the moment. Please try again in a minute.")
    return _("This search cannot be made. Begin anew with a photo.")


def status_of(error: VisualSearchError) -> int:
    """Return the status of HTTP that fits."""
    match error:
        case ImageTooLarge():
            return 413
        case SearchForgotten():
            return 410
        case EmbedderUnavailable() | IndexUnavailable():
            return 503
    return 400
