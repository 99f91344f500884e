"""From one embedder to another without a bad minute: the second space is built beside the first, then takes over."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic, sleep

from django.db import transaction
from django.utils import timezone

from visualsearch.conf import get_settings
from visualsearch.embedders import load_embedder, normalise_name
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.models import Embedding, EmbeddingState, ServingEmbedder, space_of
from visualsearch.sources import all_sources
from visualsearch.sync.batches import batched
from visualsearch.sync.gap import TRIES, read_gap
from visualsearch.sync.journal import request_sync
from visualsearch.sync.leases import Key, lease_objects, remove_lapsed
from visualsearch.sync.objects import WAIT_SECONDS, SyncReport, finish, sync_outstanding, sync_work
from visualsearch.sync.observing import who_disagrees
from visualsearch.sync.rebuild import fill
from visualsearch.sync.reconcile import reconcile

logger = logging.getLogger(__name__)


def want(name: str) -> None:
    """Wish that this embedder answers searches; the one that does is a wish to build nothing.

    Raises EmbedderUnavailable when it cannot be loaded.
    """
    name = normalise_name(name)
    embedder = load_embedder(name)
    if problems := embedder.check():
        raise EmbedderUnavailable(problems[0].msg)
    with transaction.atomic():
        now = ServingEmbedder.hold()
        now.wanted, now.setting = name, get_settings().embedder
        # One that cannot even be loaded answers nobody: there is nothing to be built beside.
        if not _is_available(now.serving):
            now.serving = name
        now.save()


def want_previous() -> str:
    """Wish the way back, and return its name: to the embedder before, or from one that has not taken over yet."""
    now = ServingEmbedder.read()
    name = now.serving if now.is_building else now.previous
    if not name:
        raise EmbedderUnavailable("No other embedder has answered searches before, so there is no way back.")
    want(name)
    return name


def follow_setting() -> None:
    """Wish for the embedder of the setting when it has changed in every worker that is alive.

    One host that is set up wrongly changes nothing by itself. Raises EmbedderUnavailable.
    """
    name = get_settings().embedder
    with transaction.atomic():
        changed = ServingEmbedder.hold().setting != name
    if changed and not (others := who_disagrees("embedder", name)):
        want(name)
    elif changed:
        logger.warning(
            "The setting names the embedder %s here, but not for %s: nothing changes until they agree, or somebody "
            "runs `visualsearch_rebuild --embedder %s`.",
            name,
            ", ".join(others),
            name,
        )


def build(*, seconds: float | None = None, failed_before: datetime | None = None) -> Iterator[SyncReport]:
    """Embed what the wanted space lacks, for about `seconds` at most; yields a report a batch.

    Other work that is due goes before each batch, so that no save waits. A picture that failed is tried again
    where it failed before `failed_before`, by default the retry time ago.
    """
    gap = read_gap()
    if gap is None:
        return
    end = monotonic() + seconds if seconds else None
    remove_lapsed()
    for page in gap.gone():
        _request(page)
    for page in gap.lacking(failed_before or timezone.now() - timedelta(seconds=get_settings().retry_seconds)):
        for keys in batched(page, get_settings().batch_size):
            yield from sync_outstanding()
            if gap != read_gap() or (end and monotonic() > end):
                return
            if work := lease_objects(keys):
                yield sync_work(work)
                # A wish is worked on for both embedders, so that the rows of both end up saying the same.
                _request(gap.disputed(keys))
    yield from sync_outstanding()


def finish_building() -> Iterator[SyncReport]:
    """Build and take over here and now, with the help of every worker; yields a report a batch.

    Ends without having taken over when something cannot be embedded after several tries.
    """
    if take_over():
        yield from sync_outstanding()
        return
    yield from finish()
    tries, fewest, started = 0, None, timezone.now()
    while not take_over() and tries <= TRIES:
        yield from build(failed_before=started)
        gap = read_gap()
        left = gap.size() if gap else 0
        if fewest is None or left < fewest:
            fewest = left
        elif gap and gap.is_worked_on():
            sleep(WAIT_SECONDS)
        else:
            # What is left has failed: it is tried again now, also where it was put off.
            tries, started = tries + 1, timezone.now()
            yield from finish()
    yield from sync_outstanding()


def take_over() -> bool:
    """Let the wanted embedder answer once it finds all that the serving one does; tells whether nothing is being built.

    Searches that run meanwhile end in the space in which they began; both are whole.
    """
    now = ServingEmbedder.read()
    if not now.is_building:
        return True
    if not _is_complete():
        return False
    wanted = load_embedder(now.wanted)
    wanted.prepare()
    for source in all_sources():
        fill(space_of(source.name, wanted))
    if not _cut_over(now, wanted.fingerprint):
        return False
    logger.warning("Searches are answered by the embedder %s now, no longer by %s.", now.wanted, now.serving)
    for source in all_sources():
        reconcile(source)
    return True


def _is_complete() -> bool:
    gap = read_gap()
    return gap is None or gap.is_closed()


def _cut_over(seen: ServingEmbedder, fingerprint: str) -> bool:
    with transaction.atomic():
        # From here to the end of the transaction no worker ends its work: what is compared is what is searched next.
        now = ServingEmbedder.hold()
        if now.active != seen.active or not _is_complete():
            return False
        now.previous, now.serving = now.serving, now.wanted
        now.save()
        failed = Embedding.objects.filter(fingerprint=fingerprint, state=EmbeddingState.FAILED)
        # While it was built they needed no wish; from now on they are tried again like all others.
        _request(list(failed.values_list("source", "object_key").distinct()))
    return True


def _is_available(name: str) -> bool:
    try:
        return bool(load_embedder(name).fingerprint)
    except EmbedderUnavailable as error:
        logger.warning("The embedder %s cannot answer any more: %s", name, error)
        return False


def _request(keys: list[Key]) -> None:
    for source in {source for source, _ in keys}:
        request_sync(source, [key for name, key in keys if name == source])
