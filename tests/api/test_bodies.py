"""What becomes of a body that a refusal leaves unread: who sends it must hear the refusal, not a broken connection."""

from __future__ import annotations

from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from tests.processes import Shop
from visualsearch.api.views import SearchView

ADDRESS = "/api/v1/visual-search/"
LARGE = 6_000_000


def put(length: int) -> tuple[int, int]:
    """Send a body to where none is taken; returns the status, and how much of the body was read."""
    body = BytesIO(bytes(length))
    request = RequestFactory().generic("PUT", ADDRESS, content_type="image/jpeg")
    response = SearchView.as_view()(WSGIRequest({**request.environ, "wsgi.input": body, "CONTENT_LENGTH": str(length)}))
    return response.status_code, body.tell()


@pytest.mark.django_db
def test_refused_body_is_read_to_its_end() -> None:
    assert put(300_000) == (405, 300_000)


@pytest.mark.django_db
def test_body_far_longer_than_allowed_is_not_waited_for(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "IMAGE_BYTES_MOST": 100_000}

    assert put(200_000) == (413, 200_000)
    assert put(200_001) == (413, 0)


@pytest.mark.slow
def test_phone_that_sends_a_large_photo_hears_why_it_is_refused(tmp_path: Path) -> None:
    with Shop(folder=tmp_path / "shop") as shop:
        host = shop.start_server().removeprefix("http://")
        for _ in range(10):
            connection = HTTPConnection(host, timeout=30)
            connection.request("PUT", ADDRESS, bytes(LARGE), {"Content-Type": "image/jpeg"})
            answer = connection.getresponse()

            assert answer.status == 405
            assert b"method-not-allowed" in answer.read()
            connection.close()
