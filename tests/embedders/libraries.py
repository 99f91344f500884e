"""Which tests need a library that is optional; importing it to find out would take seconds, or need a cure first."""

from __future__ import annotations

from importlib.util import find_spec

import pytest


def needs(*libraries: str) -> pytest.MarkDecorator:
    """Return a mark that skips tests where one of these is not installed."""
    missing = [library for library in libraries if find_spec(library) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")
