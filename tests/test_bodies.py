"""A body that is too long is known by its length: no door lets it lie on a disk first."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.test.client import ClientHandler

pytestmark = pytest.mark.django_db
LONG = 3_000_000
"""Bytes; more than Django keeps of a file in memory."""

_BOUNDARY = "edge"
_TOKEN = "t" * 32


class Watched(io.BytesIO):
    """A body that looks, at each read, at what lies in the folder for uploads."""

    def __init__(self, content: bytes, folder: Path) -> None:
        super().__init__(content)
        self.folder = folder
        self.seen: set[str] = set()

    def read(self, size: int | None = -1, /) -> bytes:
        self.seen |= {path.name for path in self.folder.iterdir()}
        return super().read(size)


@pytest.fixture
def send(settings: Any, tmp_path: Path) -> Any:
    """Return a function that posts a form with a photo to a whole server; it tells the status, and the body."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)
    settings.ALLOWED_HOSTS = ["testserver"]

    def post(address: str, *, token: str = _TOKEN, cookies: str = "", length: int = LONG) -> tuple[int, Watched]:
        part = "--{}\r\nContent-Disposition: form-data; name={}\r\n\r\n"
        head = part.format(_BOUNDARY, '"csrfmiddlewaretoken"') + token + "\r\n"
        head += part.format(_BOUNDARY, '"photo"; filename="a.jpg"')
        content = head.encode() + bytes(length) + f"\r\n--{_BOUNDARY}--\r\n".encode()
        body = Watched(content, folder)
        environ = RequestFactory().generic("POST", address).environ | {
            "CONTENT_LENGTH": str(len(content)),
            "CONTENT_TYPE": f"multipart/form-data; boundary={_BOUNDARY}",
            "HTTP_COOKIE": f"csrftoken={_TOKEN}; {cookies}",
            "wsgi.input": body,
        }
        return ClientHandler(enforce_csrf_checks=True)(environ).status_code, body

    return post


def shorten(settings: Any, most: int) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "IMAGE_BYTES_MOST": most}


@pytest.mark.parametrize("token", [_TOKEN, "nonsense"])
def test_page_refuses_a_long_body_before_it_lies_on_the_disk(send: Any, settings: Any, token: str) -> None:
    shorten(settings, 2_000_000)

    status, body = send("/visual-search/", token=token)

    assert (status, body.seen) == (413, set())


def test_body_far_longer_than_allowed_is_not_read_at_all(send: Any, settings: Any) -> None:
    shorten(settings, 1_000_000)

    status, body = send("/visual-search/")

    assert (status, body.tell()) == (413, 0)


@pytest.mark.parametrize(
    ("address", "status"),
    [("/visual-search/photo/", 405), ("/visual-search/samples/1/", 405), ("/health/healthz", 405)],
)
def test_door_that_takes_no_body_reads_none(send: Any, address: str, status: int) -> None:
    answered, body = send(address)

    assert (answered, body.tell()) == (status, 0)


def test_token_is_asked_for_where_the_body_is_short_enough(send: Any) -> None:
    assert send("/visual-search/", token="nonsense")[0] == 403


@pytest.mark.parametrize("address", ["/api/v1/visual-search/", "/api/v1/visual-search/batch/"])
def test_api_refuses_a_long_body_of_somebody_who_is_logged_in(send: Any, settings: Any, address: str) -> None:
    shorten(settings, 2_000_000 if address.endswith("visual-search/") else 200_000)
    client = Client()
    client.force_login(User.objects.create_user("ada"))

    status, body = send(address, cookies=f"sessionid={client.cookies['sessionid'].value}")

    assert (status, body.seen) == (413, set())
