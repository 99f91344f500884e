from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any
from weakref import finalize

import pytest
from PIL import Image

from tests.drawing import draw_mosaic
from tests.embedders.tiny import TinyEmbedder
from tests.goods import add_poster, sync_now
from tests.images.drawn import encoded
from visualsearch.embedders.base import Embedder
from visualsearch.exceptions import EmbedderUnavailable, ImageTooSlow
from visualsearch.models import Embedding
from visualsearch.sources import Picture
from visualsearch.sync import pictures
from visualsearch.sync.pictures import Reading, look_at
from visualsearch.vectors import Vectors

pytestmark = pytest.mark.django_db
SIZE = 3


@pytest.fixture(autouse=True)
def _small_batches(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "BATCH_SIZE": SIZE}


def reading(content: bytes) -> Reading:
    return Reading(picture=Picture(key="picture", file=add_poster(content).picture), row=None)


def readings(count: int) -> list[Reading]:
    return [reading(draw_mosaic(number)) for number in range(count)]


def names_of_threads() -> list[str]:
    # The bell of another test in this process lives on.
    ours = [thread.name for thread in threading.enumerate() if thread.name.startswith("visualsearch")]
    return [name for name in ours if name != "visualsearch-bell"]


class Watched(TinyEmbedder):
    """Calls a function before each batch."""

    def __init__(self, before: Any) -> None:
        self.before = before

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        self.before(images)
        return super().embed(images)


def test_each_picture_gets_its_own_vector_in_whatever_order_they_are_decoded() -> None:
    alone = [reading(draw_mosaic(number)) for number in range(8)]
    for one in alone:
        list(look_at([one], TinyEmbedder()))
    together = readings(8)

    assert list(look_at(together, TinyEmbedder())) == [3, 3, 2]
    assert [one.seen for one in together] == [one.seen for one in alone]


def test_the_next_batch_is_decoded_and_one_more_read_while_one_is_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded, read = threading.Semaphore(0), threading.Semaphore(0)
    decode, read_file = pictures.decode_content, pictures._read
    monkeypatch.setattr(pictures, "decode_content", lambda *given: (decode(*given), decoded.release())[0])
    monkeypatch.setattr(pictures, "_read", lambda picture: (read_file(picture), read.release())[0])
    waited: list[bool] = []

    def wait_for_the_others(images: Any) -> None:
        if not waited:
            waited.extend(decoded.acquire(timeout=20) for _ in range(2 * SIZE))
            waited.extend(read.acquire(timeout=20) for _ in range(3 * SIZE))

    list(look_at(readings(4 * SIZE), Watched(wait_for_the_others)))

    assert waited == [True] * 5 * SIZE


def test_no_more_than_two_batches_are_held_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[object] = []
    most: list[int] = []
    decode = pictures.decode_content

    def counted(*given: Any) -> pictures.Decoded:
        decoded = decode(*given)
        held.append(None)
        most.append(len(held))
        finalize(decoded.image, held.pop)
        return decoded

    monkeypatch.setattr(pictures, "decode_content", counted)

    list(look_at(readings(8 * SIZE), TinyEmbedder()))

    assert SIZE < max(most) <= 2 * SIZE
    assert not held


def test_a_picture_that_fails_stops_no_other() -> None:
    many = readings(7)
    many[1] = reading(b"no picture")
    many[4].picture.file.storage.delete(many[4].picture.name)

    assert sum(look_at(many, TinyEmbedder())) == 5
    errors = [one.seen.error if one.seen else "nothing" for one in many]
    assert [bool(error) for error in errors] == [False, True, False, False, True, False, False]
    assert errors[1].startswith("Expected a picture")
    assert errors[4].startswith("FileNotFoundError")


def test_a_batch_of_which_nothing_can_be_decoded_is_not_embedded() -> None:
    refused = [reading(b"no picture") for _ in range(SIZE)]

    assert list(look_at([*refused, *readings(1)], TinyEmbedder())) == [0, 1]


def test_the_picture_at_which_the_embedder_fails_is_found() -> None:
    def fail_at_white(images: Sequence[Image.Image]) -> None:
        if any(image.getextrema() == ((255, 255),) * 3 for image in images):
            raise ValueError("too bright")

    many = readings(5)
    white = reading(encoded(Image.new("RGB", (32, 32), "white")))
    many.insert(1, white)

    assert sum(look_at(many, Watched(fail_at_white))) == 5
    assert white.seen
    assert white.seen.error == "ValueError: too bright"


def test_database_and_embedder_are_asked_in_the_calling_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[int] = set()
    same_file = pictures._same_file
    monkeypatch.setattr(pictures, "_same_file", lambda *given: (asked.add(threading.get_ident()), same_file(*given))[1])

    list(look_at(readings(5), Watched(lambda images: asked.add(threading.get_ident()))))

    assert asked == {threading.get_ident()}


def unavailable(images: Any) -> None:
    raise EmbedderUnavailable("no weights")


def test_an_embedder_that_is_not_there_stops_the_work_and_leaves_no_thread() -> None:
    with pytest.raises(EmbedderUnavailable):
        list(look_at(readings(9), Watched(unavailable)))

    assert names_of_threads() == []


@pytest.mark.parametrize("embedder", [TinyEmbedder(), Watched(lambda images: None)])
def test_no_thread_outlives_the_work_also_where_it_is_given_up(embedder: Embedder) -> None:
    work = look_at(readings(9), embedder)
    next(work)
    assert names_of_threads()

    work.close()  # type: ignore[attr-defined]

    assert names_of_threads() == []
    list(look_at(readings(9), embedder))
    assert names_of_threads() == []


def test_torn_picture_gets_its_vector_and_a_note_and_another_row_of_the_same_file_too() -> None:
    whole = encoded(Image.effect_noise((90, 70), 80).convert("RGB"), "JPEG")
    for _ in range(2):
        add_poster(whole[: int(len(whole) * 0.8)])
    sync_now()

    first, second = Embedding.objects.order_by("pk")

    assert (first.state, first.attempts) == (second.state, second.attempts) == ("ready", 0)
    assert first.error == second.error
    assert "of the picture is there" in first.error


def test_picture_that_takes_too_long_fails_alone_and_its_batch_is_kept_meanwhile(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "LEASE_SECONDS": 0.4}
    many = readings(5)
    slow = many[1].picture.name
    decode, read = pictures.decode_content, pictures.read_content
    contents: dict[bytes, str] = {}

    def read_named(picture: Picture) -> bytes:
        content = read(picture)
        contents[content] = picture.name
        return content

    def decode_slowly(content: bytes, longest_side: int) -> pictures.Decoded:
        if contents[content] == slow:
            time.sleep(1.0)
            raise ImageTooSlow("Expected a picture that is decoded within 1 seconds; this takes longer.")
        return decode(content, longest_side)

    monkeypatch.setattr(pictures, "read_content", read_named)
    monkeypatch.setattr(pictures, "decode_content", decode_slowly)
    counts = list(look_at(many, TinyEmbedder()))

    assert counts.count(0) >= 3
    assert sum(counts) == 4
    assert [bool(one.seen and one.seen.error) for one in many] == [False, True, False, False, False]
