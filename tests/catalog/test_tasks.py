"""The shop's own work for a worker."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from catalog import tasks
from catalog.thumbnails import LARGE, SMALL, thumbnail_name
from tests.drawing import draw
from tests.goods import add_product
from visualsearch.models import SyncRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch):
    """Return how often a worker is asked to make thumbnails, as the seconds that it is to wait."""
    found = []
    monkeypatch.setattr(tasks.make_missing_thumbnails, "apply_async", lambda **options: found.append(options))
    monkeypatch.setattr(tasks, "_silent_until", 0.0)
    return found


@pytest.fixture
def image():
    return add_product(draw(size=700)).images.get()


def files_of(image):
    return [image.file.storage.exists(thumbnail_name(image.file.name, side)) for side in (SMALL, LARGE)]


def test_picture_is_shown_as_it_is_until_its_thumbnails_are_there(image):
    assert (image.small_url, image.large_url, image.srcset) == (image.file.url, image.file.url, "")

    tasks.make_missing_thumbnails()
    image.refresh_from_db()

    assert files_of(image) == [True, True]
    assert (image.width, image.height) == (700, 700)
    assert image.srcset == f"{image.file.url}.320.webp 320w, {image.file.url}.640.webp 640w"
    assert (image.small_url, image.large_url) == (f"{image.file.url}.320.webp", f"{image.file.url}.640.webp")


def test_saved_picture_asks_a_worker_after_commit(asked, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        add_product(draw())
        assert asked == []

    assert len(asked) == 1


def test_many_pictures_saved_at_once_ask_once(asked, django_capture_on_commit_callbacks):
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            add_product(draw())

    assert len(asked) == 1
    assert asked[0]["countdown"] > 0


def test_what_is_left_when_the_time_is_over_is_asked_for_again(image, asked, monkeypatch):
    add_product(draw())
    monkeypatch.setattr(tasks, "monotonic", iter(range(100)).__next__)
    monkeypatch.setattr(tasks, "SECONDS_A_SWEEP", 1.5)

    tasks.make_missing_thumbnails()

    assert tasks.missing().count() == 1
    assert len(asked) == 1


def test_broker_that_is_down_breaks_no_save_and_is_left_alone_for_a_while(
    asked, monkeypatch, django_capture_on_commit_callbacks, caplog
):
    calls = []

    def fail(**options):
        calls.append(options)
        raise ConnectionError("down")

    monkeypatch.setattr(tasks.make_missing_thumbnails, "apply_async", fail)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            add_product(draw())

    assert len(calls) == 1
    assert "the sweep will find the picture" in caplog.text


def test_sweep_finds_what_no_message_told(image):
    tasks.make_missing_thumbnails()

    image.refresh_from_db()
    assert image.has_thumbnails


def test_making_thumbnails_asks_for_no_search_to_be_synced(image):
    SyncRequest.objects.all().delete()

    tasks.make_missing_thumbnails()

    assert not SyncRequest.objects.exists()


def test_replaced_file_gets_new_thumbnails_and_the_old_ones_go(image):
    tasks.make_missing_thumbnails()
    image.refresh_from_db()
    old = image.file.name
    image.file = ContentFile(draw("blue", size=400), name="blue.png")
    image.save()
    assert image.srcset == ""

    tasks.make_missing_thumbnails()

    image.refresh_from_db()
    assert (image.width, files_of(image)) == (400, [True, True])
    assert not image.file.storage.exists(thumbnail_name(old, SMALL))


def test_file_that_is_no_picture_is_tried_once_and_shown_as_it_is(image, caplog):
    with image.file.storage.open(image.file.name, "wb") as file:
        file.write(b"no picture")

    for _ in range(2):
        tasks.make_missing_thumbnails()

    image.refresh_from_db()
    assert caplog.text.count("without thumbnails") == 1
    assert image.large_url == image.file.url


def test_lost_file_is_tried_again(image, caplog):
    image.file.storage.delete(image.file.name)

    for _ in range(2):
        tasks.make_missing_thumbnails()

    assert caplog.text.count("is tried again") == 2


def test_thumbnails_go_with_their_picture(image, django_capture_on_commit_callbacks):
    tasks.make_missing_thumbnails()

    with django_capture_on_commit_callbacks(execute=True):
        image.delete()

    assert files_of(image) == [False, False]


def test_command_makes_what_is_missing_and_says_how_many(image, capsys):
    for options, expected in (([], 1), ([], 0), (["--all"], 1)):
        call_command("make_thumbnails", *options)
        assert capsys.readouterr().out == f"Thumbnails of {expected} pictures made.\n"


def test_command_fails_where_a_picture_cannot_be_read(image):
    image.file.storage.delete(image.file.name)

    with pytest.raises(CommandError, match="1 pictures have no thumbnails"):
        call_command("make_thumbnails")
