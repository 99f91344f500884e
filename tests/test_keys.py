from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from tests.drawing import draw, draw_mosaic
from tests.gallery.models import Cast, Frame, Poster
from tests.goods import found, sync_now
from visualsearch import VisualSource
from visualsearch.keys import KEY_MOST, key_value, with_keys
from visualsearch.models import Embedding, EmbeddingState, SyncRequest
from visualsearch.sync import get_progress, reconcile, request_sync, verify

pytestmark = pytest.mark.django_db

UUID_TEXT = "0b8c2a4e-8b1e-4d49-9d2c-7d0f4b9f5f11"


@pytest.mark.parametrize(
    ("model", "key", "value"),
    [
        (Poster, "12", 12),
        (Poster, "12.0", None),
        (Poster, "twelve", None),
        (Poster, "", None),
        (Poster, "1" * 40, None),
        (Poster, UUID_TEXT, None),
        (Cast, UUID_TEXT, UUID(UUID_TEXT)),
        (Cast, "12", None),
        (Cast, "", None),
        (Frame, "any text", "any text"),
        (Frame, "a\0b", None),
    ],
)
def test_key_is_read_as_its_model_writes_keys(model: type, key: str, value: object) -> None:
    assert key_value(model, key, using="default") == value


def test_objects_are_found_by_keys_among_which_some_are_none() -> None:
    posters = [Poster.objects.create(name=str(number)) for number in range(3)]
    keys = ["x", str(posters[2].pk), "9" * 30, UUID_TEXT, str(posters[0].pk)]

    assert set(with_keys(Poster.objects.all(), keys)) == {posters[0], posters[2]}


@pytest.mark.parametrize("old", ["12", "twelve", "9" * 40, "a b/c"])
def test_rows_of_another_kind_of_key_are_orphans_and_removed(
    register_source: Callable[..., VisualSource], old: str
) -> None:
    source = register_source(Cast)
    kept, gone = (_cast(number) for number in (1, 2))
    sync_now()
    Embedding.objects.filter(object_key=str(gone.pk)).update(object_key=old)
    SyncRequest.objects.create(source=source.name, object_key=old, due="2020-01-01T00:00:00Z")
    gone.delete()

    assert found(draw_mosaic(1), source.name)[0] == str(kept.pk)
    assert get_progress(source).wanted == 1
    assert reconcile(source) == 1
    sync_now()

    assert dict(Embedding.objects.values_list("object_key", "state")) == {
        str(kept.pk): EmbeddingState.READY,
        old: EmbeddingState.REMOVED,
    }
    assert verify(source).equal


@pytest.mark.parametrize("like", ["x:picture", "12:picture", "9" * 40 + ":picture", "%00:picture"])
def test_address_with_a_key_that_no_object_can_have_is_gone(client: Client, like: str) -> None:
    assert client.get(f"{reverse('visualsearch:page')}?like={like}").status_code == 410


def test_object_with_a_long_key_is_found(register_source: Callable[..., VisualSource]) -> None:
    source = register_source(Frame)
    code = "z" * KEY_MOST
    frame = Frame(code=code)
    _keep(frame, draw("red"))
    sync_now()

    assert found(draw("red"), source.name) == [code]


def test_save_of_an_object_whose_key_no_row_can_hold_succeeds(
    register_source: Callable[..., VisualSource], caplog: pytest.LogCaptureFixture
) -> None:
    source = register_source(Frame)

    Frame.objects.create(code="z" * (KEY_MOST + 1))

    assert not SyncRequest.objects.exists()
    assert "its key is longer than 255 characters" in caplog.text
    assert request_sync(source.name, ["short", "z" * (KEY_MOST + 1)]) == 1


def _cast(number: int) -> Cast:
    cast = Cast(id=uuid4())
    _keep(cast, draw_mosaic(number))
    return cast


def _keep(thing: Cast | Frame, picture: bytes) -> None:
    thing.picture.save("picture.png", ContentFile(picture))
