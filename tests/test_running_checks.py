from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import DatabaseError
from django.utils import timezone
from kombu.transport import TRANSPORT_ALIASES

from tests.drawing import draw
from tests.goods import add_product, sync_now
from visualsearch.models import Heartbeat
from visualsearch.running_checks import (
    check_databases,
    check_dimensions,
    check_extras,
    check_hosts,
    check_processes,
    check_workers,
)
from visualsearch.sync import note_life
from visualsearch.tasks import beat_schedule


@pytest.fixture
def celery(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that gives the project an application of Celery with these settings, else without fault."""

    def use(**values: Any) -> None:
        app = Celery("of-this-test", set_as_current=False)
        app.conf.update({"broker_url": "redis://localhost", "beat_schedule": beat_schedule(), **values})
        monkeypatch.setattr("visualsearch.broker.current_app", app)

    return use


def test_the_demo_shop_is_run_well(settings: Any, celery: Any) -> None:
    settings.DEBUG = True
    celery(broker_transport_options={"visibility_timeout": 3600})

    assert check_workers() + check_processes() + check_extras() + check_databases() == []


def test_visualsearch_w003_missing_beat(settings: Any, celery: Any) -> None:
    settings.DEBUG = True
    celery(beat_schedule={name: entry for name, entry in beat_schedule().items() if "sweep" not in name})

    (warning,) = check_workers()

    assert (warning.id, warning.msg) == (
        "visualsearch.W003",
        "Celery's beat schedule lacks visualsearch.sync: what a lost message missed would stay undone.",
    )
    assert "`app.on_after_finalize.connect(add_beat_schedule)`" in (warning.hint or "")


def test_visualsearch_w004_tasks_run_where_they_are_sent(settings: Any, celery: Any) -> None:
    settings.DEBUG = True
    celery(task_always_eager=True)

    (warning,) = check_workers()

    assert (warning.id, warning.msg) == (
        "visualsearch.W004",
        "CELERY_TASK_ALWAYS_EAGER is on: pictures are embedded in the process that saves them.",
    )
    assert warning.hint


def test_visualsearch_w005_broker_of_files_outside_debug(settings: Any, celery: Any) -> None:
    settings.DEBUG = False
    celery(broker_url="embedded://localhost")

    (warning,) = check_workers()

    assert (warning.id, warning.msg) == (
        "visualsearch.W005",
        "The broker 'embedded' serves one machine, and DEBUG is off.",
    )
    assert "redis://" in (warning.hint or "")


def test_visualsearch_w006_tasks_that_come_twice(settings: Any, celery: Any) -> None:
    settings.DEBUG = True
    celery(broker_transport_options={"visibility_timeout": 10})

    (warning,) = check_workers()

    assert (warning.id, warning.msg) == (
        "visualsearch.W006",
        "The broker gives a task to a second worker after 10 s (visibility_timeout).",
    )
    assert "3600" in (warning.hint or "")


@pytest.mark.parametrize("kind", ["redis", "rediss"])
def test_visualsearch_w014_worker_that_ends_without_redis(
    kind: str, settings: Any, celery: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = True
    monkeypatch.setitem(TRANSPORT_ALIASES, kind, "kombu.transport.redis:Transport")
    celery(broker_url=f"{kind}://localhost")

    (warning,) = check_workers()

    assert (warning.id, warning.msg) == (
        "visualsearch.W014",
        "A worker of this version of Celery ends when Redis is lost while it is at a task.",
    )
    assert "TRANSPORT_ALIASES['redis'] = 'visualsearch.redis_transport:Transport'" in (warning.hint or "")


def test_visualsearch_w014_is_not_said_of_a_celery_that_lives_on(
    settings: Any, celery: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = True
    monkeypatch.setitem(TRANSPORT_ALIASES, "redis", "kombu.transport.redis:Transport")
    monkeypatch.setattr("visualsearch.broker.VERSION", (5, 6, 3, "", ""))
    celery(broker_url="redis://localhost")

    assert check_workers() == []


def test_visualsearch_w007_preload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--workers 2 --preload")

    (warning,) = check_processes()

    assert (warning.id, warning.msg) == (
        "visualsearch.W007",
        "GUNICORN_CMD_ARGS holds --preload: what is loaded before a fork is loaded again after it.",
    )
    assert warning.hint


def test_visualsearch_w008_threads_of_faiss(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SEARCH_THREADS": 2}

    (warning,) = check_processes()

    assert (warning.id, warning.msg) == (
        "visualsearch.W008",
        "VISUALSEARCH['SEARCH_THREADS'] is 2: a forked process may hang in FAISS.",
    )
    assert warning.hint


@pytest.mark.django_db
def test_visualsearch_w009_index_of_every_process_of_several_hosts(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": "exact"}
    monkeypatch.setattr("visualsearch.running_checks.gethostname", lambda: "web1")
    add_product(draw())
    sync_now()
    note_life("worker@here")
    note_life("celery@web1")

    (warning,) = check_hosts(databases=["default"])

    assert (warning.id, warning.msg) == (
        "visualsearch.W009",
        "VISUALSEARCH['INDEX'] is 'exact', and processes run on 2 hosts (here, web1): "
        "each process of each reads every vector when it starts, 1 by now.",
    )
    assert "'faiss'" in (warning.hint or "")


@pytest.mark.django_db
def test_visualsearch_w009_says_nothing_of_one_host_nor_of_one_that_is_gone(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": "exact"}
    monkeypatch.setattr("visualsearch.running_checks.gethostname", lambda: "web1")
    note_life("beat")
    note_life("celery@web1")
    note_life("celery@old")
    Heartbeat.objects.filter(name="celery@old").update(at=timezone.now() - timedelta(hours=1))

    assert check_hosts(databases=["default"]) == []


@pytest.mark.django_db
def test_visualsearch_w009_says_nothing_of_snapshots_that_processes_share(settings: Any) -> None:
    note_life("celery@another")
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": "faiss"}

    assert check_hosts(databases=["default"]) == []


def test_visualsearch_w009_asks_no_database_that_is_not_there(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise DatabaseError("no such table")

    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": "exact"}
    monkeypatch.setattr("visualsearch.running_checks.living_hosts", fail)

    assert check_hosts(databases=["default"]) == []
    assert check_hosts() == []


def test_visualsearch_w010_folder_that_depends_on_where_a_process_starts(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "DIRECTORY": Path("var/visualsearch")}

    (warning,) = check_processes()

    assert (warning.id, warning.msg) == (
        "visualsearch.W010",
        "VISUALSEARCH['DIRECTORY'] is 'var/visualsearch', another folder in each working directory.",
    )
    assert warning.hint


@pytest.mark.parametrize(
    "told",
    [{"SECURE_PROXY_SSL_HEADER": ("HTTP_X", "https")}, {"USE_X_FORWARDED_HOST": True}, {"USE_X_FORWARDED_PORT": True}],
)
def test_w015(settings: Any, tmp_path: Path, told: dict[str, Any]) -> None:
    for name, value in told.items():
        setattr(settings, name, value)
    assert check_processes() == []
    settings.REST_FRAMEWORK = {}

    (warning,) = check_processes()

    assert (warning.id, warning.msg) == (
        "visualsearch.W015",
        "The settings tell of a proxy, but not of how many: all shoppers together are counted as one caller.",
    )
    assert warning.hint


@pytest.mark.parametrize(
    ("library", "number", "message"),
    [
        (
            "faiss",
            "W011",
            "VISUALSEARCH['INDEX'] is 'faiss', which is not installed: every search compares all vectors.",
        ),
        (
            "requests_hardened",
            "W012",
            "VISUALSEARCH['FETCH'] is on, but what it needs is not installed: no photo is taken by its address.",
        ),
    ],
)
def test_visualsearch_w011_w012_missing_extras(
    library: str, number: str, message: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "FETCH": True}
    monkeypatch.setattr("visualsearch.running_checks.find_spec", lambda name: None if name == library else object())

    (warning,) = check_extras()

    assert (warning.id, warning.msg) == (f"visualsearch.{number}", message)
    assert "pip install" in (warning.hint or "")


def test_install_that_is_documented_is_warned_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    extras = re.findall(r'pip install "django-visualsearch\[([^\]]+)\]"', readme)[0].split(",")
    monkeypatch.setattr(
        "visualsearch.running_checks.find_spec",
        lambda name: None if name == "requests_hardened" and "fetch" not in extras else object(),
    )

    assert check_extras() == []


@pytest.mark.parametrize("url", ["redis://localhost", "rediss://localhost", "sentinel://localhost"])
def test_visualsearch_e050_redis_without_its_library(celery: Any, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    celery(broker_url=url)
    assert "visualsearch.E050" not in {message.id for message in check_workers()}
    monkeypatch.setattr("visualsearch.running_checks.find_spec", lambda name: None if name == "redis" else object())

    (error,) = [message for message in check_workers() if message.id == "visualsearch.E050"]

    scheme = url.split(":")[0]
    assert error.msg == f"The broker is {scheme}://, and the library redis is not installed."
    assert error.hint
    celery(broker_url="amqp://localhost")
    assert "visualsearch.E050" not in {message.id for message in check_workers()}


def test_visualsearch_w013_sqlite_that_fails_where_it_should_wait(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", {})

    (warning,) = check_databases()

    assert (warning.id, warning.msg) == (
        "visualsearch.W013",
        "Transactions of SQLite begin without a lock: a save may fail while a worker writes.",
    )
    assert "'IMMEDIATE'" in (warning.hint or "")


def test_visualsearch_e034_vectors_longer_than_the_index_takes(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualsearch.embedders.thumbnail.ThumbnailEmbedder.dimensions", 4001)
    assert check_dimensions() == []
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": "pgvector"}

    (error,) = check_dimensions()

    assert (error.id, error.msg) == (
        "visualsearch.E034",
        "The embedder makes vectors of 4001 numbers, and the index 'pgvector' takes 4000.",
    )
    assert error.hint
