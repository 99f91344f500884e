"""What a shop calls where it changes objects without a signal: `QuerySet.update`, `bulk_create`, SQL."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Model
from django.dispatch import Signal

sync_requested = Signal()
"""Somebody asks for a sync of `objects`."""


def request_sync(objects: Iterable[Model]) -> None:
    """Ask that searches find these objects as they are now, and those whose pictures hang on them.

    It does what a save of each would: called in the transaction that changes them, it holds or is undone with it.
    Objects of no source, and of no model that one follows, ask for nothing.
    """
    sync_requested.send(sender=None, objects=objects)
