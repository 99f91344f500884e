"""Nothing of a shopper's photo outlives its request, however that ends."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from tests.goods import PRODUCTS
from tests.images.drawn import encoded
from visualsearch import uploads
from visualsearch.uploads import UnnamedFileUploadHandler

pytestmark = pytest.mark.django_db
PAGE, SEARCH = reverse("visualsearch:page"), reverse("visualsearch-api:visual-search")
BATCH = reverse("visualsearch-api:batch")
LARGE = encoded(Image.effect_noise((1700, 1700), 90).convert("RGB"), "BMP")
BOUNDARY = "boundary"


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    (folder := tmp_path / "uploads").mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)
    return folder


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[list[str]]:
    """Note what lies in the folder whenever something of a large upload has come."""
    noted: list[list[str]] = []
    real = UnnamedFileUploadHandler.receive_data_chunk

    def receive(self: UnnamedFileUploadHandler, raw_data: bytes, start: int) -> None:
        real(self, raw_data, start)
        noted.append(os.listdir(folder))

    monkeypatch.setattr(UnnamedFileUploadHandler, "receive_data_chunk", receive)
    return noted


class Torn(BytesIO):
    """A body whose sender is gone after half of it."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > len(self.getvalue()) // 2:
            raise ConnectionResetError("Connection reset by peer")
        return super().read(size)


def body(name: str) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="private.webp"\r\n\r\n'
    return head.encode() + LARGE + f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize(("url", "name"), [(PAGE, "photo"), (SEARCH, "photo"), (BATCH, "photos")])
def test_large_photo_is_never_a_file_with_a_name(
    client: Client, folder: Path, seen: list[list[str]], settings: Settings, url: str, name: str
) -> None:
    assert len(LARGE) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE

    response = client.post(url, {name: SimpleUploadedFile("../../shell.php\n.jpg", LARGE), "source": PRODUCTS})

    assert response.status_code in (200, 303)
    assert seen
    assert not any(seen)
    assert os.listdir(folder) == []
    media = Path(str(settings.MEDIA_ROOT))
    assert not media.exists() or not [file for file in media.rglob("*") if file.is_file()]


@pytest.mark.parametrize("csrf", [True, False])
@pytest.mark.parametrize(("url", "name"), [(PAGE, "photo"), (SEARCH, "photo"), (BATCH, "photos")])
def test_shopper_who_loses_the_network_is_no_error_and_leaves_nothing(
    folder: Path, seen: list[list[str]], caplog: pytest.LogCaptureFixture, url: str, name: str, csrf: bool
) -> None:
    client = Client(enforce_csrf_checks=csrf, raise_request_exception=False)
    content = body(name)
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    request: dict[str, Any] = {"wsgi.input": Torn(content), "CONTENT_LENGTH": str(len(content)), "CONTENT_TYPE": kind}
    with caplog.at_level(logging.INFO):
        response = client.generic("POST", url, **request)

    assert response.status_code in (400, 403)
    assert not any(seen)
    assert os.listdir(folder) == []
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_page_still_asks_for_a_token() -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.post(PAGE, {"photo": SimpleUploadedFile("a.bmp", LARGE)}).status_code == 403
    client.get(PAGE)
    token = client.cookies["csrftoken"].value
    sent = {"photo": SimpleUploadedFile("a.bmp", LARGE), "csrfmiddlewaretoken": token}
    assert client.post(PAGE, sent).status_code == 303


@pytest.fixture
def own_handler(settings: Settings) -> Callable[[], int]:
    settings.FILE_UPLOAD_HANDLERS = ["tests.test_uploads.Counting"]
    Counting.count = 0
    return lambda: Counting.count


class Counting(UnnamedFileUploadHandler):
    count = 0

    def file_complete(self, file_size: int) -> Any:
        Counting.count += 1
        return super().file_complete(file_size)


def test_handlers_of_the_shops_own_stay(client: Client, own_handler: Callable[[], int]) -> None:
    client.post(SEARCH, {"photo": SimpleUploadedFile("a.bmp", LARGE)})

    assert own_handler() == 1


def test_request_whose_body_was_read_before_is_left_as_it_is(rf: Any) -> None:
    request = rf.post(SEARCH, {"photo": SimpleUploadedFile("a.bmp", LARGE)})
    assert request.FILES

    uploads.leave_no_file(request)

    assert request.FILES["photo"].read() == LARGE
    request.close()
