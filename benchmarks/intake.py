"""What it costs to decode a stranger's photo in another process, and how much memory the largest photos take.

python -m benchmarks.intake [--json FILE]
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from benchmarks.machine import describe, publish  # noqa: E402
from tests.images.drawn import encoded  # noqa: E402
from visualsearch.conf import Settings  # noqa: E402
from visualsearch.images.decoders import Allowance, DecoderPool  # noqa: E402
from visualsearch.images.decoding import decode  # noqa: E402
from visualsearch.images.files import limits_of  # noqa: E402
from visualsearch.images.photos import PHOTO_SIDE  # noqa: E402

ROUNDS = 100
LARGEST = (8_000, 8_000)
PACKAGES = ("numpy", "pillow", "pillow-heif")
Decode = Callable[[bytes], Image.Image]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    figures = {"machine": describe(*PACKAGES), "start": _start(), "photos": _photos(), "largest": _largest()}
    publish(figures, asked.json)


def _pool() -> DecoderPool:
    return DecoderPool(1, Allowance(seconds=60, data_bytes=Settings().decode_bytes_most))


def _start() -> dict[str, float]:
    """Measure the first photo of a process, and what its decoder holds while nothing is asked."""
    photo, times = encoded(_scene(1024, 768), "JPEG"), []
    for _ in range(5):
        pool = _pool()
        begun = time.perf_counter()
        pool.decode(photo, limits_of(32, 20), PHOTO_SIDE)
        times.append((time.perf_counter() - begun) * 1000)
        private = _kilobytes(pool.pids()[0], "smaps_rollup", "Private_Dirty:") / 1000
        resident = _kilobytes(pool.pids()[0], "status", "VmRSS:") / 1000
        pool.end()
    return {"first_photo_ms": min(times), "idle_private_mb": private, "idle_resident_mb": resident}


def _photos() -> list[dict[str, Any]]:
    """Measure photos in turn here and there, so that whatever else the machine does hits both."""
    pool, limits = _pool(), limits_of(32, 20)
    ways: dict[str, Decode] = {
        "here": lambda data: decode(data, limits, PHOTO_SIDE),
        "apart": lambda data: pool.decode(data, limits, PHOTO_SIDE),
    }
    rows = []
    for name, data in _kinds().items():
        clock: dict[str, list[float]] = {way: [] for way in ways}
        processor = dict.fromkeys(ways, 0.0)
        for _ in range(ROUNDS):
            for way, read in ways.items():
                begun, spent = time.perf_counter(), _spent(pool)
                read(data)
                clock[way].append((time.perf_counter() - begun) * 1000)
                processor[way] += (_spent(pool) - spent) * 1000 / ROUNDS
        # The least of many: whatever else the machine does only adds.
        least = {f"{way}_ms": min(values) for way, values in clock.items()}
        here, apart = least.values()
        more = processor["apart"] - processor["here"]
        rows.append({"photo": name, **least, "more_ms": apart - here, "ratio": apart / here, "more_cpu_ms": more})
    pool.end()
    return rows


def _spent(pool: DecoderPool) -> float:
    """Return the seconds of the processor that this process and its decoder have used."""
    # Nanoseconds: the scheduler counts finer than the clock of /proc/PID/stat.
    decoders = sum(int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) for pid in pool.pids())
    return time.process_time() + decoders / 1e9


def _kinds() -> dict[str, bytes]:
    browser, phone = _scene(1024, 768), _scene(4032, 3024)
    return {
        "JPEG 1024 x 768, as the page sends it": encoded(browser, "JPEG", quality=90),
        "PNG 1024 x 768": encoded(browser, "PNG"),
        "WebP 1024 x 768": encoded(browser, "WEBP"),
        "JPEG 4032 x 3024, as a phone takes it": encoded(phone, "JPEG", quality=90),
    }


def _scene(width: int, height: int) -> Image.Image:
    """Return something between a wall and a carpet: soft light with noise of a sensor."""
    small = Image.fromarray(np.random.default_rng(0).integers(0, 255, (12, 16, 3), dtype=np.uint8))
    noise = Image.effect_noise((width, height), 24).convert("RGB")
    return Image.blend(small.resize((width, height), Image.Resampling.BICUBIC), noise, 0.2)


def _largest() -> list[dict[str, Any]]:
    """Decode 64 megapixels of each kind, each in a decoder of its own, and read how much memory that took."""
    import visualsearch.images.heif  # noqa: F401

    colour, clear = Image.new("RGB", LARGEST, "teal"), Image.new("RGBA", LARGEST, "teal")
    deep = Image.fromarray(np.zeros(LARGEST, dtype=np.uint16))
    made = {
        "JPEG": encoded(colour, "JPEG"),
        "JPEG CMYK": encoded(colour.convert("CMYK"), "JPEG"),
        "PNG RGBA": encoded(clear, "PNG"),
        "PNG 16 bits": encoded(deep, "PNG"),
        "WebP": encoded(colour, "WEBP", method=0),
        "AVIF": encoded(colour, "AVIF", speed=10),
        "TIFF LZW": encoded(colour, "TIFF", compression="tiff_lzw"),
        "HEIC": encoded(colour, "HEIF"),
    }
    return [{"picture": name, **_peak(data)} for name, data in made.items()]


def _peak(data: bytes) -> dict[str, Any]:
    pool = _pool()
    begun = time.perf_counter()
    try:
        size = pool.decode(data, limits_of(32, 20), PHOTO_SIDE).image.size
        outcome = f"{size[0]} x {size[1]}"
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - begun
    peak = _kilobytes(pool.pids()[0], "status", "VmHWM:") / 1000
    pool.end()
    return {"outcome": outcome, "seconds": seconds, "peak_mb": peak}


def _kilobytes(pid: int, file: str, name: str) -> int:
    lines = Path(f"/proc/{pid}/{file}").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


if __name__ == "__main__":
    main()
