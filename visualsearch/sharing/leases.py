"""Which host builds: one at a time, and none for ever."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from uuid import uuid4

from django.db import DatabaseError, connection

from visualsearch.conf import get_settings
from visualsearch.indexes import Space
from visualsearch.models import BuildLease, lease_end
from visualsearch.sharing.storage import is_shared

logger = logging.getLogger(__name__)

_RENEWALS = 3
"""Renewals in one lease time, so that one that fails does no harm."""


@contextmanager
def building(space: Space) -> Iterator[bool]:
    """Hold the right to build the snapshot of a space; False while another host has it.

    It is renewed until the block ends, and lapses when the process dies. Where a lapsed builder was only slow, two
    hosts build: that costs time and harms nothing. Hosts that share no snapshots all build.
    """
    if not is_shared():
        yield True
        return
    token, over = uuid4().hex, Event()
    if not _take(space, token):
        yield False
        return
    keeper = Thread(target=_keep, args=(token, over), name="visualsearch-lease", daemon=True)
    keeper.start()
    try:
        yield True
    finally:
        over.set()
        keeper.join()
        BuildLease.objects.filter(token=token).delete()


def _take(space: Space, token: str) -> bool:
    BuildLease.objects.lapsed().delete()
    lease = BuildLease(source=space.source, fingerprint=space.fingerprint, token=token, until=lease_end())
    # Where another host was quicker its row stays.
    BuildLease.objects.bulk_create([lease], ignore_conflicts=True)
    return BuildLease.objects.filter(token=token).exists()


def _keep(token: str, over: Event) -> None:
    try:
        while not over.wait(get_settings().lease_seconds / _RENEWALS):
            try:
                BuildLease.objects.renew(token)
            except DatabaseError as error:
                logger.warning("The lease of a builder could not be renewed: %s", error)
    finally:
        connection.close()
