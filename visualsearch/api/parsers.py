"""Bodies that are read within limits."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from visualsearch.exceptions import ImageTooLarge

JSON_BYTES_MOST = 262_144

DEPTH_MOST = 20
"""Lists and objects in one another; nothing that the API takes lies deeper than 6."""


_TOO_DEEP = "Expected JSON in UTF-8 that is not so deep."


class ShortJSONParser(JSONParser):
    """JSON of at most 256 KB that is not deep."""

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        """Return what the body says; raises ParseError and ImageTooLarge."""
        body = stream.read(JSON_BYTES_MOST + 1)
        if len(body) > JSON_BYTES_MOST:
            raise ImageTooLarge(f"Expected JSON of at most {JSON_BYTES_MOST:,} bytes, got more.")
        try:
            value = super().parse(BytesIO(body), media_type, parser_context)
        except (RecursionError, LookupError) as error:
            raise ParseError(_TOO_DEEP) from error
        if is_deep(value):
            raise ParseError(_TOO_DEEP)
        return value


def is_deep(value: Any) -> bool:
    """Tell whether a value of JSON has more levels than anybody needs: to write or compare it may end in an error."""
    level = [value]
    for _ in range(DEPTH_MOST + 1):
        level = [part for one in level for part in _parts_of(one)]
        if not level:
            return False
    return True


def _parts_of(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
