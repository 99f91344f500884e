"""From a record of the log to one line of JSON."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

FIELDS = "visualsearch"
"""Attribute of a log record that holds its fields."""


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
    """Log one line whose fields stand in it, and beside it for a formatter."""
    words = " ".join(f"{name}={value}" for name, value in fields.items())
    logger.info("%s %s", message, words, extra={FIELDS: fields})
