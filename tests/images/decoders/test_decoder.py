"""A photo that hurts its decoder hurts nobody else, and is told so."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.hostile.bombs import bombs, slow
from tests.images.drawn import BLUE, RED, colours, encoded, red_left_of_blue
from visualsearch.exceptions import (
    DecoderUnavailable,
    ImageTooSlow,
    ImageTooSmall,
    InvalidImage,
    TooManyPixels,
    TooManySearches,
    UnsupportedFormat,
    VisualSearchError,
)
from visualsearch.images.decoders import Allowance, DecoderPool
from visualsearch.images.decoders import decoder as decoders
from visualsearch.images.decoders.callers import Asking, asking, decoding_for
from visualsearch.images.limits import Limits

LIMITS = Limits(pixels_most=64_000_000, side_least=32, aspect_most=20, frames_most=100, profile_bytes_most=1 << 20)
PHOTO = encoded(red_left_of_blue())
SLOW = slow().data
MakePool = Callable[..., DecoderPool]


@pytest.fixture
def make_pool() -> Iterator[MakePool]:
    pools: list[DecoderPool] = []

    def make(size: int = 1, seconds: float = 60.0, data_bytes: int = 500_000_000) -> DecoderPool:
        pools.append(DecoderPool(size, Allowance(seconds=seconds, data_bytes=data_bytes)))
        return pools[-1]

    yield make
    for pool in pools:
        pool.end()


def decode(pool: DecoderPool, data: bytes = PHOTO, longest_side: int = 100) -> Image.Image:
    return pool.decode(data, LIMITS, longest_side).image


def bomb(name: str) -> bytes:
    return next(file.data for file in bombs() if file.name == name)


def test_photo_comes_back_as_pixels_alone(make_pool: MakePool) -> None:
    image = decode(make_pool())

    assert (image.mode, image.size, image.info) == ("RGB", (64, 32), {})
    assert colours(image)[:2] == [RED, BLUE]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"hello", InvalidImage),
        (PHOTO[:60], InvalidImage),
        (b"%PDF-1.7", UnsupportedFormat),
        (encoded(Image.new("RGB", (9, 9))), ImageTooSmall),
        (bomb("png-20000"), TooManyPixels),
    ],
)
def test_error_comes_back_as_what_it_is_and_the_decoder_goes_on(
    make_pool: MakePool, data: bytes, error: type[InvalidImage]
) -> None:
    pool = make_pool()

    with pytest.raises(InvalidImage, match="^Expected") as told:
        decode(pool, data)

    assert type(told.value) is error
    (first,) = pool.pids()
    decode(pool)
    assert pool.pids() == [first]


def test_no_decoder_is_started_before_the_first_photo(make_pool: MakePool) -> None:
    pool = make_pool(2)

    assert pool.pids() == []
    decode(pool)
    decode(pool)
    assert len(pool.pids()) == 1


def test_decoder_that_dies_in_the_middle_is_told_of_its_photo_and_replaced(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = make_pool()
    decode(pool)
    (first,) = pool.pids()
    real = decoders.send

    def send_and_kill(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        os.kill(first, signal.SIGKILL)

    monkeypatch.setattr(decoders, "send", send_and_kill)
    with pytest.raises(InvalidImage, match="ended the decoder"):
        decode(pool, SLOW)
    monkeypatch.undo()

    assert decode(pool).size == (64, 32)
    assert pool.pids() != [first]


def test_decoder_that_died_between_photos_is_replaced_without_a_word(make_pool: MakePool) -> None:
    pool = make_pool()
    decode(pool)
    (first,) = pool.pids()

    os.kill(first, signal.SIGKILL)
    while pool.pids():
        time.sleep(0.01)

    assert decode(pool).size == (64, 32)


def test_photo_that_takes_too_long_is_given_up(make_pool: MakePool) -> None:
    pool = make_pool(data_bytes=1_500_000_000)
    patient = pool._allowance
    decode(pool)

    pool._allowance = replace(patient, seconds=0.5)
    with pytest.raises(InvalidImage, match="decoded within 0.5 seconds"):
        decode(pool, SLOW, 5000)
    pool._allowance = patient
    assert decode(pool).size == (64, 32)


def test_processor_time_is_limited_where_the_clock_is_not(make_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = make_pool(data_bytes=1_500_000_000)
    real = decoders.send

    def send_less(line: Any, asked: Any, *rest: Any) -> None:
        real(line, {**asked, "seconds": 0.1}, *rest)

    monkeypatch.setattr(decoders, "send", send_less)
    with pytest.raises(InvalidImage, match="decoded within 60 seconds"):
        decode(pool, SLOW, 5000)


def test_photo_that_needs_too_much_memory_is_told_and_the_decoder_goes_on(make_pool: MakePool) -> None:
    pool = make_pool(data_bytes=200_000_000)

    with pytest.raises(TooManyPixels, match="less memory"):
        decode(pool, bomb("png-full-clear-64"))

    assert decode(pool).size == (64, 32)
    assert len(pool.pids()) == 1


def test_photo_that_took_too_long_is_refused_at_once_for_a_while(make_pool: MakePool) -> None:
    pool = make_pool(seconds=0.5, data_bytes=1_500_000_000)
    with pytest.raises(ImageTooSlow, match="this takes longer"):
        decode(pool, SLOW, 5000)
    before = pool.pids()

    with pytest.raises(ImageTooSlow, match="took longer a while ago"):
        decode(pool, SLOW, 5000)

    assert pool.pids() == before
    with pytest.raises(ImageTooSlow, match="this takes longer"):
        pool.decode(SLOW, LIMITS, 5000, patient=True)


def test_whoever_is_patient_waits_for_a_decoder_as_long_as_it_takes(make_pool: MakePool) -> None:
    pool = make_pool(seconds=0.3)
    pool._turns.acquire()
    threading.Timer(1.0, pool._turns.release).start()

    assert pool.decode(PHOTO, LIMITS, 100, patient=True).image.size == (64, 32)


def test_request_whose_photos_took_all_its_time_gets_no_more_and_another_does(make_pool: MakePool) -> None:
    pool = make_pool(seconds=0.5, data_bytes=1_500_000_000)
    with decoding_for("10.0.0.1"):
        asking().left = 0.2  # type: ignore[union-attr]
        with pytest.raises(ImageTooSlow, match="within 0.2 seconds"):
            decode(pool, SLOW, 5000)
        with pytest.raises(TooManySearches, match="in one request"):
            decode(pool)

    with decoding_for("10.0.0.1"):
        assert decode(pool).size == (64, 32)


def test_caller_whose_photos_take_all_the_time_is_refused_until_it_has_some_back(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = make_pool()
    for _ in range(2):
        pool._ledger.charge(Asking("10.0.0.1", 999.0), 100.0)

    with decoding_for("10.0.0.1"), pytest.raises(TooManySearches, match="less time"):
        decode(pool)
    with decoding_for("10.0.0.2"):
        assert decode(pool).size == (64, 32)
    now = time.monotonic()
    monkeypatch.setattr("visualsearch.images.decoders.callers.time.monotonic", lambda: now + 60)
    with decoding_for("10.0.0.1"):
        assert decode(pool).size == (64, 32)


def test_one_caller_with_slow_photos_lets_all_others_have_theirs(make_pool: MakePool) -> None:
    pool = make_pool(2, seconds=2.0, data_bytes=1_500_000_000)
    end = threading.Event()

    def attack(number: int) -> None:
        while not end.is_set():
            with decoding_for("10.0.0.1"), suppress(VisualSearchError):
                decode(pool, SLOW + bytes([number]), 5000)

    attackers = [threading.Thread(target=attack, args=(number,)) for number in range(6)]
    for thread in attackers:
        thread.start()
    try:
        sizes = []
        for number in range(12):
            with decoding_for(f"10.0.1.{number}"):
                sizes.append(decode(pool).size)
    finally:
        end.set()
        for thread in attackers:
            thread.join()

    assert sizes == [(64, 32)] * 12


def test_whoever_waits_too_long_for_a_decoder_is_told_so(make_pool: MakePool) -> None:
    pool = make_pool(seconds=0.3)
    pool._turns.acquire()

    with pytest.raises(DecoderUnavailable, match="all are busy"):
        decode(pool)


def test_system_that_starts_no_process_is_told(make_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders.sys, "executable", "/nowhere/python")

    with pytest.raises(DecoderUnavailable, match="Expected to start a decoder"):
        decode(make_pool())


def test_interpreter_that_is_no_python_is_told_and_no_photo_is_blamed(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoders.sys, "executable", "/bin/true")

    with pytest.raises(DecoderUnavailable, match="DECODE_APART"):
        decode(make_pool())


@pytest.mark.parametrize(
    "values", [{}, {"size": [64]}, {"size": [-64, 32]}, {"size": [10**9, 10**9]}, {"size": [-9, -9]}, {"size": "big"}]
)
def test_decoder_that_lies_is_not_believed(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch, values: dict[str, Any]
) -> None:
    pool = make_pool()
    decode(pool)
    monkeypatch.setattr(decoders, "_SECONDS_TO_END", 0.1)
    monkeypatch.setattr(decoders, "receive", lambda *args, **kwargs: (values, []))

    with pytest.raises(InvalidImage, match="^Expected"):
        decode(pool)

    monkeypatch.undo()
    assert decode(pool).size == (64, 32)


def test_threads_share_as_many_decoders_as_there_are(make_pool: MakePool) -> None:
    pool = make_pool(2)
    sizes: list[tuple[int, int]] = []
    photos = [encoded(Image.effect_noise((side, 64), 90), "JPEG") for side in range(64, 96)]
    threads = [
        threading.Thread(target=lambda data=data: sizes.append(decode(pool, data).size))  # type: ignore[misc]
        for data in photos
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(sizes) == [(side, 64) for side in range(64, 96)]
    assert 1 <= len(pool.pids()) <= 2


def test_decoder_has_neither_django_nor_our_secrets_nor_rights(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "very secret")
    pool = make_pool()
    decode(pool)
    folder = Path(f"/proc/{pool.pids()[0]}")

    environment = (folder / "environ").read_bytes()
    mapped = (folder / "maps").read_text(encoding="utf-8", errors="replace")
    limits = {line[:26].strip(): line[26:].split() for line in (folder / "limits").read_text("ascii").splitlines()}

    assert b"secret" not in environment
    assert not any(name in mapped for name in ("torch", "openvino", "faiss", "psycopg", "sqlite"))
    assert limits["Max file size"][:2] == ["0", "0"]
    assert limits["Max core file size"][:2] == ["0", "0"]
    assert limits["Max data size"][:2] == ["500000000", "500000000"]
    files = {os.readlink(file) for file in (folder / "fd").iterdir()}
    assert all(name.startswith(("/dev/null", "socket:")) for name in files)
