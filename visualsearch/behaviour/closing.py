"""What is done once an answer has gone out."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponseBase


def after(response: HttpResponseBase, action: Callable[[], None]) -> None:
    """Call `action` when the server closes the response: whoever asked has the answer by then."""
    # What Django itself closes uploads with; a signal would not know which request has ended.
    response._resource_closers.append(action)  # type: ignore[attr-defined]  # not in the stubs
