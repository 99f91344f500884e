"""Workers and web processes on several hosts, as processes with folders of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.demo.children import Child
from tests.browsing import Visitor
from tests.drawing import draw_mosaic
from tests.hosts import folder_storage, hosts_of, newest_of, snapshots_of
from tests.processes import Shop, kill, wait_until
from tests.s3 import s3_server, s3_storage
from tests.servers import missing_servers, own_servers
from tests.stock import write_catalogue

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(missing_servers()), reason=missing_servers())]
PICTURES = 90
SECONDS = 90.0
BUILD_FOR_EVER = """
import time
from visualsearch.models import current_space
from visualsearch.sharing import building
with building(current_space("catalog.product")) as ours:
    time.sleep(600)
"""


@pytest.fixture(params=["files"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Return what STORAGES says of where the hosts share snapshots."""
    if request.param == "s3":
        with s3_server() as address:
            yield s3_storage(address)
    else:
        yield folder_storage(tmp_path / "storage")


@pytest.fixture
def hosts(storage: dict[str, Any], tmp_path: Path) -> Iterator[list[Shop]]:
    """Return two hosts of one shop, which need few rows for a snapshot and wait for nobody's turn for long."""
    with (
        own_servers() as servers,
        hosts_of(
            tmp_path,
            servers,
            "first",
            "second",
            SNAPSHOTS=json.dumps(storage),
            SETTINGS=json.dumps({"IVF_FROM": 60, "COMPACT_FROM": 10, "COMPACT_SECONDS": 1.0}),
            API_THROTTLED="0",
            VISUALSEARCH_LEASE_SECONDS="3",
            VISUALSEARCH_SWEEP_SECONDS="1",
        ) as hosts,
    ):
        yield hosts
        print("\n".join(host.logs() for host in hosts))


@pytest.mark.parametrize("storage", ["files", "s3"], indirect=True)
def test_workers_on_two_hosts_embed_each_picture_once_and_both_find_it(hosts: list[Shop], tmp_path: Path) -> None:
    first, second = hosts
    first.start_beat()
    workers = [host.start_worker(beat=False, loglevel="info") for host in (first, first, second, second)]
    addresses = [first.start_server("--workers", "2"), second.start_server()]

    _import(first, tmp_path, PICTURES)

    _assert_each_picture_has_one_row(first, PICTURES)
    _assert_found_by(addresses, range(PICTURES))
    # The same bytes: what one has built the other has fetched.
    wait_until(lambda: newest_of(first) == newest_of(second) != b"", SECONDS, "both have the same snapshot")
    _assert_nothing_was_built_twice(first, workers)
    for host in hosts:
        host.command("visualsearch_verify")

    second.do("Product.objects.filter(sku='M7').update(is_active=False)")
    for address in addresses:
        with Visitor(address) as visitor:
            assert "M7" not in visitor.search(draw_mosaic(7))


def test_workers_killed_on_one_host_are_made_good_by_the_other(hosts: list[Shop], tmp_path: Path) -> None:
    first, second = hosts
    second.start_beat()
    addresses = [first.start_server(), second.start_server()]
    first.manage("import_catalog", str(write_catalogue(tmp_path / "feed", PICTURES)))
    workers = [first.start_worker(beat=False) for _ in range(2)]
    wait_until(lambda: _count(first, "embedding") >= PICTURES // 4, SECONDS, "a quarter is embedded")
    for worker in workers:
        kill(worker)
    done, held = _count(first, "embedding"), _count(first, "lease")
    assert done < PICTURES, "The workers were killed too late to prove anything."
    print(f"Killed after {done} of {PICTURES} rows, {held} objects in hand.")

    second.start_worker(beat=False)
    _wait_until_in_step(first)

    _assert_each_picture_has_one_row(first, PICTURES)
    _assert_found_by(addresses, range(PICTURES))


def test_host_that_only_serves_pages_begins_with_a_fetched_snapshot_and_keeps_up(
    hosts: list[Shop], tmp_path: Path
) -> None:
    first, second = hosts
    first.start_worker()
    _import(first, tmp_path, PICTURES)
    wait_until(lambda: newest_of(first), SECONDS, "the worker has built a snapshot")

    address = second.start_server("--workers", "2")
    _assert_found_by([address], range(0, PICTURES, 5))
    assert len(snapshots_of(second)) == 1
    begun_with = newest_of(second)

    _import(first, tmp_path, 2 * PICTURES)
    with Visitor(address) as visitor:
        wait_until(
            lambda: visitor.search(draw_mosaic(1)) and newest_of(second) not in (b"", begun_with),
            SECONDS,
            "a newer snapshot is fetched aside",
        )
    _assert_found_by([address], range(0, 2 * PICTURES, 5))


def test_storage_that_goes_away_leaves_both_hosts_searching_and_comes_back(hosts: list[Shop], tmp_path: Path) -> None:
    first, second = hosts
    first.start_worker()
    second.start_worker(beat=False)
    addresses = [first.start_server(), second.start_server()]
    (tmp_path / "storage").write_text("No folder can be made here.")

    _import(first, tmp_path, PICTURES)
    _assert_found_by(addresses, range(0, PICTURES, 5))
    assert _uploads(first) == []

    (tmp_path / "storage").unlink()
    wait_until(lambda: _uploads(first), SECONDS, "what was built in vain is shared after all")


def test_builder_that_is_killed_is_replaced_when_its_lease_lapses(hosts: list[Shop], tmp_path: Path) -> None:
    first, second = hosts
    builder = first.start("manage.py", "shell", "--verbosity", "0", "--command", BUILD_FOR_EVER, name="builder")
    wait_until(lambda: _count(first, "buildlease"), SECONDS, "the first host is the builder")
    (taken,) = first.query("SELECT until FROM visualsearch_buildlease")
    second.start_worker()
    _import(second, tmp_path, PICTURES)
    # Longer than the lease was taken for.
    wait_until(lambda: second.query("SELECT now()") > [taken], SECONDS, "the lease has been renewed")
    assert (_count(first, "buildlease"), _uploads(first), newest_of(second)) == (1, [], b"")

    kill(builder)

    wait_until(lambda: _uploads(first), SECONDS, "the second host has built")
    assert newest_of(second)


def _import(host: Shop, folder: Path, pictures: int) -> None:
    feed = write_catalogue(folder / f"feed{pictures}", pictures)
    host.manage("import_catalog", str(feed))
    _wait_until_in_step(host)


def _wait_until_in_step(host: Shop) -> None:
    wait_until(lambda: _count(host, "syncrequest") == 0, SECONDS, "all work is done")


def _count(host: Shop, table: str) -> int:
    return int(host.query(f"SELECT count(*) FROM visualsearch_{table}")[0][0])


def _assert_each_picture_has_one_row(host: Shop, pictures: int) -> None:
    """A picture embedded twice, even with the same outcome, would have taken a second revision."""
    rows = host.query("SELECT object_key, picture_key, state, revision FROM visualsearch_embedding")
    wanted = host.query("SELECT product_id, id FROM catalog_productimage")
    assert sorted(row[:2] for row in rows) == sorted((str(product), str(image)) for product, image in wanted)
    assert {row[2] for row in rows} == {"ready"}
    assert sorted(row[3] for row in rows) == list(range(1, pictures + 1))
    assert host.query("SELECT revision FROM visualsearch_journal") == [(pictures,)]
    assert _count(host, "lease") == 0


def _assert_nothing_was_built_twice(host: Shop, workers: list[Child]) -> None:
    """Every build was shared, and each went further than the one before."""
    builds = sum(worker.log.read_text().count("Published a snapshot") for worker in workers)
    uploads = _uploads(host)
    assert builds == len(uploads) > 0
    assert uploads == sorted(set(uploads))


def _uploads(host: Shop) -> list[int]:
    """Return the revisions of what was shared, in the order of sharing."""
    return [
        row[0] for row in host.query("SELECT revision FROM visualsearch_snapshotupload WHERE digest <> '' ORDER BY id")
    ]


def _assert_found_by(addresses: list[str], numbers: range) -> None:
    for address in addresses:
        with Visitor(address) as visitor:
            for number in numbers:
                found = visitor.search(draw_mosaic(number))
                assert found.get(f"M{number}", 0.0) > 0.999, (address, number, found)
