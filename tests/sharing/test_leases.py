"""One host builds, and none for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from tests.indexes.journal import SPACE
from tests.processes import wait_until
from visualsearch.indexes import Space
from visualsearch.models import BuildLease
from visualsearch.sharing import building

pytestmark = pytest.mark.django_db
OTHER = Space(source="shop.product", fingerprint="other-8", dimensions=8)


def die_while_building(**late: int) -> None:
    """Leave the lease of a host that died, as old as is said."""
    until = timezone.now() + timedelta(**late)
    BuildLease.objects.create(source=SPACE.source, fingerprint=SPACE.fingerprint, token="dead", until=until)


def test_one_host_builds_one_space_at_a_time() -> None:
    with building(SPACE) as first, building(SPACE) as second, building(OTHER) as third:
        assert (first, second, third) == (True, False, True)

    assert not BuildLease.objects.exists()
    with building(SPACE) as again:
        assert again


def test_failed_build_gives_the_lease_back() -> None:
    with pytest.raises(OSError, match="full"), building(SPACE):
        raise OSError("The disk is full.")

    assert not BuildLease.objects.exists()


def test_host_that_was_refused_leaves_the_builder_its_lease() -> None:
    with building(SPACE):
        with building(SPACE):
            pass
        assert BuildLease.objects.exists()


@pytest.mark.parametrize(
    ("late", "ours"),
    [({"seconds": -1}, True), ({"seconds": 20}, False), ({"days": 1}, True)],
    ids=["lapsed", "held", "written before the clock was set back"],
)
def test_dead_builder_is_waited_for_until_its_lease_lapses(late: dict[str, int], ours: bool) -> None:
    die_while_building(**late)

    with building(SPACE) as taken:
        assert taken is ours


def test_hosts_that_share_nothing_all_build(settings: Any) -> None:
    settings.VISUALSEARCH = {}

    with building(SPACE) as first, building(SPACE) as second:
        assert first
        assert second
    assert not BuildLease.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_lease_is_renewed_while_it_is_built_and_no_longer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VISUALSEARCH |= {"LEASE_SECONDS": 0.3}
    renew, renewed = BuildLease.objects.renew, []

    def note(token: str) -> None:
        renewed.append(token)
        if len(renewed) == 1:
            raise DatabaseError("The server starts again.")
        renew(token)

    monkeypatch.setattr(BuildLease.objects, "renew", note)
    with building(SPACE):
        before = BuildLease.objects.get().until
        wait_until(lambda: BuildLease.objects.get().until > before, 20, "the lease is renewed")

    assert len(set(renewed)) == 1
    assert len(renewed) >= 2
