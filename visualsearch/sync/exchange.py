"""From one index to another without a bad minute: the second is filled beside the first, proved equal, then answers."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.db import transaction

from visualsearch.conf import get_settings
from visualsearch.exceptions import CannotExchange
from visualsearch.indexes import Space, index_class
from visualsearch.models import Embedding, ServingIndex, current_space
from visualsearch.opening import open_index
from visualsearch.sources import all_sources
from visualsearch.sync.comparison import Comparison, compare
from visualsearch.sync.objects import SyncReport, finish, outstanding
from visualsearch.sync.observing import who_disagrees
from visualsearch.sync.publish import active_spaces, publish
from visualsearch.sync.rebuild import fill
from visualsearch.sync.reconcile import reconcile
from visualsearch.sync.verify import find_differing

logger = logging.getLogger(__name__)


def want_index(name: str) -> None:
    """Wish that this index answers searches; the one that does is a wish to fill nothing.

    Raises IndexUnavailable when there is no such class.
    """
    index_class(name)
    with transaction.atomic():
        now = ServingIndex.hold()
        now.wanted, now.setting = name, get_settings().index
        now.save()


def follow_index_setting() -> None:
    """Wish for the index of the setting when it has changed in every worker that is alive; raises IndexUnavailable."""
    name = get_settings().index
    with transaction.atomic():
        changed = ServingIndex.hold().setting != name
    if changed and not (others := who_disagrees("index", name)):
        want_index(name)
    elif changed:
        logger.warning(
            "The setting names the index %s here, but not for %s: nothing changes until they agree, or somebody runs "
            "`visualsearch_rebuild --index %s`.",
            name,
            ", ".join(others),
            name,
        )


def exchange_here() -> Iterator[SyncReport | Comparison]:
    """Fill the wanted index and let it answer, here and now; yields what was synced for it, then the comparisons.

    Raises CannotExchange where it would find less, which takes the wish back, and IndexUnavailable.
    """
    name = ServingIndex.read().wanted
    if _lacks_values(name):
        _ask_for_values()
        yield from finish()
    yield from _exchange(name)


def go_on_exchanging() -> None:
    """Go on with an exchange where one is wished for, as far as it goes now; raises what `exchange_here` raises."""
    now = ServingIndex.read()
    if not now.is_building:
        return
    if not _lacks_values(now.wanted):
        _exchange(now.wanted)
    elif not outstanding():
        _ask_for_values()


def _lacks_values(name: str) -> bool:
    """Tell whether rows do not say yet what the index is to narrow by."""
    if not index_class(name).supports_conditions:
        return False
    names = [source.name for source in all_sources()]
    return Embedding.objects.ready().filter(source__in=names, attributes__isnull=True).exists()


def _ask_for_values() -> None:
    for source in all_sources():
        reconcile(source)


def _exchange(name: str) -> list[Comparison]:
    """Fill, prove, compare, and cut over; returns the comparisons."""
    for space in active_spaces():
        fill(space, name)
    spaces = [current_space(source.name) for source in all_sources()]
    found = [one for one in (_examine(space, name) for space in spaces) if one]
    publish()
    if _cut_over(name):
        logger.warning("Searches are answered by the index %s now.", name)
    return found


def _examine(space: Space, name: str) -> Comparison | None:
    """Prove that the index holds what the rows do, and compare what it finds with what the serving one does."""
    if blocks := find_differing(space, name):
        _withdraw(name)
        raise CannotExchange(
            f"The index {name} of {space.source} does not hold what the rows do, in {len(blocks)} blocks: it is not "
            f"taken. Empty it with visualsearch_rebuild, or look at its engine, and try again."
        )
    compared = compare(space, open_index(space), open_index(space, name))
    if compared and not compared.is_good_enough:
        _withdraw(name)
        raise CannotExchange(
            f"The index {name} of {space.source} finds {compared.wanted.recall:.3f} of the exact ten nearest, less "
            f"than RECALL_TARGET and than the index that answers: it is not taken. Set its engine to search further."
        )
    return compared


def _withdraw(name: str) -> None:
    with transaction.atomic():
        now = ServingIndex.hold()
        if now.wanted == name:
            now.wanted = now.serving
            now.save()


def _cut_over(name: str) -> bool:
    with transaction.atomic():
        now = ServingIndex.hold()
        if now.wanted != name or not now.is_building:
            return False
        now.previous, now.serving = now.serving, name
        now.save()
    return True
