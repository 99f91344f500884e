"""Shoppers' photos that the shop has chosen to keep."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from tests.drawing import draw
from tests.goods import add_product, sync_now
from visualsearch import keeping, tasks
from visualsearch.keeping import forget_photos, keep_photo, open_kept

PAGE, PHOTO = reverse("visualsearch:page"), reverse("visualsearch:photo")
PICTURE = Image.new("RGB", (2000, 1000), "red")


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Let the shop keep photos for two days, and return where."""
    private = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "photos"}}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "KEEP_PHOTOS": "private", "KEEP_PHOTOS_DAYS": 2}
    return tmp_path / "photos"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def search(client: Client, **fields: Any) -> str:
    """Search with a photo and return the address of its answer."""
    file = io.BytesIO(draw("red", format="JPEG", size=300))
    file.name = "anna-at-home.jpg"
    response = client.post(PAGE, {"photo": file, **fields})
    assert response.status_code == 303
    return str(response["Location"])


def test_photo_is_kept_small_without_metadata_and_under_a_name_that_tells_nothing(folder: Path) -> None:
    image = PICTURE.copy()
    image.info["exif"] = b"Exif\0\0here"

    name = keep_photo(image)

    with open_kept(name) as file, Image.open(file) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (1024, 512), {})
        assert "exif" not in kept.info
    assert keep_photo(image) != name


def test_nothing_is_kept_unless_the_shop_says_so(tmp_path: Path) -> None:
    assert keep_photo(PICTURE) == ""
    assert forget_photos() == 0
    with pytest.raises(FileNotFoundError):
        open_kept("2026-01-01/any.jpg")


def test_storage_that_fails_stops_no_search(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder.write_bytes(b"no folder")

    assert keep_photo(PICTURE) == ""
    assert "cannot be kept" in caplog.text


def test_photos_are_forgotten_after_their_days(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    for days in (0, 2, 3, 40):
        monkeypatch.setattr(keeping.timezone, "now", lambda days=days: now - timedelta(days=days))
        keep_photo(PICTURE)
    monkeypatch.setattr(keeping.timezone, "now", lambda: now)
    (folder / "not-a-day").mkdir()

    tasks.forget_kept_photos()

    days = sorted(path.name for path in folder.iterdir())
    assert days == [f"{now - timedelta(days=2):%Y-%m-%d}", f"{now:%Y-%m-%d}", "not-a-day"]


@pytest.mark.django_db
def test_command_forgets_all_of_them_when_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_photo(PICTURE)

    call_command("visualsearch_forget")
    call_command("visualsearch_forget", "--all")

    assert capsys.readouterr().out.splitlines() == [
        "0 kept photos deleted.",
        "0 kept vectors deleted.",
        "1 kept photos deleted.",
        "0 kept vectors deleted.",
    ]
    assert files(folder) == []


@pytest.mark.django_db
def test_page_says_that_photos_are_kept_and_shows_the_photo_of_a_shared_address(folder: Path, client: Client) -> None:
    add_product(draw("red"), title="Red cup")
    sync_now()
    assert b"kept for 2 days; whoever has the address" in client.get(PAGE).content

    address = search(client)
    page = Client().get(address).content.decode()

    (kept,) = files(folder)
    assert "anna" not in str(kept)
    assert "was not kept" not in page
    token = parse_qs(urlsplit(address).query)["q"][0]
    response = Client().get(PHOTO, {"q": token})
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert b"".join(response.streaming_content) == kept.read_bytes()  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_part_of_a_kept_photo_is_searched_without_sending_it_again(
    folder: Path, client: Client, learnt_regions: None
) -> None:
    add_product(draw("red"), title="Red cup")
    sync_now()
    token = parse_qs(urlsplit(search(client)).query)["q"][0]

    response = client.post(PAGE, {"q": token, "left": "10", "top": "10", "right": "90", "bottom": "90"})

    assert response.status_code == 303
    shown = client.get(response["Location"]).context
    assert shown["edges"] == (10, 10, 90, 90)
    assert shown["shown"].boxes == client.get(PAGE, {"q": token}).context["shown"].boxes != ()
    assert len(files(folder)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "forged"])
def test_photo_of_a_token_that_is_not_ours_is_not_found(folder: Path, client: Client, token: str) -> None:
    assert client.get(PHOTO, {"q": token}).status_code == 404


@pytest.mark.django_db
def test_photo_that_was_not_kept_is_not_found_and_must_be_sent_again(client: Client) -> None:
    add_product(draw("red"))
    sync_now()
    token = parse_qs(urlsplit(search(client)).query)["q"][0]

    assert b"and not kept" in client.get(PAGE).content
    assert client.get(PHOTO, {"q": token}).status_code == 404
    assert client.post(PAGE, {"q": token, "left": "10"}).status_code == 410
