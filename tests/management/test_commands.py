from __future__ import annotations

import json
from contextlib import ExitStack
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from catalog.models import Product
from tests.drawing import draw, draw_mosaic
from tests.goods import PRODUCTS, add_product, found, sync_now
from tests.torture.faults import full_disk
from visualsearch.embedders.engines import Choice
from visualsearch.embedders.thumbnail import ThumbnailEmbedder
from visualsearch.models import Embedding, ServingEmbedder, SyncRequest, count_photos, current_space

pytestmark = pytest.mark.django_db
TINY = "tests.embedders.tiny.TinyEmbedder"


def run(command: str, *args: Any, **options: Any) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(draw("red"))
    return path


def test_sync_does_all_outstanding_work() -> None:
    add_product(draw("red"), draw("blue"))
    add_product(draw("green"))

    outcome = json.loads(run("visualsearch_sync", "--json"))

    assert outcome == {"objects": 2, "embedded": 3, "failed": 0}


def test_sync_finds_what_no_signal_told() -> None:
    add_product(draw())
    run("visualsearch_sync")
    Product.objects.update(is_active=False)

    run("visualsearch_sync")

    assert not Embedding.objects.ready().exists()


def test_sync_exits_1_when_a_picture_failed() -> None:
    add_product(b"no picture")

    with pytest.raises(CommandError, match="failed"):
        run("visualsearch_sync")


def test_sync_of_all_looks_at_every_object() -> None:
    add_product(draw())
    run("visualsearch_sync")

    assert json.loads(run("visualsearch_sync", "--json"))["objects"] == 0
    assert json.loads(run("visualsearch_sync", "--all", "--json"))["objects"] == 1


def test_sync_of_one_source_leaves_the_others() -> None:
    add_product(draw())

    run("visualsearch_sync", "--source", "gallery.poster")

    assert SyncRequest.objects.filter(source=PRODUCTS).exists()


def test_sync_of_an_unknown_source_is_refused() -> None:
    with pytest.raises(CommandError, match="Expected the name of a registered source"):
        run("visualsearch_sync", "--source", "shoes")


def test_status_has_the_documented_keys() -> None:
    add_product(draw(), b"no picture")
    sync_now()

    status = json.loads(run("visualsearch_status", "--json"))

    counts = {key: status[key] for key in ("wanted", "embedded", "failed", "waiting", "revision", "index_revision")}
    assert counts == {"wanted": 2, "embedded": 1, "failed": 1, "waiting": 0, "revision": 2, "index_revision": 2}
    assert status["fingerprint"]
    assert status["dimensions"] > 0


def test_status_tells_where_probabilities_come_from() -> None:
    for number in range(20):
        add_product(draw_mosaic(number))
    sync_now()
    assert json.loads(run("visualsearch_status", "--json"))["calibration"][PRODUCTS]["units"] == "embedder"

    run("visualsearch_rebuild", source=PRODUCTS)

    known = json.loads(run("visualsearch_status", "--json"))["calibration"][PRODUCTS]
    assert (known["units"], known["curve"], known["pictures"]) == ("shop", "embedder", 20)
    assert f"{PRODUCTS}: in units of the shop's 20 pictures" in run("visualsearch_status")


def test_status_tells_how_many_photos_of_shoppers_are_known(settings: Any) -> None:
    assert f"Photos       {PRODUCTS}: off, see the setting ADAPT_TO_PHOTOS" in run("visualsearch_status")
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "ADAPT_TO_PHOTOS": True}
    space = current_space(PRODUCTS)
    count_photos(space, np.ones(space.dimensions, np.float32), 20)

    known = json.loads(run("visualsearch_status", "--json"))["adaptation"][PRODUCTS]

    assert known == {"on": True, "photos": 20, "strength": 0.5}
    assert f"Photos       {PRODUCTS}: 20 photos of shoppers are known; 50%" in run("visualsearch_status")


def test_status_is_said_in_words() -> None:
    words = run("visualsearch_status")

    assert "0 wanted: 0 searchable, 0 failed, 0 waiting" in words
    assert "Engine" not in words


def test_status_says_what_the_network_runs_on_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ThumbnailEmbedder, "engine", Choice("torch", "the only one installed; threads: 2"))

    assert "Engine       torch: the only one installed; threads: 2\n" in run("visualsearch_status")


def test_search_prints_the_results(photo: Path) -> None:
    product = add_product(draw("red"), title="A red cup")
    sync_now()

    rows = json.loads(run("visualsearch_search", photo, source=PRODUCTS, json=True))

    assert [set(row) >= {"sku", "title", "score", "picture"} for row in rows] == [True]
    assert rows[0]["sku"] == product.sku
    assert "A red cup" in run("visualsearch_search", photo, source=PRODUCTS)


def test_search_says_how_sure_it_is(photo: Path, settings: Any) -> None:
    add_product(draw("red"))
    add_product(draw("blue", "rectangle"))
    sync_now()

    words = run("visualsearch_search", photo, source=PRODUCTS)
    assert " 99%  same picture" in words
    assert "Nothing close enough" not in words

    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "NO_MATCH_BELOW": 1.0}
    photo.write_bytes(draw("green", "rectangle"))
    assert run("visualsearch_search", photo, source=PRODUCTS).startswith("Nothing close enough. The nearest goods:\n")


@pytest.mark.parametrize("options", [{"box": "1,2"}, {"limit": 0}, {"source": "shoes"}])
def test_search_refuses_wrong_options(photo: Path, options: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match=r"Expected|box"):
        run("visualsearch_search", photo, **{"source": PRODUCTS, **options})


def test_search_with_no_photo_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        run("visualsearch_search", tmp_path / "nothing.png", source=PRODUCTS)


def test_verify_exits_1_on_any_difference_and_repairs_it() -> None:
    add_product(draw())
    sync_now()
    assert json.loads(run("visualsearch_verify", "--json"))["equal"]
    Product.objects.update(is_active=False)

    with pytest.raises(CommandError, match="not equal"):
        run("visualsearch_verify", "--repair")

    assert "NOT" not in run("visualsearch_verify")


def test_rebuild_builds_every_index() -> None:
    add_product(draw())
    sync_now()

    assert f"The index of {PRODUCTS} is built anew." in run("visualsearch_rebuild")


@pytest.mark.parametrize(("ivf_from", "room"), [(10_000, 0), (10_000, 2_000), (1, 0), (1, 2_500)])
def test_rebuild_on_a_full_disk_ends_in_a_sentence(
    settings: Any, monkeypatch: pytest.MonkeyPatch, ivf_from: int, room: int
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": "faiss", "IVF_FROM": ivf_from}
    for number in range(3):
        add_product(draw_mosaic(number))
    sync_now()
    # From the first page of rows on, so that what is written of it is the index alone.
    rebuilding = import_module("visualsearch.sync.rebuild")
    read = rebuilding.read_changes
    disk = ExitStack()

    def read_and_fill_the_disk(space: Any) -> Any:
        pages = read(space)

        def page(since: int) -> Any:
            changes = list(pages(since))
            disk.enter_context(full_disk(room))
            return iter(changes)

        return page

    monkeypatch.setattr(rebuilding, "read_changes", read_and_fill_the_disk)
    with disk, pytest.raises(CommandError, match="It cannot be written, and searches go on as before: "):
        run("visualsearch_rebuild")

    assert found(draw_mosaic(1))


def test_rebuild_changes_the_embedder_and_back(photo: Path) -> None:
    product = add_product(draw("red"))
    sync_now()

    assert f"Searches are answered by {TINY}." in run("visualsearch_rebuild", "--embedder", TINY)
    status = json.loads(run("visualsearch_status", "--json"))
    assert (status["embedder"], status["dimensions"], status["building"]) == (TINY, 27, None)
    assert "The setting names thumbnail: visualsearch_rebuild --embedder thumbnail" in run("visualsearch_status")
    assert json.loads(run("visualsearch_search", photo, source=PRODUCTS, json=True))[0]["sku"] == product.sku

    assert "Searches are answered by thumbnail." in run("visualsearch_rebuild", "--back")
    assert "1 vectors are forgotten." in run("visualsearch_rebuild", "--forget", TINY)


def test_rebuild_takes_a_backend_with_options_or_a_named_one(photo: Path, settings: Any) -> None:
    add_product(draw("red"), sku="A1")
    run("visualsearch_sync")
    backend = {"BACKEND": TINY, "OPTIONS": {}}
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "EMBEDDERS": {"mine": backend}}

    assert f"Searches are answered by {TINY}." in run("visualsearch_rebuild", "--embedder", json.dumps(backend))
    assert ServingEmbedder.read().serving == f'{{"BACKEND": "{TINY}"}}'
    assert "Searches are answered by mine." in run("visualsearch_rebuild", "--embedder", "mine")
    assert ServingEmbedder.read().serving == "mine"
    assert "Model        mine, 27 dimensions (tiny-27)" in run("visualsearch_status")


def test_rebuild_tells_what_is_wrong_with_json() -> None:
    with pytest.raises(CommandError, match="cannot be used: expected the name of a backend"):
        run("visualsearch_rebuild", "--embedder", '{"OPTIONS": {}}')


def test_rebuild_in_the_background_only_writes_the_wish() -> None:
    add_product(draw("red"))
    sync_now()

    run("visualsearch_rebuild", "--embedder", TINY, "--background")

    status = json.loads(run("visualsearch_status", "--json"))
    assert (status["embedder"], status["building"]["embedder"]) == ("thumbnail", TINY)
    assert status["building"]["missing"] == 1
    assert f"{TINY} takes over when it is complete: 0 of 1 pictures" in run("visualsearch_status")


def test_rebuild_that_cannot_be_completed_exits_1() -> None:
    for colour in ("red", "blue"):
        file = add_product(draw(colour)).images.get().file
        sync_now()
        file.storage.delete(file.name)

    with pytest.raises(CommandError, match="2 of 2 pictures could not be embedded"):
        run("visualsearch_rebuild", "--embedder", TINY)


def test_sync_makes_the_change_that_the_setting_asks_for(settings: Any) -> None:
    add_product(draw("red"))
    run("visualsearch_sync")
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "EMBEDDER": TINY}

    run("visualsearch_sync")

    assert json.loads(run("visualsearch_status", "--json"))["embedder"] == TINY


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--embedder", "nothing"], "There is no embedder 'nothing'"),
        (["--forget", "nothing"], "There is no embedder 'nothing'"),
        (["--forget", "thumbnail"], "belongs to the embedder that answers"),
        (["--back"], "no way back"),
        (["--background"], "--background belongs to"),
        (["--source", PRODUCTS, "--back"], "leave --source out"),
    ],
)
def test_rebuild_refuses_what_it_cannot_do(options: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run("visualsearch_rebuild", *options)
