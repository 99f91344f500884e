from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Product
from tests.drawing import draw, draw_mosaic
from tests.goods import POSTERS, PRODUCTS, add_poster, add_product, found, sync_now
from tests.sync.switch.steps import OLD, TINY, answering, assert_equal, change, replace, steps
from visualsearch.models import (
    Embedding,
    Heartbeat,
    Lease,
    ServingEmbedder,
    ServingIndex,
    current_space,
    serving_embedder,
)
from visualsearch.sync import (
    build,
    finish_building,
    follow_setting,
    get_building,
    get_status,
    note_life,
    take_over,
    want,
)
from visualsearch.sync.leases import lease_work
from visualsearch.sync.objects import sync_work
from visualsearch.sync.observing import SILENT_SECONDS
from visualsearch.tasks import follow_settings

pytestmark = pytest.mark.django_db


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


def heard(name: str, embedder: str, index: str = "faiss", *, seconds: float = 0) -> None:
    """Note a worker on another host, with its settings."""
    at = timezone.now() - timedelta(seconds=seconds)
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at, "embedder": embedder, "index": index})


@pytest.mark.parametrize("embedder", [OLD, ""])
def test_one_worker_with_another_setting_changes_nothing_by_itself(
    goods: list[Product], settings: Any, caplog: pytest.LogCaptureFixture, embedder: str
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "EMBEDDER": TINY, "INDEX": "exact"}
    heard("celery@right", embedder, "faiss" if embedder else "")
    note_life("celery@wrong")

    follow_settings()

    assert not ServingEmbedder.read().is_building
    assert not ServingIndex.read().is_building
    assert "celery@right" in caplog.text
    assert f"visualsearch_rebuild --embedder {TINY}" in caplog.text
    want(TINY)
    assert ServingEmbedder.read().wanted == TINY


def test_setting_is_followed_once_all_workers_have_it(goods: list[Product], settings: Any) -> None:
    heard("celery@first", OLD)
    heard("celery@second", OLD)
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "EMBEDDER": TINY, "INDEX": "exact"}

    note_life("celery@first")
    follow_settings()
    assert not ServingEmbedder.read().is_building

    note_life("celery@second")
    follow_settings()
    assert (ServingEmbedder.read().wanted, ServingIndex.read().wanted) == (TINY, "exact")


def test_worker_that_has_died_has_no_say(goods: list[Product], settings: Any) -> None:
    heard("celery@dead", OLD, seconds=SILENT_SECONDS + 1)
    heard("beat", "")
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "EMBEDDER": TINY}

    note_life("celery@here")
    follow_settings()

    assert ServingEmbedder.read().wanted == TINY


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
