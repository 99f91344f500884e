"""From a record of the log to one line of JSON."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

FIELDS = "visualsearch"
"""Attribute of a log record that holds its fields."""

_PLAIN = re.compile(r"[\w.,:;/@+-]*", re.ASCII)


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object: time, level, logger, message, and the fields of ours."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def tell(logger: logging.Logger, message: str, fields: dict[str, Any]) -> None:
    """Log one line whose fields stand in it, and beside it for a formatter.

    A value may be a stranger's, such as the name of a source: whatever could end the line, or look like another field,
    stands in quotes, written as JSON does.
    """
    words = " ".join(f"{name}={_in_one_word(str(value))}" for name, value in fields.items())
    logger.info("%s %s", message, words, extra={FIELDS: fields})


def _in_one_word(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else json.dumps(value)
