from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.db import DataError, transaction
from django.utils import timezone

from catalog.models import Product
from catalog.visual_sources import ProductSource
from tests.drawing import draw, draw_mosaic
from tests.gallery.models import Frame, Poster
from tests.gallery.visual_sources import PosterSource
from tests.goods import POSTERS, PRODUCTS, add_picture, add_poster, add_product, found, sync_now
from visualsearch import Picture, VisualSource
from visualsearch.embedders import get_embedder
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.models import Embedding, Lease, SyncRequest
from visualsearch.sync import finish, request_sync
from visualsearch.sync.rows import write_rows
from visualsearch.sync.sides import ObjectState, Side

pytestmark = pytest.mark.django_db


def due_now() -> None:
    SyncRequest.objects.update(due=timezone.now())


def test_saved_product_is_found_by_its_picture() -> None:
    product = add_product(draw("red"))
    add_product(draw("blue"))

    sync_now()

    assert found(draw("red"))[0] == product.sku


def test_object_with_its_picture_on_itself_is_found() -> None:
    poster = add_poster(draw("green"))

    sync_now()

    assert found(draw("green"), POSTERS) == [str(poster.pk)]


def test_rolled_back_save_leaves_no_trace() -> None:
    with transaction.atomic():
        add_product(draw())
        transaction.set_rollback(True)

    assert not SyncRequest.objects.exists()


def test_hidden_product_loses_its_rows() -> None:
    product = add_product(draw())
    sync_now()

    product.is_active = False
    product.save()
    sync_now()

    assert set(Embedding.objects.values_list("state", flat=True)) == {"removed"}


def test_deleted_product_loses_its_rows() -> None:
    add_product(draw()).delete()
    add_poster().delete()

    sync_now()

    assert not Embedding.objects.ready().exists()
    assert not SyncRequest.objects.exists()


def test_product_shown_again_costs_no_embedding() -> None:
    product = add_product(draw())
    sync_now()
    Product.objects.filter(pk=product.pk).update(is_active=False)
    request_sync(PRODUCTS, [product.pk])
    sync_now()

    product.save()
    report = sync_now()

    assert report.embedded == 0
    assert found(draw()) == [product.sku]


def test_replaced_picture_is_found_and_the_old_one_is_not_kept() -> None:
    poster = add_poster(draw("red"))
    sync_now()

    poster.picture = ContentFile(draw("blue"), name="poster.png")
    poster.save()
    sync_now()

    row = Embedding.objects.get()
    assert row.picture_name == poster.picture.name
    assert row.revision == 2


def test_file_replaced_under_the_same_name_is_embedded_anew() -> None:
    poster = add_poster(draw("red"))
    sync_now()
    before = Embedding.objects.get().digest

    with poster.picture.storage.open(poster.picture.name, "wb") as file:
        file.write(draw("blue"))
    poster.save()
    sync_now()

    assert Embedding.objects.get().digest != before


def test_saving_again_computes_and_writes_nothing() -> None:
    product = add_product(draw())
    sync_now()

    product.save()
    report = sync_now()

    assert (report.objects, report.embedded) == (1, 0)
    assert Embedding.objects.get().revision == 1


def test_same_file_of_two_products_is_embedded_once() -> None:
    add_product(draw())
    sync_now()

    add_product(draw())
    report = sync_now()

    assert report.embedded == 0
    assert Embedding.objects.ready().count() == 2


def test_unreadable_picture_is_kept_as_failed_with_its_reason() -> None:
    add_product(draw())
    broken = add_product(b"no picture")

    report = sync_now()

    row = Embedding.objects.get(object_key=broken.pk)
    assert (row.state, row.attempts, report.failed) == ("failed", 1, 1)
    assert row.error
    assert Embedding.objects.ready().count() == 1


def test_missing_file_is_kept_as_failed() -> None:
    poster = add_poster()
    poster.picture.storage.delete(poster.picture.name)

    sync_now()

    assert "FileNotFoundError" in Embedding.objects.get().error


def test_failed_picture_is_tried_again_after_pauses_that_grow(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "RETRY_SECONDS": 100, "RETRY_SECONDS_MOST": 250}
    add_product(b"no picture")
    pauses = []
    for _ in range(3):
        sync_now()
        pauses.append(round((SyncRequest.objects.get().due - timezone.now()).total_seconds(), -1))
        due_now()

    assert pauses == [100, 200, 250]


def test_failed_picture_that_was_mended_is_found() -> None:
    poster = add_poster(b"no picture")
    sync_now()

    poster.picture = ContentFile(draw(), name="poster.png")
    poster.save()
    sync_now()

    row = Embedding.objects.get()
    assert (row.state, row.attempts, row.error) == ("ready", 0, "")


def test_picture_that_fails_in_the_embedder_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = get_embedder()
    embed = type(embedder).embed

    def fail_on_large(self: Any, images: Any) -> Any:
        if any(image.width == 200 for image in images):
            raise ValueError("too odd")
        return embed(self, images)

    monkeypatch.setattr(type(embedder), "embed", fail_on_large)
    add_product(draw("red"), draw("blue", size=200), draw("green"))

    assert sync_now().failed == 1
    assert Embedding.objects.ready().count() == 2


@pytest.mark.parametrize("wrong", [[float("nan")], [0.0], [1.0, 2.0]], ids=["NaN", "zero length", "dimensions"])
def test_vector_that_no_index_can_hold_fails_alone(monkeypatch: pytest.MonkeyPatch, wrong: list[float]) -> None:
    embedder = get_embedder()
    embed = type(embedder).embed

    def go_wrong(self: Any, images: Any) -> Any:
        if any(image.width == 200 for image in images):
            return np.array([wrong * (1 if len(wrong) > 1 else embedder.dimensions)] * len(images), np.float32)
        return embed(self, images)

    monkeypatch.setattr(type(embedder), "embed", go_wrong)
    good = add_product(draw("red"))
    bad = add_product(draw("blue", size=200))

    assert sync_now().failed == 1
    assert found(draw("red")) == [good.sku]
    assert "InvalidVector: Expected" in Embedding.objects.get(object_key=bad.pk).error


def test_model_that_cannot_be_loaded_puts_everything_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any, images: Any) -> Any:
        raise EmbedderUnavailable("no weights")

    monkeypatch.setattr(type(get_embedder()), "embed", fail)
    add_product(draw())

    assert sync_now().failed == 1
    assert SyncRequest.objects.get().error == "EmbedderUnavailable: no weights"
    assert not Embedding.objects.exists()


def test_hook_that_fails_on_one_object_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = add_product(draw("red")), add_product(draw("blue"))
    get_pictures = ProductSource.get_pictures
    monkeypatch.setattr(
        ProductSource, "get_pictures", lambda self, obj: 1 / 0 if obj.pk == bad.pk else get_pictures(self, obj)
    )

    sync_now()

    assert Embedding.objects.get().object_key == str(good.pk)
    assert SyncRequest.objects.get().error == "ZeroDivisionError: division by zero"


def test_picture_that_is_removed_takes_its_row_along() -> None:
    product = add_product(draw("red"))
    second = add_picture(product, draw("blue"), position=1)
    sync_now()

    second.delete()
    sync_now()

    assert Embedding.objects.ready().count() == 1


@pytest.mark.parametrize("error", [DataError("value too long"), ValueError("no zero in a text"), TypeError("NaN")])
def test_object_that_cannot_be_written_stops_no_other(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    posters = [add_poster(draw_mosaic(number)) for number in range(5)]
    bad = str(posters[2].pk)

    def refuse(state: ObjectState, side: Side) -> list[Embedding]:
        if state.work.object_key == bad:
            raise error
        return write_rows(state, side)

    monkeypatch.setattr("visualsearch.sync.objects.write_rows", refuse)
    report = sync_now()

    assert (report.objects, report.failed) == (4, 1)
    assert bad not in Embedding.objects.values_list("object_key", flat=True)
    assert [found(draw_mosaic(number), POSTERS)[0] for number in (0, 1, 3, 4)] == [
        str(posters[number].pk) for number in (0, 1, 3, 4)
    ]
    assert list(SyncRequest.objects.values_list("object_key", "attempts", "error")) == [
        (bad, 1, f"{type(error).__name__}: {error}")
    ]
    assert not Lease.objects.exists()


def test_object_that_cannot_be_read_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    posters = [add_poster(draw_mosaic(number), name=f"poster {number}") for number in range(4)]

    def from_db(db: str, names: Any, values: Any) -> Poster:
        if "poster 1" in values:
            raise ValueError("This row is no poster.")
        return super(Poster, Poster).from_db.__func__(Poster, db, names, values)

    with monkeypatch.context() as patch:
        patch.setattr(Poster, "from_db", from_db)
        report = sync_now()

    assert (report.objects, report.failed) == (3, 1)
    assert set(Embedding.objects.values_list("object_key", flat=True)) == {
        str(posters[number].pk) for number in (0, 2, 3)
    }
    assert SyncRequest.objects.get().error == "ValueError: This row is no poster."


def test_picture_key_that_no_row_can_hold_puts_off_its_object_alone(
    register_source: Callable[..., VisualSource],
) -> None:
    def get_pictures(self: Any, frame: Frame) -> list[Picture]:
        return [Picture(key=frame.picture.name * (20 if frame.code == "bad" else 1), file=frame.picture)]

    register_source(Frame, get_pictures=get_pictures)
    for code in ("first", "bad", "last"):
        Frame(code=code).picture.save("name-of-a-file.png", ContentFile(draw_mosaic(len(code))))

    sync_now()

    assert set(Embedding.objects.values_list("object_key", flat=True)) == {"first", "last"}
    assert SyncRequest.objects.get().object_key == "bad"
    assert "of at most 255 characters" in SyncRequest.objects.get().error


def test_error_with_a_zero_in_it_is_kept_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    add_poster()

    def fail(self: PosterSource, obj: Poster) -> list[Picture]:
        raise ValueError("a\0b")

    monkeypatch.setattr(PosterSource, "get_pictures", fail)

    sync_now()

    assert "\0" not in SyncRequest.objects.get().error


def test_wish_written_during_the_work_is_done_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    poster = add_poster(draw("red"))
    embedder = get_embedder()
    embed = type(embedder).embed

    def replace_meanwhile(self: Any, images: Any) -> Any:
        monkeypatch.undo()
        changed = Poster.objects.get(pk=poster.pk)
        changed.picture = ContentFile(draw("blue"), name="poster.png")
        changed.save()
        return embed(self, images)

    monkeypatch.setattr(type(embedder), "embed", replace_meanwhile)
    sync_now()

    assert Embedding.objects.get().picture_name == Poster.objects.get().picture.name


def test_finish_does_what_was_put_off() -> None:
    poster = add_poster()
    poster.picture.storage.delete(poster.picture.name)
    sync_now()
    with poster.picture.storage.open(poster.picture.name, "wb") as file:
        file.write(draw())

    list(finish())

    assert Embedding.objects.get().state == "ready"


def test_nothing_is_left_leased() -> None:
    add_product(draw(), b"no picture")
    add_poster()

    sync_now()

    assert not Lease.objects.exists()
