"""From the OPTIONS of a setting to the arguments of an embedder's class, with errors that name what is known."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from visualsearch.exceptions import InvalidOptions

PRECISIONS = ("auto", "bfloat16", "float32")
"""What a network may multiply; `auto` is what the processor computes faster."""

Built = TypeVar("Built")
Choice = TypeVar("Choice", bound=str)


def build(kind: type[Built], name: str, options: Mapping[str, Any]) -> Built:
    """Return an object of this class, its OPTIONS as keyword arguments; raises InvalidOptions for unknown ones."""
    parameters = inspect.signature(kind).parameters.values()
    named = [one for one in parameters if one.kind in (one.KEYWORD_ONLY, one.POSITIONAL_OR_KEYWORD)]
    known = sorted(one.name for one in named)
    takes_all = any(one.kind is one.VAR_KEYWORD for one in parameters)
    if not takes_all and (unknown := sorted(set(options) - set(known))):
        raise InvalidOptions(
            f"The backend {name!r} has no option {unknown[0]!r}. Its options: {', '.join(known) or 'none'}."
        )
    if missing := [one.name for one in named if one.default is one.empty and one.name not in options]:
        raise InvalidOptions(f"The backend {name!r} needs the option {missing[0]!r}.")
    return kind(**options)


def check_choice(option: str, value: Any, choices: Collection[Choice]) -> Choice:
    """Return which of the choices the value is; raises InvalidOptions when it is none of them."""
    for choice in choices:
        if choice == value:
            return choice
    raise InvalidOptions(f"The option {option!r} is {value!r}; expected one of {', '.join(sorted(choices))}.")


def check_text(option: str, value: Any) -> str:
    """Return the value; raises InvalidOptions when it is no text, or empty."""
    if not (isinstance(value, str) and value):
        raise InvalidOptions(f"The option {option!r} is {value!r}; expected text.")
    return value


def check_flag(option: str, value: Any) -> bool:
    """Return the value; raises InvalidOptions when it is neither True nor False."""
    if not isinstance(value, bool):
        raise InvalidOptions(f"The option {option!r} is {value!r}; expected True or False.")
    return value


def check_numbers(option: str, value: Any, count: int) -> tuple[float, ...]:
    """Return the value as numbers; raises InvalidOptions when it is not so many of them."""
    if not (isinstance(value, Sequence) and len(value) == count and all(isinstance(one, float | int) for one in value)):
        raise InvalidOptions(f"The option {option!r} is {value!r}; expected {count} numbers.")
    return tuple(float(one) for one in value)
