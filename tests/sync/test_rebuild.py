"""Of several hosts with folders of their own one builds a snapshot, and the others have it from the storage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Product
from tests.drawing import draw_mosaic
from tests.goods import PRODUCTS, add_product, found, sync_now
from tests.sync.switch.steps import TINY, change
from visualsearch.indexes.faiss import FaissIndex
from visualsearch.models import BuildLease, SnapshotUpload, current_space
from visualsearch.opening import index_of
from visualsearch.sharing import storage
from visualsearch.sharing.uploading import GRACE
from visualsearch.sources import get_source
from visualsearch.sync import compact_where_needed, forget, rebuild, verify
from visualsearch.sync.rebuild import fill

pytestmark = pytest.mark.django_db
GOODS = 8
REASON = f"{PRODUCTS}: {GOODS} rows changed since the last snapshot."
Host = Callable[[str], None]


@pytest.fixture
def be(settings: Any, tmp_path: Path) -> Host:
    """Return a function that makes this a process that has just started on the host of this name."""
    folder = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "storage"},
    }
    settings.STORAGES = {**settings.STORAGES, "snapshots": folder}
    shared = {**settings.VISUALSEARCH, "COMPACT_FROM": 5, "SNAPSHOT_STORAGE": "snapshots"}

    def start(host: str) -> None:
        settings.VISUALSEARCH = {**shared, "DIRECTORY": tmp_path / host}

    return start


@pytest.fixture
def goods(be: Host) -> list[Product]:
    be("first")
    products = [add_product(draw_mosaic(number)) for number in range(GOODS)]
    sync_now()
    return products


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the folders of the hosts that have built a snapshot since."""
    built: list[str] = []
    publish = FaissIndex._publish

    def note(self: FaissIndex, *arguments: Any) -> None:
        built.append(self._shelf.path.parents[1].name)
        publish(self, *arguments)

    monkeypatch.setattr(FaissIndex, "_publish", note)
    return built


def details() -> dict[str, Any]:
    return index_of(current_space(PRODUCTS)).status().details


def add_more(first: int = 100) -> None:
    for number in range(first, first + 5):
        add_product(draw_mosaic(number))
    sync_now()


def hold_lease(**left: int) -> None:
    """Let another host be the builder, until its lease lapses."""
    space, until = current_space(PRODUCTS), timezone.now() + timedelta(**left)
    BuildLease.objects.create(source=space.source, fingerprint=space.fingerprint, token="other", until=until)


def test_second_host_fetches_what_the_first_has_built(be: Host, goods: list[Product], builds: list[str]) -> None:
    assert compact_where_needed() == [REASON]

    be("second")
    assert compact_where_needed() == []

    assert builds == ["first"]
    assert found(draw_mosaic(3))[0] == goods[3].sku
    assert details()["snapshot rows"] == GOODS
    assert verify(get_source(PRODUCTS)).equal


def test_host_that_has_read_the_rows_fetches_instead_of_building(
    be: Host, goods: list[Product], builds: list[str]
) -> None:
    compact_where_needed()
    upload = SnapshotUpload.objects.get()
    be("second")
    SnapshotUpload.objects.update(digest="")
    assert found(draw_mosaic(3))
    assert details()["new rows"] == GOODS
    upload.save()

    assert compact_where_needed() == []

    assert (builds, details()["new rows"]) == (["first"], 0)


def test_nobody_builds_while_another_host_does(be: Host, goods: list[Product], builds: list[str]) -> None:
    hold_lease(seconds=20)

    assert compact_where_needed() == []
    assert builds == []
    assert found(draw_mosaic(3))[0] == goods[3].sku


def test_builder_that_died_is_replaced_when_its_lease_lapses(be: Host, goods: list[Product], builds: list[str]) -> None:
    hold_lease(seconds=-1)

    assert compact_where_needed() == [REASON]
    assert (builds, SnapshotUpload.objects.count()) == (["first"], 1)


def test_host_builds_its_own_where_the_fetched_one_is_damaged_and_shares_it(
    be: Host, goods: list[Product], builds: list[str], tmp_path: Path
) -> None:
    compact_where_needed()
    for file in (tmp_path / "storage").rglob("*-vectors.f16"):
        file.write_bytes(file.read_bytes()[:-1])
    add_product(draw_mosaic(50))
    sync_now()

    be("second")
    assert compact_where_needed() == [f"{PRODUCTS}: {GOODS + 1} rows changed since the last snapshot."]
    be("third")
    assert compact_where_needed() == []

    assert builds == ["first", "second"]
    assert (details()["snapshot rows"], SnapshotUpload.objects.count()) == (GOODS + 1, 2)


def test_upload_that_failed_is_made_up_for_by_the_next_look(
    be: Host, goods: list[Product], builds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> None:
        raise OSError("The storage is away.")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "upload", fail)
        assert compact_where_needed() == [REASON]
    assert not SnapshotUpload.objects.exists()

    assert compact_where_needed() == []

    assert (builds, SnapshotUpload.objects.count()) == (["first"], 1)


def test_host_that_has_a_later_snapshot_builds_on_it(be: Host, goods: list[Product], builds: list[str]) -> None:
    compact_where_needed()
    be("second")
    compact_where_needed()
    add_more()

    assert compact_where_needed() == [f"{PRODUCTS}: 5 rows changed since the last snapshot."]
    be("first")
    assert compact_where_needed() == []

    assert builds == ["first", "second"]
    assert details()["snapshot rows"] == GOODS + 5


def test_rebuilt_index_is_shared(be: Host, goods: list[Product]) -> None:
    assert rebuild(get_source(PRODUCTS))

    assert SnapshotUpload.objects.get().source == PRODUCTS


def test_replaced_uploads_are_deleted_by_the_way(be: Host, goods: list[Product], tmp_path: Path) -> None:
    compact_where_needed()
    add_more()
    compact_where_needed()
    assert SnapshotUpload.objects.count() == 2
    SnapshotUpload.objects.update(at=timezone.now() - 2 * GRACE)

    compact_where_needed()

    assert SnapshotUpload.objects.count() == 1
    assert len([path for path in (tmp_path / "storage").rglob("*") if path.is_file()]) == 3


def test_next_embedder_is_shared_before_it_answers_and_forgotten_everywhere(
    be: Host, goods: list[Product], builds: list[str]
) -> None:
    change()
    assert SnapshotUpload.objects.get().fingerprint == current_space(PRODUCTS).fingerprint

    be("second")
    assert found(draw_mosaic(3))[0] == goods[3].sku
    assert (builds, details()["snapshot rows"]) == (["first"], GOODS)

    change("thumbnail")
    forget(TINY)

    assert "tiny-27" not in {upload.fingerprint for upload in SnapshotUpload.objects.all()}


def test_host_that_takes_over_fetches_the_first_snapshot_of_the_next_embedder(
    be: Host, goods: list[Product], builds: list[str]
) -> None:
    space = current_space(PRODUCTS)
    fill(space)
    be("second")

    fill(space)

    assert builds == ["first"]
    assert index_of(space).snapshot() is not None


def test_hosts_that_share_nothing_build_each_their_own(
    be: Host, goods: list[Product], builds: list[str], settings: Any
) -> None:
    for host in ("first", "second"):
        be(host)
        settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SNAPSHOT_STORAGE": None}
        assert compact_where_needed() == [REASON]

    assert builds == ["first", "second"]
    assert not SnapshotUpload.objects.exists()
