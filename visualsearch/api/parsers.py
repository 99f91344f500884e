"""Bodies that are read within limits."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from visualsearch.exceptions import ImageTooLarge

JSON_BYTES_MOST = 262_144


class ShortJSONParser(JSONParser):
    """JSON of at most 256 KB, as deep as Python reads it."""

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        """Return what the body says; raises ParseError and ImageTooLarge."""
        body = stream.read(JSON_BYTES_MOST + 1)
        if len(body) > JSON_BYTES_MOST:
            raise ImageTooLarge(f"Expected JSON of at most {JSON_BYTES_MOST:,} bytes, got more.")
        try:
            return super().parse(BytesIO(body), media_type, parser_context)
        except (RecursionError, LookupError) as error:
            raise ParseError("Expected JSON in UTF-8 that is not so deep.") from error
