"""A check for schemathesis: invalid data is refused, where it can be told from valid data on the wire."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response
from schemathesis.specs.openapi.checks import negative_data_rejection

FORM = "multipart/form-data"


@schemathesis.check
def invalid_data_rejection(context: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """Hold for every body but a form.

    A form carries text alone: an empty one is no value, of several of one name the last counts, and a number and its
    text are one. What violates the description before it is sent may arrive as what it allows.
    """
    return None if case.media_type == FORM else negative_data_rejection(context, response, case)
