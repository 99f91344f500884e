from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, found, sync_now
from visualsearch.models import Heartbeat, SyncRequest
from visualsearch.sync import note_life, request_sync

pytestmark = pytest.mark.django_db


def checks(client: Client, only: str = "") -> dict[str, str]:
    answer = client.get("/health/readyz", {"only": only} if only else {})
    assert answer.status_code == (200 if answer.json()["ready"] else 503)
    return dict(answer.json()["checks"])


def test_a_process_that_answers_is_alive_whatever_is_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualsearch.health.readiness.Journal.head", _fail)

    assert client.get("/health/healthz").json() == {"alive": True}


def test_ready_when_database_index_model_and_worker_are_there(client: Client) -> None:
    add_product(draw())
    note_life("worker@here")

    assert checks(client) == {"database": "ok", "index": "ok", "model": "ok", "worker": "ok"}


def test_not_ready_before_a_worker_was_seen(client: Client) -> None:
    assert checks(client, "worker") == {"worker": "No worker was ever seen."}


def test_not_ready_when_the_worker_has_been_silent(client: Client) -> None:
    note_life("worker@here")
    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=90))

    assert checks(client, "worker") == {"worker": "The last worker was seen 90 s ago."}


def test_worker_is_not_ready_when_a_save_has_waited_for_too_long(client: Client) -> None:
    note_life("worker@here")
    request_sync(PRODUCTS, [1])
    SyncRequest.objects.update(created=timezone.now() - timedelta(seconds=400))

    assert checks(client, "worker") == {"worker": "A save has been waiting for 400 s, and 300 are allowed."}
    assert checks(client, "database,index,model") == {"database": "ok", "index": "ok", "model": "ok"}


def test_server_is_ready_without_a_worker_of_which_it_tells(client: Client) -> None:
    answer = client.get("/health/readyz")

    assert answer.status_code == 200
    assert answer.json()["checks"]["worker"] == "No worker was ever seen."
    assert client.get("/health/readyz", {"only": "index,worker"}).status_code == 503


def test_not_ready_without_its_database_and_the_answer_says_nothing_of_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visualsearch.health.readiness.Journal.head", _fail)

    assert checks(client, "database") == {"database": "The database cannot be used; the log says why."}


def test_not_ready_without_its_model(client: Client, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "EMBEDDER": "nothing"}

    assert checks(client, "model") == {"model": "The model cannot be used; the log says why."}


def test_an_unknown_check_is_refused(client: Client) -> None:
    answer = client.get("/health/readyz", {"only": "moon"})

    assert answer.status_code == 400
    assert "database, index, model, worker" in answer.json()["error"]


def test_figures_count_searches_by_outcome_and_step(client: Client) -> None:
    pytest.importorskip("prometheus_client")
    add_product(draw())
    sync_now()
    found(draw())

    text = client.get("/health/metrics").content.decode()

    for name in (
        "visualsearch_searches_total{outcome=",
        'visualsearch_search_step_seconds_bucket{le="0.005",step="embed"}',
        'visualsearch_syncs_total{outcome="done"}',
        'visualsearch_index_vectors{source="catalog.product"} 1.0',
        "visualsearch_lag_seconds 0.0",
        "visualsearch_waiting_objects 0.0",
    ):
        assert name in text


def test_without_the_extra_there_are_no_figures(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualsearch.health.views.IS_INSTALLED", False)

    assert client.get("/health/metrics").status_code == 404


def _fail(*args: Any) -> int:
    raise DatabaseError("connection to server at 10.0.0.7 failed for user secret")


@pytest.mark.parametrize(
    "asked",
    [
        {"REMOTE_ADDR": "203.0.113.7"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": "203.0.113.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "203.0.113.7", "HTTP_AUTHORIZATION": "Bearer wrong"},
        {"REMOTE_ADDR": "203.0.113.7", "HTTP_AUTHORIZATION": "Bearer "},
    ],
)
@pytest.mark.parametrize("token", ["", "secret"])
def test_figures_are_for_nobody_elsewhere(client: Client, settings: Any, asked: dict[str, str], token: str) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "METRICS_TOKEN": token}

    assert client.get("/health/metrics", **asked).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        {"REMOTE_ADDR": "127.0.0.1"},
        {"REMOTE_ADDR": "::1"},
        {"REMOTE_ADDR": "::ffff:127.0.0.1"},
        {"REMOTE_ADDR": "203.0.113.7", "HTTP_AUTHORIZATION": "Bearer secret"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=1.2.3.4", "HTTP_AUTHORIZATION": "Bearer secret"},
    ],
)
def test_figures_are_for_this_machine_and_whoever_has_the_token(
    client: Client, settings: Any, asked: dict[str, str]
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "METRICS_TOKEN": "secret"}

    assert client.get("/health/metrics", **asked).status_code == 200
