"""What shoppers and programs are told while the database cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn
from urllib.parse import urlencode

import pytest
import requests
from django.db import IntegrityError, InterfaceError, OperationalError, ProgrammingError, connection
from django.test import Client
from django.urls import reverse

from benchmarks.faults.servers import PostgreSQL, missing_programs
from tests.api.conftest import photo
from tests.api.test_events import CLICK
from tests.drawing import draw_mosaic
from tests.goods import PRODUCTS
from tests.processes import Shop, wait_until
from tests.stock import write_catalogue
from visualsearch.outages import is_outage

PAGE = reverse("visualsearch:page")
API = reverse("visualsearch-api:visual-search")
SECRET = "connection to server at 10.0.0.7 failed for user secret"
WORDS = "Searching is not possible at the moment. Please try again in a minute."
OUTAGES = [OperationalError(SECRET), InterfaceError(SECRET)]


@contextmanager
def failing(error: Exception) -> Iterator[None]:
    """Let every statement fail."""

    def fail(*args: Any) -> NoReturn:
        raise error

    with connection.execute_wrapper(fail):
        yield


def missing_table() -> OperationalError:
    """Return what Django raises of SQLite's word for a table that is not there."""
    try:
        sqlite3.connect(":memory:").execute("SELECT * FROM nothing")
    except sqlite3.OperationalError as cause:
        error = OperationalError(str(cause))
        error.__cause__ = cause
    return error


@pytest.mark.django_db
@pytest.mark.parametrize("error", OUTAGES)
def test_page_of_an_outage_stands_in_the_shops_frame_and_needs_no_database(client: Client, error: Exception) -> None:
    with failing(error):
        response = client.get(PAGE, {"like": "1:1"})

    text = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "no-store" in response["Cache-Control"]
    assert WORDS in text
    assert "Lumen" in text
    assert f'href="{PAGE}?like=1%3A1"' in text
    assert "10.0.0.7" not in text


@pytest.mark.django_db
def test_frame_that_asks_the_database_is_left_out(client: Client, settings: Any, tmp_path: Path) -> None:
    frame = tmp_path / "visualsearch" / "base.html"
    frame.parent.mkdir()
    frame.write_text("{% load log %}{% get_admin_log 1 as lines %}{% for line in lines %}{% endfor %}MY FRAME")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    with failing(OUTAGES[0]):
        response = client.get(PAGE, {"like": "1:1"})

    assert response.status_code == 503
    assert WORDS in response.content.decode()
    assert "MY FRAME" not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("error", OUTAGES)
def test_api_tells_an_outage_as_a_problem(client: Client, error: Exception) -> None:
    with failing(error):
        answers = [
            client.post(API, {"photo": photo(), "source": PRODUCTS}),
            client.get(f"{API}status/"),
            client.post(f"{API}events/", {"events": [CLICK]}, content_type="application/json"),
        ]

    for answer in answers:
        assert (answer.status_code, answer.json()["type"], answer["Retry-After"]) == (503, "unavailable", "10")
        assert "10.0.0.7" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("error", [ProgrammingError(SECRET), IntegrityError(SECRET), missing_table()])
def test_what_no_waiting_mends_is_an_error_of_the_shop(error: Exception) -> None:
    client = Client(raise_request_exception=False)

    with failing(error):
        assert client.get(PAGE, {"like": "1:1"}).status_code == 500
        assert client.get(f"{API}status/").status_code == 500


def test_database_that_is_busy_is_an_outage() -> None:
    error = OperationalError("database is locked")
    error.__cause__ = sqlite3.OperationalError("database is locked")

    assert is_outage(error)


@pytest.fixture
def database() -> Iterator[PostgreSQL]:
    """Return a server that nobody else uses."""
    if "postgresql" in missing_programs():
        pytest.skip("Not installed: postgresql.")
    # Not in a folder of pytest's, which the next run of tests closes to the server's own user.
    with TemporaryDirectory(prefix="visualsearch-outage-") as folder:
        server = PostgreSQL(Path(folder))
        yield server
        server.kill()


@pytest.mark.slow
@pytest.mark.parametrize("atomic_requests", [False, True])
def test_shop_whose_database_is_killed_says_so_and_comes_back_with_it(
    tmp_path: Path, database: PostgreSQL, atomic_requests: bool
) -> None:
    goods = draw_mosaic(1)
    url = f"{database.url}?ATOMIC_REQUESTS=true" if atomic_requests else database.url
    with Shop(folder=tmp_path / "shop", environment={"DATABASE_URL": url}) as shop:
        shop.command("import_catalog", str(write_catalogue(tmp_path / "goods", 3)))
        shop.command("visualsearch_sync")
        address = shop.start_server("--workers", "1")
        answer = requests.post(address + API, files={"photo": goods}, timeout=30)
        found = f"{address}{PAGE}?{urlencode({'q': answer.json()['query']['token']})}"
        assert requests.get(found, timeout=30).status_code == 200

        database.kill()
        # The first request finds the connection that the server has left, the second makes a new one.
        pages = [requests.get(found, timeout=30) for _ in range(2)]
        answers = [requests.post(address + API, files={"photo": goods}, timeout=30) for _ in range(2)]
        database.start()

        assert [page.status_code for page in pages] == [503, 503]
        assert all(WORDS in page.text and "Lumen" in page.text for page in pages)
        assert [(one.status_code, one.json()["type"]) for one in answers] == [(503, "unavailable")] * 2
        for one in (*pages, *answers):
            assert one.headers["Retry-After"] == "10"
            assert not [word for word in ("postgres", str(database.port), "Traceback") if word in one.text]
        # A cluster that was killed reads its log before it answers.
        wait_until(lambda: requests.get(found, timeout=30).ok, 30, "the page shows what was found again")
        again = requests.post(address + API, files={"photo": goods}, timeout=30)
        assert again.json()["results"][0]["product"]["title"] == "Mosaic 1"
