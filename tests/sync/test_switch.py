from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from catalog.models import Product, ProductImage
from catalog.visual_sources import ProductSource
from tests.drawing import draw, draw_mosaic
from tests.embedders.tiny import TinyEmbedder
from tests.goods import POSTERS, PRODUCTS, add_poster, add_product, found, sync_now
from visualsearch.exceptions import EmbedderInUse, EmbedderUnavailable
from visualsearch.models import Embedding, Lease, ServingEmbedder, SyncRequest, current_space, serving_embedder
from visualsearch.sources import get_source
from visualsearch.sync import (
    build,
    finish_building,
    follow_setting,
    forget,
    get_building,
    get_status,
    reconcile,
    request_sync,
    take_over,
    verify,
    want,
    want_previous,
)
from visualsearch.sync.leases import lease_work
from visualsearch.sync.objects import sync_work
from visualsearch.tasks import sync as sync_task

pytestmark = pytest.mark.django_db
TINY = "tests.embedders.tiny.TinyEmbedder"
OLD = "thumbnail"


@pytest.fixture(autouse=True)
def _small_batches(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "BATCH_SIZE": 2}


@pytest.fixture
def goods() -> list[Product]:
    products = [add_product(draw_mosaic(number)) for number in range(7)]
    sync_now()
    return products


def answering() -> str:
    return ServingEmbedder.read().serving


def change(name: str = TINY) -> None:
    want(name)
    list(finish_building())
    assert answering() == name


def assert_equal() -> None:
    assert verify(get_source(PRODUCTS)).equal
    assert verify(get_source(POSTERS)).equal


def replace(product: Product, picture: bytes) -> None:
    image = product.images.get()
    image.file = ContentFile(picture, name="other.png")
    image.save()


def steps() -> Iterator[object]:
    """Yield after every batch of a change, and after it."""
    want(TINY)
    yield None
    yield from build()
    yield take_over()


def test_no_search_is_empty_or_wrong_at_any_point_of_the_change(goods: list[Product]) -> None:
    looked = 0
    for _ in steps():
        looked += 1
        assert [found(draw_mosaic(n))[0] for n in range(7)] == [product.sku for product in goods]

    assert looked > 4
    assert answering() == TINY
    assert current_space(PRODUCTS).dimensions == 27
    assert_equal()


def test_old_embedder_answers_until_the_last_picture_is_embedded(goods: list[Product]) -> None:
    want(TINY)
    for _ in build():
        assert answering() == OLD
    assert take_over()

    assert answering() == TINY


def test_embedder_does_not_take_over_while_a_picture_is_missing(goods: list[Product]) -> None:
    want(TINY)
    next(build())

    assert not take_over()
    assert answering() == OLD


def test_all_sources_change_together(goods: list[Product]) -> None:
    poster = add_poster(draw("green"))
    sync_now()

    change()

    assert found(draw("green"), POSTERS) == [str(poster.pk)]
    assert found(draw_mosaic(0))[0] == goods[0].sku


def test_what_is_saved_hidden_or_replaced_meanwhile_is_right_afterwards(goods: list[Product]) -> None:
    want(TINY)
    batches = build()
    next(batches)
    new = add_product(draw("red"))
    for hidden in (goods[0], goods[6]):
        hidden.is_active = False
        hidden.save()
    replace(goods[1], draw("blue"))
    replace(goods[5], draw("green"))
    goods[4].delete()
    next(batches)

    assert found(draw("red"))[0] == new.sku
    list(finish_building())

    assert answering() == TINY
    assert found(draw("red"))[0] == new.sku
    assert found(draw("blue"))[0] == goods[1].sku
    assert found(draw("green"))[0] == goods[5].sku
    assert len(found(draw_mosaic(0))) == 5
    assert_equal()


def test_save_during_the_change_is_embedded_by_both(goods: list[Product]) -> None:
    want(TINY)
    product = add_product(draw("red"))
    sync_now()

    made = Embedding.objects.ready().filter(object_key=product.pk).values_list("fingerprint", flat=True)
    assert len(set(made)) == 2


def test_wish_that_is_worked_on_when_the_change_begins_is_done_for_both(goods: list[Product]) -> None:
    poster = add_poster(draw("red"))
    monkey = pytest.MonkeyPatch()

    def begin_meanwhile(*args: Any) -> Any:
        monkey.undo()
        want(TINY)
        return embed(*args)

    embed = type(serving_embedder()).embed
    monkey.setattr(type(serving_embedder()), "embed", begin_meanwhile)
    sync_work(lease_work(10))
    sync_now()

    assert Embedding.objects.filter(object_key=poster.pk, source=POSTERS).count() == 2


def test_work_that_ends_after_the_change_is_not_lost(goods: list[Product]) -> None:
    poster = add_poster(draw("red"))
    monkey = pytest.MonkeyPatch()

    def change_meanwhile(*args: Any) -> Any:
        monkey.undo()
        want(TINY)
        # Searches do not find the poster yet, so nobody waits for its worker.
        list(build())
        assert take_over()
        return embed(*args)

    embed = type(serving_embedder()).embed
    monkey.setattr(type(serving_embedder()), "embed", change_meanwhile)
    sync_work(lease_work(10))
    sync_now()

    assert answering() == TINY
    assert found(draw("red"), POSTERS) == [str(poster.pk)]
    assert_equal()


def test_change_that_was_interrupted_goes_on_where_it_was(goods: list[Product]) -> None:
    want(TINY)
    batches = build()
    next(batches)
    next(batches)
    batches.close()
    Lease.objects.all().delete()
    done = Embedding.objects.filter(fingerprint="tiny-27").count()
    assert done

    want(TINY)
    report = [batch.embedded for batch in finish_building()]

    assert sum(report) == 7 - done
    assert answering() == TINY


def test_way_back_costs_no_embedding(goods: list[Product]) -> None:
    change()

    assert want_previous() == OLD
    assert sum(report.embedded for report in finish_building()) == 0

    assert answering() == OLD
    assert found(draw_mosaic(3))[0] == goods[3].sku
    assert_equal()


def test_way_back_brings_what_changed_since(goods: list[Product]) -> None:
    change()
    new = add_product(draw("red"))
    replace(goods[0], draw("blue"))
    goods[1].delete()
    goods[2].is_active = False
    goods[2].save()
    image = goods[3].images.get()
    with image.file.storage.open(image.file.name, "wb") as file:
        file.write(draw("green"))
    image.save()
    sync_now()

    change(OLD)

    assert found(draw("red"))[0] == new.sku
    assert found(draw("blue"))[0] == goods[0].sku
    assert found(draw("green"))[0] == goods[3].sku
    assert len(found(draw("red"))) == 6
    assert_equal()


def test_what_was_deleted_since_holds_the_way_back_up_until_it_is_gone(goods: list[Product]) -> None:
    change()
    goods[1].delete()
    sync_now()
    want(OLD)

    assert not take_over()
    list(build())
    assert take_over()


def test_change_without_a_signal_is_found_on_the_way(goods: list[Product]) -> None:
    Product.objects.filter(pk=goods[0].pk).update(is_active=False)
    ProductImage.objects.filter(product=goods[1]).update(file=goods[2].images.get().file.name)
    file = goods[3].images.get().file
    with file.storage.open(file.name, "wb") as opened:
        opened.write(draw("red"))

    change()

    assert found(draw("red"))[0] == goods[3].sku
    assert_equal()


def test_way_back_before_the_end_gives_the_change_up(goods: list[Product]) -> None:
    want(TINY)
    next(build())

    assert want_previous() == OLD

    assert list(build()) == []
    assert take_over()
    assert answering() == OLD


def test_no_way_back_where_nothing_was_before(goods: list[Product]) -> None:
    with pytest.raises(EmbedderUnavailable, match="no way back"):
        want_previous()


def test_picture_that_fails_in_both_holds_nothing_up(goods: list[Product]) -> None:
    broken = add_product(b"no picture")
    sync_now()

    change()
    SyncRequest.objects.update(due=timezone.now())
    sync_now()

    assert Embedding.objects.get(object_key=broken.pk, fingerprint="tiny-27").state == "failed"
    assert get_status().failed == 1


def test_picture_that_the_new_embedder_refuses_holds_nothing_up(
    goods: list[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_product(draw("red", size=200))
    sync_now()
    embed = TinyEmbedder.embed

    def refuse_large(self: Any, images: Any) -> Any:
        if any(image.width == 200 for image in images):
            raise ValueError("too odd")
        return embed(self, images)

    monkeypatch.setattr(TinyEmbedder, "embed", refuse_large)
    change()

    assert get_status().failed == 1
    assert SyncRequest.objects.count() == 1


def lose(product: Product) -> None:
    file = product.images.get().file
    file.storage.delete(file.name)


def test_one_file_that_is_lost_holds_nothing_up(goods: list[Product]) -> None:
    lose(goods[0])

    change()

    assert get_status().failed == 1
    assert len(found(draw_mosaic(1))) == 6


def test_storage_that_is_down_holds_the_change_up_and_takes_nothing_from_the_old(goods: list[Product]) -> None:
    for product in goods[:4]:
        lose(product)
    want(TINY)

    list(finish_building())

    assert answering() == OLD
    assert len(found(draw_mosaic(0))) == 7


def test_object_that_cannot_be_looked_at_holds_the_change_up(
    goods: list[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    get_pictures: Callable[..., Any] = ProductSource.get_pictures
    monkeypatch.setattr(
        ProductSource, "get_pictures", lambda self, obj: 1 / 0 if obj == goods[0] else get_pictures(self, obj)
    )
    want(TINY)

    list(finish_building())

    assert answering() == OLD


def test_embedder_that_cannot_be_loaded_does_not_stop_the_one_that_answers(
    goods: list[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Any, images: Any) -> Any:
        raise EmbedderUnavailable("no weights")

    want(TINY)
    monkeypatch.setattr(TinyEmbedder, "embed", fail)
    new = add_product(draw("red"))
    report = sync_now()

    assert report.failed == 1
    assert found(draw("red"))[0] == new.sku
    list(finish_building())
    assert answering() == OLD

    monkeypatch.undo()
    list(finish_building())
    assert answering() == TINY
    assert_equal()


def test_worker_builds_and_takes_over(goods: list[Product]) -> None:
    want(TINY)

    sync_task()

    assert answering() == TINY
    assert_equal()


def test_two_that_build_at_once_do_no_harm(goods: list[Product]) -> None:
    want(TINY)
    one, other = build(), build()
    next(one)
    next(other)
    want(TINY)
    list(one)
    list(other)
    list(finish_building())
    list(finish_building())

    assert answering() == TINY
    assert Embedding.objects.filter(fingerprint="tiny-27").count() == 7
    assert_equal()


def test_new_value_of_the_setting_is_a_wish_once(goods: list[Product], settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "EMBEDDER": TINY}
    assert len(found(draw_mosaic(0))) == 7
    assert get_building() is None

    follow_setting()
    list(finish_building())
    assert answering() == TINY

    change(OLD)
    follow_setting()
    assert not ServingEmbedder.read().is_building


def test_shop_without_rows_changes_at_once(settings: Any) -> None:
    add_product(draw())
    follow_setting()
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "EMBEDDER": TINY}
    follow_setting()

    assert take_over()
    assert sync_now().embedded == 1


def test_embedder_that_is_gone_is_replaced_at_once(goods: list[Product]) -> None:
    ServingEmbedder.objects.update(serving="lost.safetensors", wanted="lost.safetensors")

    want(TINY)

    assert answering() == TINY


def test_status_says_how_far_the_change_is(goods: list[Product]) -> None:
    assert get_status().building is None
    want(TINY)
    next(build())

    status = get_status()

    assert (status.embedder, status.embedded, status.waiting) == (OLD, 7, 0)
    assert status.building is not None
    assert (status.building.embedder, status.building.pictures, status.building.missing) == (TINY, 7, 5)


def test_new_index_is_on_the_disk_when_it_takes_over(goods: list[Product], settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "COMPACT_FROM": 5}

    change()

    assert get_status().indexes[PRODUCTS].details["snapshot rows"] == 7


def test_forgotten_embedder_leaves_no_vector_and_can_come_back(goods: list[Product], settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "COMPACT_FROM": 5}
    change()
    change(OLD)

    assert forget(TINY) == 7
    assert not Embedding.objects.filter(fingerprint="tiny-27", vector__isnull=False).exists()
    assert not list((settings.VISUALSEARCH["DIRECTORY"] / PRODUCTS / "tiny-27").glob("0*"))

    change()
    assert_equal()
    assert found(draw_mosaic(3))[0] == goods[3].sku


@pytest.mark.parametrize("name", [OLD, TINY, "tiny-27"])
def test_embedder_in_use_is_not_forgotten(goods: list[Product], name: str) -> None:
    want(TINY)
    list(build())

    with pytest.raises(EmbedderInUse):
        forget(name)


def test_reconcile_after_the_change_finds_nothing(goods: list[Product]) -> None:
    change()

    assert reconcile(get_source(PRODUCTS)) == 0


@pytest.mark.django_db(transaction=True)
def test_threads_that_search_see_no_gap_while_two_build() -> None:
    products = [add_product(draw_mosaic(number)) for number in range(20)]
    sync_now()
    want(TINY)
    wrong: list[object] = []
    builders = [Thread(target=_run, args=(lambda: list(finish_building()), wrong)) for _ in range(2)]
    searcher = Thread(target=_run, args=(lambda: _search_until(TINY, products, wrong), wrong))
    for thread in (searcher, *builders):
        thread.start()
    for thread in (searcher, *builders):
        thread.join()

    assert wrong == []
    assert_equal()


def _run(work: Callable[[], object], wrong: list[object]) -> None:
    try:
        work()
    except Exception as error:
        wrong.append(error)
    finally:
        connection.close()


def _search_until(name: str, products: list[Product], wrong: list[object]) -> None:
    more = 20
    for number in range(3_000):
        number %= len(products)
        keys = found(draw_mosaic(number))
        if keys[:1] != [products[number].sku]:
            wrong.append(keys)
        more -= answering() == name
        if more < 0:
            return


def test_request_during_the_change_waits_for_nobody(goods: list[Product]) -> None:
    want(TINY)
    request_sync(PRODUCTS, [goods[0].pk])

    next(build())

    assert not SyncRequest.objects.exists()
