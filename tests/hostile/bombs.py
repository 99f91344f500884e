"""Small files that want to be large, slow or endless."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.hostile.file import Hostile, behind, png, png_head, tiff
from tests.hostile.seeds import seeds
from tests.images.drawn import encoded
from visualsearch.exceptions import ImageTooLarge, InvalidImage, TooManyPixels


def bombs() -> Iterator[Hostile]:
    """Yield bombs of every kind."""
    yield from _of_pixels()
    yield from _of_png()
    yield from _of_tiff()
    yield from _of_frames()
    yield Hostile("jpeg-many-scans", _of_scans(4000, 3_000), ImageTooLarge)
    yield Hostile("jpeg-scans-in-turn", _of_scans(64, 101, b"\xff\xfe\0\x03a"), ImageTooLarge)
    yield slow()


def _of_pixels() -> Iterator[Hostile]:
    for side in (8001, 10_000, 20_000, 65_535, 2**31 - 1):
        yield Hostile(f"png-{side}", png(png_head(side, side), (b"IDAT", b""), (b"IEND", b"")), TooManyPixels)
        yield Hostile(f"tiff-{side}", _tiff_of(side), TooManyPixels if side < 2**31 - 1 else InvalidImage)
        yield Hostile(f"bmp-{side}", _bmp_of(side), TooManyPixels)
    yield Hostile("png-full-144", _full(12_000, 0), TooManyPixels)
    yield Hostile("png-full-grey-64", _full(8_000, 0), None)
    yield Hostile("png-full-deep-64", _full(8_000, 0, depth=16), None)
    yield Hostile("png-full-colour-64", _full(8_000, 2), None)
    yield Hostile("png-full-clear-64", _full(8_000, 6), None)
    yield Hostile(
        "gif-65535",
        b"GIF89a\xff\xff\xff\xff\x80\0\0" + b"\0" * 6 + b"\x2c\0\0\0\0\xff\xff\xff\xff\0\2\0;",
        TooManyPixels,
    )
    webp = bytearray(seeds()["webp"])
    at = webp.index(b"\x9d\x01\x2a") + 3
    webp[at : at + 4] = b"\xff\x3f\xff\x3f"
    yield Hostile("webp-16383", bytes(webp), InvalidImage)
    yield Hostile("webp-says-16384", _webp_of(16_384), InvalidImage)
    for kind in ("avif", "heic"):
        if kind in seeds():
            for side in (9_000, 30_000, 2**31):
                yield Hostile(f"{kind}-{side}", _with_extent(seeds()[kind], side), InvalidImage)
    jpeg = bytearray(seeds()["jpeg-grey"])
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = b"\xff\xdc\xff\xdc"
    yield Hostile("jpeg-65500", bytes(jpeg), TooManyPixels)
    yield Hostile("webp-flat-16000x4000", encoded(Image.new("RGB", (16_000, 4_000)), "WEBP", method=0), None)
    yield Hostile("jpeg-flat-64", encoded(Image.new("L", (8_000, 8_000)), "JPEG"), None)


def _of_png() -> Iterator[Hostile]:
    picture = (b"IDAT", zlib.compress((b"\0" + b"\x7f" * 192) * 64))
    head, end = png_head(64, 64), (b"IEND", b"")
    zeros = zlib.compress(b"\0" * 50_000_000, 9)
    yield Hostile("png-text-bomb", png(head, (b"zTXt", b"a\0\0" + zeros), picture, end), may_be_read=True)
    yield Hostile("png-profile-bomb", png(head, (b"iCCP", b"a\0\0" + zeros), picture, end), may_be_read=True)
    yield Hostile(
        "png-international-bomb", png(head, (b"iTXt", b"a\0\1\0\0\0" + zeros), picture, end), may_be_read=True
    )
    yield Hostile("png-many-chunks", png(head, *[(b"teSt", b"")] * 100_000, picture, end), may_be_read=True)
    yield Hostile(
        "png-many-texts", png(head, *[(b"tEXt", b"a\0" + b"b" * 900)] * 9_000, picture, end), may_be_read=True
    )
    yield Hostile("png-too-much-data", png(head, (b"IDAT", zeros), end), may_be_read=True)
    wrong = (b"tEXt", b"a\0b")
    for side in (20_000, 2**31 - 1):
        torn = png(png_head(side, side), wrong)[:-1] + b"?" + png((b"IDAT", zeros))[8:]
        yield Hostile(f"png-note-and-torn-{side}", torn)
    yield Hostile("png-torn-and-too-much-data", png(head, (b"IDAT", zeros)), may_be_read=True)
    yield Hostile("png-no-size", png(png_head(0, 0), picture, end))
    yield Hostile("png-two-heads", png(head, png_head(60_000, 60_000), picture, end), may_be_read=True)
    yield Hostile("png-long-chunk", png(head)[:-4] + b"\x7f\xff\xff\xffIDAT")


def _of_tiff() -> Iterator[Hostile]:
    size = [(256, 4, 1, 64), (257, 4, 1, 64), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    strips = [(273, 4, 1, behind(8)), (278, 4, 1, 64), (279, 4, 1, 4096)]
    pixels = bytes(range(256)) * 16
    yield Hostile("tiff-whole", tiff(size + strips, pixels), None)
    yield Hostile("tiff-next-is-itself", tiff(size + strips, pixels, following=8), None)
    yield Hostile("tiff-sub-is-itself", tiff([*size, (330, 4, 1, 8), *strips], pixels), may_be_read=True)
    yield Hostile("tiff-exif-is-itself", tiff([*size, *strips, (34665, 4, 1, 8)], pixels), may_be_read=True)
    yield Hostile("tiff-gps-is-itself", tiff([*size, *strips, (34853, 4, 1, 8)], pixels), may_be_read=True)
    yield Hostile("tiff-strips-outside", tiff([*size, (273, 4, 1, 2**31), *strips[1:]], pixels), may_be_read=True)
    yield Hostile("tiff-billion-values", tiff([*size, *strips[:1], (279, 4, 2**30, 8)], pixels), may_be_read=True)
    yield Hostile("tiff-billion-bits", tiff([*size[:2], (258, 3, 2**30, 8), *strips], pixels), may_be_read=True)
    yield Hostile("tiff-no-size", tiff(strips, pixels))
    yield Hostile("tiff-directory-outside", b"II*\0" + struct.pack("<I", 2**31))
    yield Hostile(
        "tiff-many-entries", b"II*\0" + struct.pack("<IH", 8, 65_535) + b"\1\1\3\0\1\0\0\0\x40\0\0\0" * 65_535
    )
    yield Hostile("tiff-many-directories", b"".join(_chain(3_000)), ImageTooLarge)
    for compression in (2, 3, 4, 5, 7, 8, 32773, 32946, 34925, 50000, 50001, 65535):
        entries = [(tag, kind, count, compression if tag == 259 else value) for tag, kind, count, value in size]
        yield Hostile(f"tiff-compression-{compression}", tiff(entries + strips, pixels), may_be_read=True)


def _chain(length: int) -> Iterator[bytes]:
    """Yield a TIFF whose directories follow each other, and lead back to the first."""
    size = [
        (256, 4, 1, 64),
        (257, 4, 1, 64),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (279, 4, 1, 64),
    ]
    lines = b"".join(struct.pack("<HHII", *entry) for entry in size)
    yield b"II*\0" + struct.pack("<I", 8)
    for number in range(length):
        following = 8 + (number + 1) % length * (6 + len(lines))
        yield struct.pack("<H", len(size)) + lines + struct.pack("<I", following)


def _of_frames() -> Iterator[Hostile]:
    picture = (b"IDAT", zlib.compress((b"\0" + b"\x7f" * 192) * 64))
    for frames in (2_000, 2**31 - 1):
        chunks = [png_head(64, 64), (b"acTL", struct.pack(">II", frames, 0)), picture, (b"IEND", b"")]
        yield Hostile(f"png-{frames}-frames", png(*chunks), ImageTooLarge)
    gif = seeds()["gif"]
    yield Hostile("gif-many-frames", gif[:-1] + (b"\x2c" + b"\0" * 4 + b"\1\0\1\0\0\2\2L\1\0") * 50_000 + b";", None)
    yield Hostile("gif-endless-comment", gif[:-1] + b"\x21\xfe" + b"\xffxxx" * 50_000, may_be_read=True)


def slow() -> Hostile:
    """Return a picture that is right, and takes seconds to decode."""
    return Hostile("jpeg-slow", _of_scans(8000, 85, mode="RGB"), None)


def _of_scans(side: int, count: int, between: bytes = b"", mode: str = "L") -> bytes:
    """Return a progressive JPEG whose last scan comes again and again."""
    small = Image.effect_noise((side // 8, side // 8), 10).convert(mode)
    jpeg = encoded(small.resize((side, side), Image.Resampling.NEAREST), "JPEG", progressive=True, quality=5)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + (between + b"\xff\xda\0\x08\1\1\0\1\x3f\x10") * count + jpeg[last:]


def _full(side: int, colour: int, depth: int = 8) -> bytes:
    """Return a whole PNG of one colour, a thousandth of its pixels in size."""
    line = b"\0" + b"\x55" * (side * {0: 1, 2: 3, 6: 4}[colour] * depth // 8)
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    return png(png_head(side, side, depth, colour), (b"IDAT", data), (b"IEND", b""))


def _tiff_of(side: int) -> bytes:
    return tiff([(256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8)])


def _bmp_of(side: int) -> bytes:
    return b"BM" + struct.pack("<IHHIIiiHHIIIIII", 100, 0, 0, 54, 40, side, side, 1, 24, 0, 0, 1, 1, 0, 0) + b"\0" * 60


def _webp_of(side: int) -> bytes:
    extended = struct.pack("<4sI4x", b"VP8X", 10) + (side - 1).to_bytes(3, "little") * 2
    body = b"WEBP" + extended + seeds()["webp"][12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _with_extent(data: bytes, side: int) -> bytes:
    """Return an AVIF or HEIC that says it is so large."""
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", side, side) + data[at + 8 :]
