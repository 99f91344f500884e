"""Who works on which object: never two workers on one, and none for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from visualsearch.models import Lease, SyncRequest, lease_end
from visualsearch.sync.deadlocks import again_after_deadlock

TRIES = 5
"""How often a worker looks again when others were quicker."""

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

    Empty when nothing is due, or when other workers are quicker time and again.
    """
    remove_lapsed()
    for _ in range(TRIES):
        wanted = list(_due_keys(most, source))
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
    """Free the objects of workers that have died; also where the clock was set back after a lease was written."""
    # MariaDB locks all that a deletion reads, so that leases in use are not read by it.
    if dead := list(Lease.objects.lapsed().values_list("pk", flat=True)):
        Lease.objects.lapsed().filter(pk__in=dead).delete()


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


def _due_keys(most: int, source: str) -> Iterator[Key]:
    """Yield distinct due objects that nobody works on; a page may hold many wishes for one object."""
    seen: set[Key] = set()
    for key in _due_requests(source)[: most * 8]:
        if key not in seen and len(seen) < most:
            seen.add(key)
            yield key


def _due_requests(source: str) -> QuerySet[SyncRequest, Key]:
    leased = Lease.objects.filter(source=OuterRef("source"), object_key=OuterRef("object_key"))
    # Only after a failure does `due` put a wish off: else it says whose turn is first, whatever becomes of the clock.
    due = SyncRequest.objects.filter(Q(due__lte=timezone.now()) | Q(attempts=0), ~Exists(leased))
    due = due.filter(source=source) if source else due
    return due.order_by("due", "id").values_list("source", "object_key")


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
