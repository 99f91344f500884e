from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import numpy as np
import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch import tasks
from visualsearch.models import ServingEmbedder, count_photos, current_space
from visualsearch.sources import get_source
from visualsearch.sync import note_lag, note_life, rebuild, verify

pytestmark = pytest.mark.django_db
DASHBOARD = "/admin/visualsearch/"
PROVE, REBUILD, EMBEDDER = (reverse(f"admin:visualsearch_{name}") for name in ("prove", "rebuild", "embedder"))
Log = Callable[..., Client]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the tasks that were asked for."""
    names: list[str] = []
    monkeypatch.setattr("visualsearch.admin.dashboard.ask_for", lambda task: (names.append(task.name), True)[1])
    return names


def test_dashboard_says_what_the_status_says(admin_client: Client) -> None:
    add_product(draw("red"), draw("blue"), b"no picture")
    sync_now()
    verify(get_source(PRODUCTS))
    note_life("worker@here")
    note_lag()

    page = " ".join(admin_client.get(DASHBOARD).text.split())

    for words in (
        "<strong>3</strong> wanted",
        "<strong>2</strong> searchable",
        "<strong>0</strong> waiting",
        "Nothing waits",
        "Journal at revision 3, index at 3.",
        "reachable from here",
        "<dt>Worker worker@here</dt><dd>alive",
        "never heard of",
        f"thumbnail, {current_space(PRODUCTS).dimensions} dimensions",
        "2 vectors, revision 3",
        "shop, rows and index are equal",
        "None was noted.",
    ):
        assert words in page


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_dashboard_of_a_shop_without_time_zones_is_shown(admin_client: Client, settings: Any, zone: str) -> None:
    settings.USE_TZ = False
    settings.TIME_ZONE = zone
    add_product(draw("red"))
    sync_now()
    note_life("worker@here")
    note_lag()
    verify(get_source(PRODUCTS))

    for name in ("", "embedding/", "finding/", "reindexjob/", "unmetsearch/"):
        assert admin_client.get(DASHBOARD + name).status_code == 200


def test_everything_on_it_is_in_the_command_too() -> None:
    note_life("worker@here")
    out = StringIO()
    call_command("visualsearch_status", "--json", stdout=out)

    said = json.loads(out.getvalue())

    assert said["broker"] == {"reachable": True, "error": ""}
    assert said["signs"][0]["name"] == "worker@here"
    assert len(said["lag"]["day"]) == 96
    assert {"wanted", "revision", "indexes", "engine", "jobs", "proofs", "usage", "unmet"} <= set(said)
    assert {"calibration", "adaptation"} <= set(said)


def test_it_tells_how_many_photos_of_shoppers_are_known(admin_client: Client, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "ADAPT_TO_PHOTOS": True}
    space = current_space(PRODUCTS)
    count_photos(space, np.ones(space.dimensions, np.float32), 20)

    page = admin_client.get(DASHBOARD).text

    assert f"<dt>Photos known of {PRODUCTS}</dt><dd>20 photos of shoppers are known" in page


def test_plot_can_be_read_without_seeing_it(admin_client: Client) -> None:
    note_lag()

    page = admin_client.get(DASHBOARD).text

    assert 'role="img" aria-labelledby="vs-plot-title vs-plot-words"' in page
    assert "The longest was 0.0 s" in page
    assert "in 95 quarters of an hour nobody looked" in page


def test_snapshot_is_told_with_its_size_and_age(admin_client: Client) -> None:
    add_product(draw("red"))
    sync_now()
    rebuild(get_source(PRODUCTS))

    page = " ".join(admin_client.get(DASHBOARD).text.split())

    assert re.search(r"<dt>Snapshot 1</dt><dd>1 vectors, [\d.]+ (bytes|KB), written 0 minutes ago", page)


def test_embedder_that_is_not_there_is_told(admin_client: Client, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "EMBEDDER": "no-such-model"}

    response = admin_client.get(DASHBOARD)

    assert response.status_code == 200
    assert "no-such-model" in response.text


def test_proof_is_asked_for(admin_client: Client, asked: list[str]) -> None:
    response = admin_client.post(PROVE, follow=True)

    assert asked == ["visualsearch.verify"]
    assert "A proof was asked for." in response.text
    assert LogEntry.objects.get().get_change_message() == "A proof was asked for."


def test_index_is_built_anew(admin_client: Client, asked: list[str]) -> None:
    admin_client.post(REBUILD)

    assert asked == ["visualsearch.rebuild"]
    assert LogEntry.objects.count() == 1


def test_broker_that_is_down_is_told_and_nothing_is_logged(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.verify, "apply_async", lambda *args, **options: 1 / 0)

    response = admin_client.post(PROVE, follow=True)

    assert "The broker cannot be reached" in response.text
    assert not LogEntry.objects.exists()


def test_embedder_of_the_setting_is_wished_for_and_the_way_back_too(admin_client: Client, settings: Any) -> None:
    ServingEmbedder.hold()
    before = settings.VISUALSEARCH["EMBEDDER"]
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "EMBEDDER": "tests.torture.embedder.TinyEmbedder"}
    assert "Change to tests.torture" in admin_client.get(DASHBOARD).text

    admin_client.post(EMBEDDER)
    assert ServingEmbedder.read().is_building

    admin_client.post(EMBEDDER, {"back": "1"})
    assert ServingEmbedder.read().wanted == before
    assert LogEntry.objects.count() == 2


def test_a_backend_with_options_is_shown_short(admin_client: Client, settings: Any) -> None:
    ServingEmbedder.hold()
    backend = {"BACKEND": "timm", "OPTIONS": {"model": "resnet18.a1_in1k"}}
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "EMBEDDER": backend}

    page = admin_client.get(DASHBOARD).text

    assert "Change to timm resnet18.a1_in1k" in page
    assert "BACKEND" not in page


def test_without_a_way_back_it_is_told(admin_client: Client) -> None:
    response = admin_client.post(EMBEDDER, {"back": "1"}, follow=True)

    assert "there is no way back" in response.text


@pytest.mark.parametrize(
    ("permission", "allowed"), [("view_status", []), ("reindex", [PROVE]), ("change_settings", [REBUILD, EMBEDDER])]
)
def test_each_permission_gives_its_buttons_and_no_other(
    client_who_may: Log, asked: list[str], permission: str, allowed: list[str]
) -> None:
    ServingEmbedder.objects.create(pk=1, serving="thumbnail", wanted="thumbnail", previous="thumbnail")
    client = client_who_may(permission)

    page = client.get(DASHBOARD).text

    assert "Model and index" in page
    for address in (PROVE, REBUILD, EMBEDDER):
        assert (f'action="{address}"' in page) == (address in allowed)
        assert client.post(address).status_code == (302 if address in allowed else 403)
        assert client.get(address).status_code == 405


def test_staff_without_a_permission_of_ours_sees_no_dashboard(client_who_may: Log) -> None:
    page = client_who_may("view_embedding").get(DASHBOARD)

    assert page.status_code == 200
    assert "vs-dashboard" not in page.text
