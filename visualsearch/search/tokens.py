"""The signed text that holds a search without its photo: in the address of the page, and in answers of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core import signing

from visualsearch.conf import get_settings
from visualsearch.exceptions import InvalidBox, SearchForgotten
from visualsearch.images import Box
from visualsearch.search.seen import Seen

_SALT = "visualsearch.search"
_STEPS = 1000
"""Of a side of the photo: how finely a box is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A search by a photo, which the token itself does not hold."""

    source: str
    seen: Seen
    photo_id: str
    """By which the shopper's own browser finds the photo again; says nothing of it to others."""
    box: Box | None
    boxes: tuple[Box, ...]
    """Suggested ones."""
    size: tuple[int, int] | None = None
    """Width and height of the photo, where they were of interest."""
    kept_as: str = ""
    """Name of the photo in the shop's storage, where the shop keeps it."""

    def token(self) -> str:
        """Return it signed, with the time, fit for an address."""
        values = {
            "source": self.source,
            "seen": self.seen.as_dict(),
            "photo": self.photo_id,
            "box": _written(self.box) if self.box else None,
            "boxes": [_written(box) for box in self.boxes],
            "size": self.size,
            "kept": self.kept_as,
        }
        return signing.dumps(values, salt=_SALT, compress=True)


def read_token(token: str) -> Remembered:
    """Return what the token holds; raises SearchForgotten for one that has expired or was not made here."""
    try:
        values = signing.loads(token, salt=_SALT, max_age=get_settings().link_seconds)
        return Remembered(
            source=values["source"],
            seen=Seen.read(values["seen"]),
            photo_id=values["photo"],
            box=_read(values["box"]) if values["box"] else None,
            boxes=tuple(_read(box) for box in values["boxes"]),
            size=_size(values["size"]) if values.get("size") else None,
            kept_as=values.get("kept", ""),
        )
    except signing.BadSignature as error:
        raise SearchForgotten("Expected a token of ours that has not expired.") from error
    except (KeyError, TypeError, ValueError, InvalidBox) as error:  # signed by another version
        raise SearchForgotten(f"Expected a token of this version: {error}.") from error


def _written(box: Box) -> list[int]:
    left, top = round(box.x * _STEPS), round(box.y * _STEPS)
    right, bottom = round((box.x + box.width) * _STEPS), round((box.y + box.height) * _STEPS)
    return [left, top, max(right, left + 1), max(bottom, top + 1)]


def _read(edges: list[Any]) -> Box:
    left, top, right, bottom = (edge / _STEPS for edge in edges)
    return Box(left, top, right - left, bottom - top)


def _size(sides: list[Any]) -> tuple[int, int]:
    width, height = sides
    return int(width), int(height)
