"""What two workers that wait for each other come to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import inf
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from django.utils import timezone

from catalog.databases import read_database
from tests.drawing import draw
from tests.goods import add_product, found, sync_now
from visualsearch.models import Lease, SyncRequest
from visualsearch.sync import deadlocks
from visualsearch.sync.deadlocks import TRIES, again_after_deadlock, is_deadlock

DEADLOCK = OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")
SERVERS = {
    "TEST_DATABASE_URL": ("/postgres", "SELECT pg_advisory_xact_lock(%s)"),
    "TEST_MARIADB_URL": ("/mysql", "SELECT GET_LOCK(CONCAT('visualsearch-tests-', %s), 30)"),
}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlocks, "PAUSE_SECONDS", 0)


def failing(*errors: Exception) -> tuple[Callable[[], str], list[Exception]]:
    """Return what fails with each of the errors in turn and then succeeds, and what is left of them."""
    left = list(errors)

    def do() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return again_after_deadlock(do), left


@contextmanager
def statements_ended(beginning: str, table: str, times: float) -> Iterator[list[str]]:
    """Let the first statements of a kind be ended by a deadlock, as they are where another waits for them."""
    ended: list[str] = []

    def run(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if len(ended) < times and sql.startswith(beginning) and f'"{table}"' in sql:
            ended.append(sql)
            raise DEADLOCK
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run):
        yield ended


@pytest.mark.django_db
@pytest.mark.parametrize("name", SERVERS)
def test_a_database_ends_one_of_two_that_wait_for_each_other_and_it_is_known_as_a_deadlock(name: str) -> None:
    if not (server := os.environ.get(name)):
        pytest.skip(f"{name} not set: name a server.")
    path, take = SERVERS[name]
    handler = ConnectionHandler({alias: read_database(server + path) for alias in ("default", "one", "other")})
    one, other = handler.create_connection("one"), handler.create_connection("other")

    errors = _wait_for_each_other(one, other, take)

    assert [is_deadlock(error) for error in errors] == [True]


@pytest.mark.django_db(transaction=True)
def test_what_a_deadlock_ended_is_done_again() -> None:
    do, left = failing(*[DEADLOCK] * (TRIES - 1))

    assert (do(), left) == ("done", [])


@pytest.mark.django_db(transaction=True)
def test_deadlocks_without_end_are_an_error_that_is_seen() -> None:
    do, _ = failing(*[DEADLOCK] * TRIES)

    with pytest.raises(OperationalError):
        do()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError(2006, "Server has gone away"), IntegrityError(1213, "not that")])
def test_other_errors_are_raised_at_once(error: Exception) -> None:
    do, left = failing(error, DEADLOCK)

    with pytest.raises(type(error)):
        do()

    assert left == [DEADLOCK]


@pytest.mark.django_db
def test_within_a_transaction_nothing_is_done_again_since_all_of_it_was_undone() -> None:
    do, left = failing(DEADLOCK, DEADLOCK)

    with pytest.raises(OperationalError), transaction.atomic():
        do()

    assert left == [DEADLOCK]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("beginning", ["INSERT", "DELETE", "UPDATE"])
def test_worker_whose_lease_was_ended_by_a_deadlock_goes_on(beginning: str) -> None:
    photo = draw()
    product = add_product(photo)

    with statements_ended(beginning, "visualsearch_lease", 1) as ended:
        sync_now()

    assert ended
    assert found(photo) == [product.sku]
    assert not Lease.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_object_whose_writing_was_ended_by_a_deadlock_is_written_without_a_pause() -> None:
    photo = draw()
    product = add_product(photo)

    with statements_ended("INSERT", "visualsearch_embedding", 1) as ended:
        report = sync_now()

    assert ended
    assert (report.objects, report.failed) == (1, 0)
    assert found(photo) == [product.sku]
    assert not SyncRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_object_that_is_ended_by_deadlocks_time_and_again_is_put_off_and_seen() -> None:
    add_product(draw())

    with statements_ended("INSERT", "visualsearch_embedding", inf):
        report = sync_now()

    request = SyncRequest.objects.get()
    assert (report.objects, report.failed, request.attempts) == (0, 1, TRIES)
    assert request.due > timezone.now()


def _wait_for_each_other(one: BaseDatabaseWrapper, other: BaseDatabaseWrapper, take: str) -> list[Exception]:
    def hold(database: BaseDatabaseWrapper, lock: int) -> Exception | None:
        try:
            database.cursor().execute(take, [lock])
        except OperationalError as error:
            # As the server does it, so that the other one gets on.
            database.close()
            return error
        return None

    for database in (one, other):
        database.inc_thread_sharing()
        database.set_autocommit(False)
    hold(one, 1)
    hold(other, 2)
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(hold, (one, other), (2, 1)))
    for database in (one, other):
        database.close()
    return [error for error in ends if error]
