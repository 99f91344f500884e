"""No file takes a decoder, a page or the API down: each gets a typed error or the right answer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.hostile import Hostile, all_files
from visualsearch.conf import Settings
from visualsearch.exceptions import InvalidImage
from visualsearch.images import door, photos
from visualsearch.images.decoders import Allowance, DecoderPool

PEAK_MOST = 1_600_000_000
"""Of a decoder's memory in all its life, as docs/intake.md says: what the setting allows, and its program."""


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    pool = DecoderPool(1, Allowance(seconds=60, data_bytes=Settings().decode_bytes_most))
    yield pool
    pool.end()


def outcome(file: Hostile) -> str:
    """Return what is wrong with what came of a file; empty where it is right."""
    try:
        image = photos.open_photo(file.data)
    except InvalidImage as error:
        told = str(error).startswith("Expected ")
        kind_is_right = isinstance(error, file.error) if file.error else False
        return "" if told and kind_is_right else f"{file.name}: {type(error).__name__}: {error}"
    right = (file.error is None or file.may_be_read) and image.mode == "RGB" and not image.info
    return "" if right else f"{file.name} was read"


def test_every_file_gets_an_answer_and_no_decoder_ends(pool: DecoderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "get_pool", lambda: pool)
    photos.open_photo(next(file.data for file in all_files() if file.name == "whole-png"))
    begun = pool.pids()

    wrong = [told for file in all_files() if (told := outcome(file))]

    assert not wrong
    assert pool.pids() == begun
    assert _peak_of(begun[0]) <= PEAK_MOST


def test_there_are_at_least_300_files_and_no_two_of_one_name() -> None:
    names = Counter(file.name for file in all_files())

    assert len(names) >= 300
    assert max(names.values()) == 1


@pytest.mark.django_db
def test_no_file_is_an_error_of_the_page_or_of_the_api() -> None:
    client = Client(raise_request_exception=True)
    told: dict[str, int] = {}
    for file in all_files():
        if len(file.data) > 2_000_000 or file.name.endswith("-64"):
            continue  # told by the test above, and slow
        for url in (reverse("visualsearch:page"), reverse("visualsearch-api:visual-search")):
            photo = SimpleUploadedFile("../../photo.jpg\0", file.data, content_type="text/html")
            status = client.post(url, {"photo": photo}).status_code
            if status >= 500:
                told[f"{file.name} {url}"] = status

    assert not told, json.dumps(told)


def _peak_of(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
