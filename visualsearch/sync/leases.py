"""Who works on which object: never two workers on one, and none for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from visualsearch.conf import get_settings
from visualsearch.models import Lease, SyncRequest, lease_end
from visualsearch.sync.deadlocks import again_after_deadlock

TRIES = 5
"""How often a worker looks again when others were quicker."""

WORKER_ENDED = "The worker that had this in hand ended without a word."
"""What is said of an object whose lease has lapsed."""

Key = tuple[str, str]
"""Source and primary key of an object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An object that this worker alone may work on now."""

    source: str
    object_key: str
    token: str
    requests: tuple[SyncRequest, ...]
    """The wishes that this work fulfils; one written later stays."""

    @property
    def attempts(self) -> int:
        """Failures in a row so far."""
        return max((request.attempts for request in self.requests), default=0)


def lease_work(most: int, *, source: str = "") -> list[Work]:
    """Lease up to `most` objects whose sync is due, the longest waiting first; of one source, if named.

    One that was tried before is leased alone: what is wrong with it then stops no other. Empty when nothing is due, or
    when other workers are quicker time and again.
    """
    remove_lapsed()
    for _ in range(TRIES):
        wanted = _due_keys(most, source)
        if not wanted:
            break
        if work := _unfinished(lease_objects(wanted)):
            return work
    return []


def _unfinished(work: list[Work]) -> list[Work]:
    """Give back the objects that another worker finished before they were leased."""
    for item in work:
        if not item.requests:
            give_back(item)
    return [item for item in work if item.requests]


@again_after_deadlock
def lease_objects(wanted: list[Key]) -> list[Work]:
    """Lease those of the objects that nobody else works on."""
    if not wanted:
        return []
    token = uuid4().hex
    # In one order for all: PostgreSQL ends two workers' insertions that wait for each other.
    leases = [Lease(source=source, object_key=key, token=token, until=lease_end()) for source, key in sorted(wanted)]
    # Where another worker was quicker its row stays, and the object is not ours.
    Lease.objects.bulk_create(leases, ignore_conflicts=True)
    ours = set(Lease.objects.filter(token=token).values_list("source", "object_key"))
    return _read_work(token, [key for key in wanted if key in ours])


@again_after_deadlock
def remove_lapsed() -> None:
    """Free the objects of workers that have died; also where the clock was set back after a lease was written.

    What was in a dead worker's hands counts as tried, by all of its wishes: one object may have ended the worker.
    """
    # MariaDB locks all that a deletion reads, so that leases in use are not read by it.
    for lease in Lease.objects.lapsed():
        with transaction.atomic():
            is_ours, _ = Lease.objects.lapsed().filter(pk=lease.pk).delete()
            if is_ours and lease.until < timezone.now():
                _count_attempt(lease.source, lease.object_key)


def _count_attempt(source: str, object_key: str) -> None:
    requests = SyncRequest.objects.filter(source=source, object_key=object_key)
    attempts = max(requests.values_list("attempts", flat=True), default=0)
    # At once for the first time, since it was perhaps another of the same batch; then it was alone.
    due = next_try(attempts) if attempts else timezone.now()
    ended = {"attempts": attempts + 1, "error": WORKER_ENDED, "due": due}
    if not requests.update(**ended):
        # Of a batch that no wish led to, as of a new embedder: it is tried alone from now on.
        SyncRequest.objects.create(source=source, object_key=object_key, **ended)


def next_try(attempts: int) -> datetime:
    """Return when an object is tried again that has failed so often in a row."""
    settings = get_settings()
    pause = min(settings.retry_seconds * 2.0 ** min(attempts - 1, 40), settings.retry_seconds_most)
    return timezone.now() + timedelta(seconds=pause)


@again_after_deadlock
def renew(token: str) -> None:
    """Keep what is leased under this token for another lease time."""
    Lease.objects.renew(token)


def still_held(work: Work) -> bool:
    """Tell whether the object is still ours, and hold it to the end of the transaction."""
    lease = Lease.objects.filter(source=work.source, object_key=work.object_key, token=work.token)
    return lease.select_for_update().first() is not None


@again_after_deadlock
def give_back(work: Work) -> None:
    """End the lease of one object."""
    Lease.objects.filter(source=work.source, object_key=work.object_key, token=work.token).delete()


def _due_keys(most: int, source: str) -> list[Key]:
    """Return distinct due objects that nobody works on: the first alone where it was tried before, or untried ones."""
    page = list(_due_requests(source)[: most * 8])  # which may hold many wishes for one object
    if page and page[0][2]:
        return [page[0][:2]]
    return list(dict.fromkeys((name, key) for name, key, was_tried in page if not was_tried))[:most]


def _due_requests(source: str) -> QuerySet[SyncRequest, tuple[str, str, bool]]:
    same = {"source": OuterRef("source"), "object_key": OuterRef("object_key")}
    leased = Lease.objects.filter(**same)
    tried = SyncRequest.objects.filter(**same, attempts__gt=0)
    # Only after a failure does `due` put a wish off: else it says whose turn is first, whatever becomes of the clock.
    due = SyncRequest.objects.filter(Q(due__lte=timezone.now()) | Q(attempts=0), ~Exists(leased))
    due = due.filter(source=source) if source else due
    return due.order_by("due", "id").values_list("source", "object_key", Exists(tried))


def _read_work(token: str, keys: list[Key]) -> list[Work]:
    requests: dict[Key, list[SyncRequest]] = {key: [] for key in keys}
    # Read after the lease was taken: what is not seen here is left for the next worker.
    for request in SyncRequest.objects.filter(object_key__in=[key for _, key in keys]):
        if (request.source, request.object_key) in requests:
            requests[request.source, request.object_key].append(request)
    return [
        Work(source=source, object_key=key, token=token, requests=tuple(found))
        for (source, key), found in requests.items()
    ]
