"""Deadlocks between workers: a database ends one of two statements that wait for each other, to be done again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from random import uniform
from time import sleep
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

from visualsearch.outages import sqlstate

TRIES = 5
"""How often the same is tried; the error is raised when the last of them fails."""
PAUSE_SECONDS = 0.05
"""The most that is waited before the second try, and so much more before each further one."""
DEADLOCK = 1213
"""ER_LOCK_DEADLOCK of MySQL and MariaDB."""
SQLSTATES = ("40001", "40P01")
"""serialization_failure and deadlock_detected of PostgreSQL."""

P = ParamSpec("P")
T = TypeVar("T")


def is_deadlock(error: BaseException) -> bool:
    """Tell whether a database ended a statement for another one that waited for it, so that doing it again helps."""
    if not isinstance(error, OperationalError):
        return False
    return error.args[:1] == (DEADLOCK,) or sqlstate(error) in SQLSTATES


def again_after_deadlock(function: Callable[P, T]) -> Callable[P, T]:
    """Do the same again where it was ended by a deadlock; within a transaction, which is over then, raise it."""

    @wraps(function)
    def persistent(*args: P.args, **kwargs: P.kwargs) -> T:
        for tried in range(1, TRIES):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not is_deadlock(error):
                    raise
            sleep(uniform(0, PAUSE_SECONDS * tried))  # noqa: S311 - no secret
        return function(*args, **kwargs)

    return persistent
