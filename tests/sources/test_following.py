"""Whatever changes an object's pictures asks for its sync, or `check` says that it cannot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from catalog.models import Category
from tests.drawing import draw, draw_mosaic
from tests.gallery.models import (
    Bust,
    Caption,
    Etching,
    Look,
    Photo,
    Sculpture,
    Style,
    StylePhoto,
    Work,
    WorkPhoto,
)
from tests.goods import add_product, found, sync_now
from visualsearch import Picture, VisualSource, request_sync
from visualsearch.models import Embedding, SyncRequest
from visualsearch.sync import reconcile

pytestmark = pytest.mark.django_db
Registers = Callable[..., VisualSource]


def wishes() -> set[str]:
    """Return the keys that a sync is asked for, and forget them."""
    keys = set(SyncRequest.objects.values_list("object_key", flat=True))
    SyncRequest.objects.all().delete()
    return keys


def pictures_of_look(self: Any, look: Look) -> list[Picture]:
    own = [look.cover] if look.cover else []
    return [Picture(key=str(photo.pk), file=photo.file) for photo in [*own, *look.photos.all()]]


def add_photo(number: int = 1) -> Photo:
    photo = Photo()
    photo.file.save("photo.png", ContentFile(draw_mosaic(number)))
    return photo


def no_pictures(self: Any, obj: Any) -> list[Picture]:
    return []


def test_row_that_points_by_another_field_asks_for_its_object(register_source: Registers) -> None:
    register_source(Style, follows={StylePhoto: "style"}, get_pictures=no_pictures)
    oak, elm = Style.objects.create(code="OAK"), Style.objects.create(code="ELM")
    wishes()

    photo = StylePhoto.objects.create(style=oak)
    assert wishes() == {str(oak.pk)}
    photo.style = elm
    photo.save()
    assert wishes() == {str(oak.pk), str(elm.pk)}
    photo.delete()
    assert wishes() == {str(elm.pk)}


@pytest.mark.parametrize("model", [Etching, Sculpture, Bust, Work])
@pytest.mark.parametrize("follows", [{WorkPhoto: "work"}, {"gallery.WorkPhoto": ("work",)}])
def test_followed_row_may_point_to_a_proxys_base_or_a_parent(
    register_source: Registers, model: Any, follows: Any
) -> None:
    source = register_source(model, follows=follows, get_pictures=no_pictures)
    work = model.objects.create()
    wishes()
    assert source.check() == []

    photo = WorkPhoto.objects.create(work_id=work.pk)
    assert wishes() == {str(work.pk)}
    photo.delete()
    assert wishes() == {str(work.pk)}


@pytest.mark.parametrize(
    ("model", "through"),
    [
        (Etching, Work),
        (Sculpture, Work),
        (Bust, Work),
        (Bust, Sculpture),
        (Sculpture, Etching),
        (Work, Sculpture),
        (Work, Etching),
        (Etching, Sculpture),
    ],
)
def test_save_and_delete_through_a_relative_of_the_model_ask_for_the_object(
    register_source: Registers, model: Any, through: Any
) -> None:
    register_source(model)
    made = (model if issubclass(model, through) or through is Etching else through).objects.create()
    wishes()

    other = through.objects.get(pk=made.pk)
    other.save()
    assert wishes() == {str(made.pk)}
    other.delete()
    assert wishes() == {str(made.pk)}


def test_parent_row_of_another_child_asks_for_nothing(register_source: Registers) -> None:
    register_source(Sculpture)
    work = Work.objects.create()

    work.save()
    work.delete()

    assert wishes() == set()


@pytest.mark.parametrize("follows", [{Photo: "looks"}, {Look.photos.through: "look"}, {}])
def test_many_to_many_asks_for_what_it_joins(register_source: Registers, follows: Any) -> None:
    source = register_source(Look, follows=follows, get_pictures=pictures_of_look)
    looks = [Look.objects.create() for _ in range(3)]
    photo, other = add_photo(1), add_photo(2)
    wishes()
    assert source.check() == []

    looks[0].photos.add(photo, other)
    assert wishes() == {str(looks[0].pk)}
    photo.looks.add(looks[1])
    assert wishes() == {str(looks[1].pk)}
    looks[0].photos.remove(photo)
    assert wishes() == {str(looks[0].pk)}
    other.looks.set([looks[2]])
    assert wishes() == {str(looks[0].pk), str(looks[2].pk)}
    looks[2].photos.clear()
    assert wishes() == {str(looks[2].pk)}
    photo.delete()
    assert wishes() == {str(looks[1].pk)}


def test_picture_that_objects_share_asks_for_all_of_them(register_source: Registers) -> None:
    source = register_source(Look, follows={Photo: ("covered", "looks")}, get_pictures=pictures_of_look)
    photo = add_photo(1)
    looks = [Look.objects.create(cover=photo), Look.objects.create(), Look.objects.create()]
    looks[1].photos.add(photo)
    sync_now()
    wishes()
    assert source.check() == []

    photo.file.save("photo.png", ContentFile(draw_mosaic(5)))

    assert wishes() == {str(looks[0].pk), str(looks[1].pk)}


def test_replaced_shared_picture_is_found_after_the_next_sync(register_source: Registers) -> None:
    source = register_source(Look, follows={Photo: "covered"}, get_pictures=pictures_of_look)
    photo = add_photo(1)
    look = Look.objects.create(cover=photo)
    sync_now()

    photo.file.save("other.png", ContentFile(draw_mosaic(9)))
    sync_now()

    assert found(draw_mosaic(9), source.name) == [str(look.pk)]
    photo.delete()
    sync_now()
    assert found(draw_mosaic(9), source.name) == []


def test_path_of_several_steps_leads_to_objects(register_source: Registers) -> None:
    register_source(Look, follows={Caption: "photo__covered"}, get_pictures=no_pictures)
    photo, other = add_photo(), add_photo(2)
    look, another = Look.objects.create(cover=photo), Look.objects.create(cover=other)
    wishes()

    caption = Caption.objects.create(photo=photo)
    assert wishes() == {str(look.pk)}
    caption.photo = other
    caption.save()
    assert wishes() == {str(look.pk), str(another.pk)}


def test_children_come_back_with_their_parent(register_source: Registers) -> None:
    source = register_source(
        Look,
        follows={Look: "children"},
        get_pictures=pictures_of_look,
        get_queryset=lambda self: Look.objects.exclude(shown=False).exclude(parent__shown=False),
    )
    parent = Look.objects.create()
    child = Look.objects.create(parent=parent, cover=add_photo(3))
    sync_now()

    parent.shown = False
    parent.save()
    sync_now()
    reconcile(source)
    sync_now()
    assert found(draw_mosaic(3), source.name) == []

    parent.shown = True
    parent.save()
    sync_now()
    assert found(draw_mosaic(3), source.name) == [str(child.pk)]
    assert Embedding.objects.filter(source=source.name).count() == 1


def test_requested_objects_are_synced_with_what_hangs_on_them(register_source: Registers) -> None:
    register_source(Look, follows={Photo: "covered"}, get_pictures=pictures_of_look)
    photo = add_photo()
    look, other = Look.objects.create(cover=photo), Look.objects.create()
    wishes()

    request_sync([photo, Category(name="of no source")])
    assert wishes() == {str(look.pk)}
    request_sync(Look.objects.all())
    assert wishes() == {str(look.pk), str(other.pk)}
    request_sync([])
    assert wishes() == set()


def test_request_is_undone_with_its_transaction() -> None:
    product = add_product(draw())
    sync_now()

    with transaction.atomic():
        request_sync([product])
        transaction.set_rollback(True)

    assert not SyncRequest.objects.exists()


def test_deleting_an_object_asks_for_it_once_at_least_and_for_no_other(register_source: Registers) -> None:
    register_source(Look, follows={Look: ("children", "parent")}, get_pictures=no_pictures)
    parent = Look.objects.create()
    child, stranger = Look.objects.create(parent=parent), Look.objects.create()
    wishes()

    child.delete()

    keys = wishes()
    assert str(parent.pk) in keys
    assert str(stranger.pk) not in keys
